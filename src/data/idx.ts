// idx files, the format of MNIST and its kin: bytes 0 0, type (8 = unsigned byte), number of
// dimensions; each dimension as a big-endian uint32; the values. Every size is checked before use.

import { FormatError } from "../base/errors.ts";

export interface IdxArray {
  readonly dimensions: readonly number[];
  readonly values: Uint8Array;
}

const unsignedByte = 8;

/**
 * Read an idx file of unsigned bytes; `values` is a view into `bytes`.
 *
 * @param where - the file's name, for messages
 * @throws {FormatError} when the file is cut off, too long or no idx file of bytes
 */
export function readIdx(bytes: Uint8Array, where: string): IdxArray {
  const cure = "Get the file again: spikefront data fetch.";
  if (bytes.length < 4)
    throw new FormatError(where, "must be an idx file of at least 4 bytes", bytes.length, cure);
  if (bytes[0] !== 0 || bytes[1] !== 0 || bytes[2] !== unsignedByte || bytes[3] < 1 || bytes[3] > 4) {
    const magic = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
    throw new FormatError(where, "must begin as an idx file of bytes (00 00 08 01 to 04)", magic, cure);
  }
  const headerBytes = 4 + 4 * bytes[3];
  if (bytes.length < headerBytes) {
    throw new FormatError(where, `must have a header of ${headerBytes} bytes`, bytes.length, cure);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const dimensions = Array.from({ length: bytes[3] }, (_, i) => view.getUint32(4 + 4 * i));
  const wanted = dimensions.reduce((product, size) => product * size, headerBytes === 4 ? 0 : 1);
  if (bytes.length - headerBytes !== wanted) {
    throw new FormatError(
      where,
      `must hold ${wanted} values (${dimensions.join(" × ")})`,
      bytes.length - headerBytes,
      bytes.length - headerBytes < wanted ? `The file is cut off. ${cure}` : cure,
    );
  }
  return { dimensions, values: bytes.subarray(headerBytes) };
}
