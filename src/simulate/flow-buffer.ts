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
  /** Most spikes of a step at one place. */
  readonly multiplicity: number;
  /** What every spike is worth, where each has a worth of its own. As long as `events`. */
  readonly values?: Float32Array;
  /**
   * Where a pool is left to the reader: by event, the place it goes to; `size` if to none. Only layers that
   * sum codes read such spikes, in any order.
   */
  readonly placeOf?: Int32Array;
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

/** Potentials of leaky integrators, for the readout. */
export interface PotentialBuffer {
  readonly kind: "potential";
  readonly size: number;
  /** `size` padded to whole lane blocks. */
  readonly stride: number;
  /** Shape [images, steps, stride]. */
  readonly values: Float32Array;
}

export type FlowBuffer = SpikeBuffer | HeldBuffer | CurrentBuffer | PotentialBuffer;

export function takeSpikes(
  kernels: Kernels,
  segments: number,
  form: Pick<SpikeBuffer, "size" | "mostPerStep" | "multiplicity"> & {
    readonly hasOwnWorth?: boolean;
  },
): SpikeBuffer {
  const { size, mostPerStep, multiplicity, hasOwnWorth = false } = form;
  const length = segments * mostPerStep;
  return {
    kind: "spikes",
    size,
    events: kernels.scratchInt32(length),
    ends: kernels.int32(segments),
    mostPerStep,
    multiplicity,
    ...(hasOwnWorth && { values: kernels.float32(length) }),
  };
}

export function takeCurrent(
  kernels: Kernels,
  rows: number,
  size: number,
  stride: number,
  isHeld: boolean,
): CurrentBuffer {
  const values = kernels.scratchFloat32(rows * stride);
  // Stages write what they own; padding is read by neurons that are none, and must not excite them.
  for (let end = stride; size < stride && end <= values.length; end += stride)
    values.fill(0, end - stride + size, end);
  return { kind: "current", size, isHeld, stride, values };
}
