// The memory of one batch: a block of kernel memory of fixed size, handed out from its start and given back at
// once. What a batch needs depends on how much it spikes; this bounds it.

import { ResourceError } from "../base/errors.ts";
import type { Kernels } from "../kernels/kernels.ts";

export class BatchArena {
  readonly bytes: number;
  readonly #buffer: ArrayBuffer;
  readonly #start: number;
  #used = 0;
  #peak = 0;

  constructor(kernels: Kernels, bytes: number) {
    this.bytes = bytes;
    this.#buffer = kernels.buffer;
    this.#start = kernels.take(bytes);
  }

  /** Most bytes that were ever in use. */
  get peakBytes(): number {
    return this.#peak;
  }

  get freeBytes(): number {
    return this.bytes - this.#used;
  }

  mark(): number {
    return this.#used;
  }

  /** Views taken since the mark must not be used any more. */
  release(mark: number): void {
    this.#used = mark;
  }

  /** Not zeroed. @param who - named if there is no room */
  float32(who: string, length: number): Float32Array {
    return new Float32Array(this.#buffer, this.#take(who, length), length);
  }

  /** Not zeroed. */
  int32(who: string, length: number): Int32Array {
    return new Int32Array(this.#buffer, this.#take(who, length), length);
  }

  /** Give back all of a view but its first values; it must be the one taken last. */
  shorten<View extends Float32Array | Int32Array>(view: View, length: number): View {
    this.#used = view.byteOffset - this.#start + roundUp(4 * length);
    return view.subarray(0, length) as View;
  }

  #take(who: string, length: number): number {
    const end = this.#used + roundUp(4 * length);
    if (end > this.bytes) throw this.full(who);
    const address = this.#start + this.#used;
    this.#used = end;
    this.#peak = Math.max(this.#peak, end);
    return address;
  }

  /** The error of a batch that spikes too much. */
  full(who: string): ResourceError {
    return new ResourceError(
      `${who} needs more than the ${this.bytes} bytes that a batch may take. Give workBytes more, process fewer samples at once, or lower maxSpikes.`,
    );
  }
}

function roundUp(bytes: number): number {
  return 16 * Math.ceil(bytes / 16);
}
