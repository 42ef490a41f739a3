// Files in a tar archive (POSIX ustar): records of 512 bytes, a header and then as many as the file needs.
//
//   name 100 bytes · … · size 12 octal digits at 124 · check sum 8 at 148 · type at 156 · "ustar" at 257 · prefix 155 at 345

import { FormatError } from "../base/errors.ts";

const recordBytes = 512;
const checkSumAt = 148;
const mostFiles = 1_000_000;

/**
 * @returns ordinary files by name, views of the bytes; folders and links are left out
 * @throws {FormatError} for archives that are damaged or cut off, naming the byte
 */
export function tarFiles(bytes: Uint8Array, where: string): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (let at = 0; at + recordBytes <= bytes.length; ) {
    const header = bytes.subarray(at, at + recordBytes);
    if (header.every((byte) => byte === 0)) break;
    const here = `${where} byte ${at}`;
    if (octal(header, checkSumAt, 8) !== checkSum(header))
      throw new FormatError(here, "must be a header of a tar archive", "another check sum");
    const size = octal(header, 124, 12);
    const start = at + recordBytes;
    if (!(size >= 0 && start + size <= bytes.length))
      throw new FormatError(here, `must be followed by a file of ${size} bytes`, bytes.length - start);
    if (files.size >= mostFiles) throw new FormatError(where, `must hold at most ${mostFiles} files`, "more");
    const type = header[156];
    if (type === 0 || type === 0x30) files.set(nameOf(header), bytes.subarray(start, start + size));
    at = start + Math.ceil(size / recordBytes) * recordBytes;
  }
  return files;
}

function nameOf(header: Uint8Array): string {
  const isUstar = text(header, 257, 5) === "ustar";
  const prefix = isUstar ? text(header, 345, 155) : "";
  return (prefix === "" ? "" : `${prefix}/`) + text(header, 0, 100);
}

function text(header: Uint8Array, at: number, length: number): string {
  const field = header.subarray(at, at + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

/** @returns NaN for anything but octal digits */
function octal(header: Uint8Array, at: number, length: number): number {
  const digits = text(header, at, length).trim();
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
}

/** The sum of the header's bytes, its own field taken as blanks. */
function checkSum(header: Uint8Array): number {
  return header.reduce((sum, byte, i) => sum + (i >= checkSumAt && i < checkSumAt + 8 ? 0x20 : byte), 0);
}
