// Files that may be gzipped, by the platform's own DecompressionStream.

import { FormatError } from "../base/errors.ts";

/** No data set here is larger; a bomb is. */
const maximumBytes = 1024 * 1024 * 1024;

/** Whether the bytes begin as gzip does (RFC 1952). */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Unpack gzip; other bytes are returned as they are.
 *
 * @throws {FormatError} when the file is cut off, damaged or unpacks to more than `limitBytes`
 */
export async function gunzip(
  bytes: Uint8Array<ArrayBuffer>,
  where: string,
  limitBytes = maximumBytes,
): Promise<Uint8Array<ArrayBuffer>> {
  if (!isGzip(bytes)) return bytes;
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      length += part.value.length;
      if (length > limitBytes) {
        await reader.cancel();
        throw new FormatError(where, `must unpack to at most ${limitBytes} bytes`, "more");
      }
      parts.push(part.value);
    }
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new FormatError(
      where,
      "must be a whole gzip file",
      "one that is cut off or damaged",
      "Get the file again: spikefront data fetch.",
    );
  }
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
