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
    this.bytes = roundUp(bytes);
    this.#buffer = kernels.buffer;
    this.#start = kernels.take(this.bytes);
  }

  /** Most bytes that were ever in use. */
  get peakBytes(): number {
    return this.#peak;
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

  /** A view at the end of what is taken, of `most` values or what room there is: not taken before `close`. */
  open(most: number): Float32Array {
    const room = Math.floor((this.bytes - this.#used) / 4);
    return new Float32Array(this.#buffer, this.#start + this.#used, Math.min(most, room));
  }

  /** Take the first values of the open view; nothing may have been taken since. */
  close(view: Float32Array, length: number): Float32Array {
    this.#use(this.#used + roundUp(4 * length));
    return view.subarray(0, length);
  }

  #take(who: string, length: number): number {
    const address = this.#start + this.#used;
    const end = this.#used + roundUp(4 * length);
    if (end > this.bytes) throw this.full(who);
    this.#use(end);
    return address;
  }

  #use(end: number): void {
    this.#used = end;
    this.#peak = Math.max(this.#peak, end);
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
