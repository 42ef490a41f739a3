// The files in an uncompressed zip archive, as PyTorch writes them. Every size and offset is checked before
// it is used; nothing is unpacked, entries are views of the bytes.

import { FormatError } from "../base/errors.ts";

const endSignature = 0x06054b50;
const endBytes = 22;
const centralSignature = 0x02014b50;
const centralBytes = 46;
const localSignature = 0x04034b50;
const localBytes = 30;
const longestComment = 0xffff;

/** Whether bytes begin as a zip archive does. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes.length > 4 && viewOf(bytes).getUint32(0, true) === localSignature;
}

/**
 * @returns entries by name
 * @throws {FormatError} for archives that are torn, compressed, encrypted, or beyond 4 GiB
 */
export function zipEntries(bytes: Uint8Array, where: string): ReadonlyMap<string, Uint8Array> {
  const view = viewOf(bytes);
  const end = findEnd(view, where);
  const count = view.getUint16(end + 10, true);
  const entries = new Map<string, Uint8Array>();
  let at = view.getUint32(end + 16, true);
  for (let k = 0; k < count; k++) {
    if (at + centralBytes > end || view.getUint32(at, true) !== centralSignature) {
      throw new FormatError(where, "must list its files at its end", `no entry ${k} at byte ${at}`);
    }
    const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
    const size = view.getUint32(at + 24, true);
    const nameBytes = view.getUint16(at + 28, true);
    const name = new TextDecoder().decode(bytes.subarray(at + centralBytes, at + centralBytes + nameBytes));
    const entry = `${where}: ${name.slice(0, 80)}`;
    if (method !== 0 || (flags & 1) !== 0 || view.getUint32(at + 20, true) !== size) {
      throw new FormatError(entry, "must be stored as it is", "a compressed or encrypted file");
    }
    const local = view.getUint32(at + 42, true);
    if (local + localBytes > bytes.length || view.getUint32(local, true) !== localSignature) {
      throw new FormatError(entry, "must lie where the list says", `nothing at byte ${local}`);
    }
    const start = local + localBytes + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    if (start + size > bytes.length) {
      throw new FormatError(
        entry,
        `must end within ${bytes.length} bytes`,
        start + size,
        "Is the file complete?",
      );
    }
    if (entries.has(name)) throw new FormatError(entry, "must stand in the archive once", "a second one");
    entries.set(name, bytes.subarray(start, start + size));
    at += centralBytes + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}

/** Where the archive's end record begins. */
function findEnd(view: DataView, where: string): number {
  const last = view.byteLength - endBytes;
  for (let at = last; at >= 0 && at >= last - longestComment; at--) {
    if (view.getUint32(at, true) === endSignature) return at;
  }
  throw new FormatError(where, "must end as a zip archive", "no end record", "Is the file complete?");
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
