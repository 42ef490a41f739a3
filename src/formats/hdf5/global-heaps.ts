// The heaps in which HDF5 keeps sequences of any length: "GCOL", version, 3 bytes, size (8), then objects: index (2),
// references (2), 4 bytes, size (8), data filled up to 8. Source: HDF5 file format specification, version 3.0, III.E.

import { FormatError } from "../../base/errors.ts";

const [headBytes, objectHeadBytes] = [16, 16];

export class GlobalHeaps {
  readonly #view: DataView;
  readonly #heaps = new Map<number, ReadonlyMap<number, Uint8Array>>();
  #bytesLeft: number;

  /** @param bytes - the file */
  constructor(bytes: ArrayBuffer) {
    this.#view = new DataView(bytes);
    // Heaps do not overlap; a file that names one more often than it has room for sends its reader round and round.
    this.#bytesLeft = bytes.byteLength;
  }

  /** @throws {FormatError} where the file has no such heap or object */
  object(address: number, index: number, where: string): Uint8Array {
    let heap = this.#heaps.get(address);
    if (heap === undefined) {
      heap = this.#read(address, where);
      this.#heaps.set(address, heap);
    }
    const found = heap.get(index);
    if (found === undefined)
      throw new FormatError(where, `must lie in the heap at byte ${address}`, `no ${index}`);
    return found;
  }

  #read(address: number, where: string): ReadonlyMap<number, Uint8Array> {
    const view = this.#view;
    const size = address + headBytes <= view.byteLength ? Number(view.getBigUint64(address + 8, true)) : 0;
    const isHeap = size >= headBytes && view.getUint32(address) === 0x47434f4c;
    if (!isHeap || address + size > view.byteLength || size > this.#bytesLeft)
      throw new FormatError(where, "must lie in heaps that lie in the file, each once", `byte ${address}`);
    this.#bytesLeft -= size;
    const objects = new Map<number, Uint8Array>();
    const end = address + size;
    for (let at = address + headBytes; at + objectHeadBytes <= end; ) {
      const index = view.getUint16(at, true);
      const bytes = Number(view.getBigUint64(at + 8, true));
      const start = at + objectHeadBytes;
      if (index === 0) break;
      if (start + bytes > end)
        throw new FormatError(where, "must have whole objects in its heap", `byte ${at}`);
      objects.set(index, new Uint8Array(view.buffer, start, bytes));
      at = start + Math.ceil(bytes / 8) * 8;
    }
    return objects;
  }
}
