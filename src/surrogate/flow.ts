// What flows between the layers of a network in training, in kernel memory.
//
// Rows are [steps, images]: the images of a step side by side, so that any run of steps is one run of memory and one
// matrix product; what is held has one row an image. Rows are `stride` apart, of which `size` values count and the
// rest are 0.

import type { Kernels } from "../kernels/kernels.ts";
import type { SpikeSegments } from "../kernels/spike-segments.ts";

/** Steps [from, to) of those in memory, for the first `images` images. */
export interface StepRange {
  readonly from: number;
  readonly to: number;
  readonly images: number;
}

export interface Flow {
  readonly id: string;
  /** Spikes have lists; the rest only values. */
  readonly kind: "spikes" | "values";
  /** Whether it is the same at every step. */
  readonly isHeld: boolean;
  readonly size: number;
  readonly stride: number;
  /** Of spikes: how often each came, times its worth. Absent where nobody reads them. */
  readonly values: Float32Array;
  /** The loss's derivative by the values; null for the input. May lie where the values lie. */
  readonly gradient: Float32Array | null;
  /** Whether the one reader sets the gradient; else it begins at 0 and readers add to it. */
  readonly isGradientSet: boolean;
  readonly lists: SpikeLists | null;
}

/** Spikes of any range of steps as lists, in the simulator's order. */
export interface SpikeLists {
  /** What every spike of a list counts. */
  readonly worth: number;
  /** Valid until the flow's next forward pass. */
  of(range: StepRange): SpikeSegments;
}

/** Rows of a range. */
export function rowsIn({ from, to, images }: StepRange): number {
  return (to - from) * images;
}

/** The part of a flow's values, or gradient, that lies in a range. */
export function partOf({ isHeld, stride }: Flow, data: Float32Array, range: StepRange): Float32Array {
  const { from, to, images } = range;
  return isHeld
    ? data.subarray(0, images * stride)
    : data.subarray(from * images * stride, to * images * stride);
}

/** A flow's gradient in a range. */
export function gradientOf(flow: Flow, range: StepRange): Float32Array {
  if (flow.gradient === null) throw new TypeError(`${flow.id} has no gradient`);
  return partOf(flow, flow.gradient, range);
}

/**
 * Lists of spikes that are made from what lies in memory: again, where they are asked for a range other than that
 * they were made for last (loops write step by step what others read as a whole).
 */
export abstract class MadeLists implements SpikeLists {
  abstract readonly worth: number;
  readonly #events: Int32Array;
  readonly #ends: Int32Array;
  #made: StepRange = { from: 0, to: 0, images: 0 };

  /** @param rows - of all steps in memory */
  constructor(kernels: Kernels, rows: number, mostPerRow: number) {
    this.#events = kernels.scratchInt32(rows * mostPerRow + 4);
    this.#ends = kernels.int32(rows);
  }

  of(range: StepRange): SpikeSegments {
    const { from, to, images } = this.#made;
    if (range.from !== from || range.to !== to || range.images !== images) this.renew(range);
    return { events: this.#events, ends: this.#ends, segments: rowsIn(range) };
  }

  /** Make the lists of a range whose spikes are new. */
  renew(range: StepRange): void {
    this.#made = range;
    this.write(range, this.#events, this.#ends);
  }

  protected abstract write(range: StepRange, events: Int32Array, ends: Int32Array): void;
}
