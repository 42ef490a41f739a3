// A file's bytes that count how often, and how much of them, is copied. The HDF5 parser goes wherever a file's
// offsets send it; every detour copies a piece, so that a file that sends it round and round is found out. What
// the structure that begins with a piece makes it do counts, too.

import { StructureCosts } from "./structure-cost.ts";

export class MeteredBuffer extends ArrayBuffer {
  /** Copies are plain: pieces of pieces are bounded by the pieces. */
  static override get [Symbol.species](): ArrayBufferConstructor {
    return ArrayBuffer;
  }

  readonly #costs = new StructureCosts(this);
  #copies = 0;
  #copiedBytes = 0;
  #mostCopies = Number.POSITIVE_INFINITY;
  #mostBytes = Number.POSITIVE_INFINITY;

  /** Start counting anew. */
  allow(copies: number, bytes: number): void {
    this.#copies = 0;
    this.#copiedBytes = 0;
    this.#mostCopies = copies;
    this.#mostBytes = bytes;
  }

  /** @throws {RangeError} when more is copied than allowed */
  override slice(begin?: number, end?: number): ArrayBuffer {
    const piece = super.slice(begin, end);
    this.#copies++;
    this.#copiedBytes += piece.byteLength;
    if (piece.byteLength === 4 && begin !== undefined) {
      const most = { steps: this.#mostCopies, bytes: this.#mostBytes };
      const { steps, bytes } = this.#costs.of(begin, most);
      this.#copies += steps;
      this.#copiedBytes += bytes;
    }
    if (this.#copies > this.#mostCopies || this.#copiedBytes > this.#mostBytes) {
      throw new RangeError("the file refers to itself more often than its size allows");
    }
    return piece;
  }
}
