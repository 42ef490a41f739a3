// zlib streams (RFC 1950) that may not unpack to more than was promised.

import { Inflate } from "pako";

/**
 * @param limitBytes - what the stream should hold
 * @throws {RangeError} when it is torn, or holds more
 */
export function inflateAtMost(bytes: Uint8Array, limitBytes: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(limitBytes);
  let length = 0;
  const inflate = new Inflate({ chunkSize: Math.min(65_536, Math.max(64, limitBytes + 1)) });
  inflate.onData = (part) => {
    if (length + part.length > limitBytes) throw new RangeError(`more than ${limitBytes} bytes in a chunk`);
    all.set(part, length);
    length += part.length;
  };
  inflate.push(bytes, true);
  if (inflate.err !== 0) throw new RangeError(`a damaged chunk (${inflate.msg || `error ${inflate.err}`})`);
  return all.subarray(0, length);
}
