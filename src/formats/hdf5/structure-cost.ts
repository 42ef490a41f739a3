// What a structure of an HDF5 file makes the parser do, told by its first bytes: nodes of trees list as many children,
// and tables as many names, as they say; headers go on elsewhere, and there again. A few bytes can so ask for
// work and memory without end, each piece of which is within the file.
//
// Layouts: HDF5 file format specification, version 3.0: III.A.1 (TREE), III.B (SNOD), III.D (HEAP), III.G (FHIB),
// IV.A.1.b (OHDR).

export interface Cost {
  /** Steps of the parser. */
  readonly steps: number;
  /** Bytes it keeps. */
  readonly bytes: number;
}

const none: Cost = { steps: 0, bytes: 0 };
const [treeTag, tableTag, heapTag, indirectTag, headerTag] = ["TREE", "SNOD", "HEAP", "FHIB", "OHDR"].map(
  (tag) => new DataView(new TextEncoder().encode(tag).buffer).getUint32(0),
);
const [tableHeadBytes, tableEntryBytes, continuation] = [8, 40, 0x10];

export class StructureCosts {
  readonly #view: DataView;
  /** Where the names of the group lie that is read. */
  #names = { from: 0, to: 0 };

  constructor(bytes: ArrayBuffer) {
    this.#view = new DataView(bytes);
  }

  /**
   * @param at - where four bytes are looked at that may be a structure's first
   * @param most - steps and bytes beyond which nothing needs to be counted
   */
  of(at: number, most: Cost): Cost {
    try {
      switch (this.#view.getUint32(at)) {
        case treeTag:
          return { steps: this.#view.getUint16(at + 6, true), bytes: 0 };
        case heapTag:
          this.#noteNames(at);
          return none;
        case tableTag:
          return this.#costOfTable(at, most.bytes);
        case indirectTag:
          return { steps: Math.ceil((this.#view.byteLength - at) / 8), bytes: 0 };
        case headerTag:
          return { steps: this.#messagesOf(at, most.steps), bytes: 0 };
        default:
          return none;
      }
    } catch (error) {
      // Beyond the file's end: the parser gets no further, either.
      if (error instanceof RangeError) return none;
      throw error;
    }
  }

  #noteNames(at: number): void {
    const from = Number(this.#view.getBigUint64(at + 24, true));
    const size = Number(this.#view.getBigUint64(at + 8, true));
    this.#names = { from, to: Math.min(from + size, this.#view.byteLength) };
  }

  /** Every entry has a name, which ends with a 0 or with all names. */
  #costOfTable(at: number, mostBytes: number): Cost {
    const steps = this.#view.getUint16(at + 6, true);
    const { from, to } = this.#names;
    let bytes = 0;
    for (let entry = 0; entry < steps && bytes <= mostBytes; entry++) {
      const offset = this.#view.getBigUint64(at + tableHeadBytes + tableEntryBytes * entry, true);
      let end = from + Number(offset);
      const begin = end;
      while (end < to && end - begin <= mostBytes && this.#view.getUint8(end) !== 0) end++;
      bytes += Math.max(0, end - begin);
    }
    return { steps, bytes };
  }

  /** Messages of a header of the second kind, in all the blocks it goes on in. */
  #messagesOf(at: number, most: number): number {
    const view = this.#view;
    const flags = view.getUint8(at + 5);
    const sizeAt = at + 6 + ((flags & 0x20) === 0 ? 0 : 16);
    const sizeBytes = 1 << (flags & 3);
    let size = 0;
    for (let i = 0; i < sizeBytes; i++) size += view.getUint8(sizeAt + i) * 256 ** i;
    const headBytes = (flags & 4) === 0 ? 4 : 6;
    const blocks: (readonly [from: number, size: number])[] = [[sizeAt + sizeBytes, size]];
    const seen = new Set<number>([blocks[0][0]]);
    let messages = 0;
    for (const [from, length] of blocks) {
      for (let offset = 0; offset < length - 4 && messages <= most; messages++) {
        const message = from + offset;
        if (message + 4 > view.byteLength) return messages;
        if (view.getUint8(message) === continuation && message + headBytes + 16 <= view.byteLength) {
          const next = Number(view.getBigUint64(message + headBytes, true)) + 4;
          const nextSize = Number(view.getBigUint64(message + headBytes + 8, true)) - 4;
          if (!seen.has(next)) blocks.push([next, nextSize]);
          seen.add(next);
        }
        offset += headBytes + view.getUint16(message + 1, true);
      }
    }
    return messages;
  }
}
