// Where the values between two layers lie, for all steps of a piece's images, in kernel memory.

import type { Kernels } from "../kernels/kernels.ts";

/** Spikes as packed lists; a segment is one step of one image, image · steps + step − 1. */
export interface SpikeBuffer {
  readonly kind: "spikes";
  readonly size: number;
  /** Length ≥ images · steps · mostPerStep. */
  readonly events: Int32Array;
  /** Shape [images · steps]. */
  readonly ends: Int32Array;
  /** Most spikes of a step: the number of neurons, or more where a spike stands several times. */
  readonly mostPerStep: number;
}

/** Values that are the same at every step. */
export interface HeldBuffer {
  readonly kind: "held";
  readonly size: number;
  /** Shape [images, size]. */
  readonly values: Float32Array;
}

/** Sums for neurons or for the readout. */
export interface CurrentBuffer {
  readonly kind: "current";
  readonly size: number;
  readonly isHeld: boolean;
  /** `size` padded to whole lane blocks. */
  readonly stride: number;
  /** Shape [images, steps, stride], or [images, stride] when held. */
  readonly values: Float32Array;
}

export type FlowBuffer = SpikeBuffer | HeldBuffer | CurrentBuffer;

export function takeSpikes(
  kernels: Kernels,
  segments: number,
  size: number,
  mostPerStep: number,
): SpikeBuffer {
  const events = kernels.int32(segments * mostPerStep);
  return { kind: "spikes", size, events, ends: kernels.int32(segments), mostPerStep };
}
