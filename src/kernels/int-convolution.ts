// A convolution of stored int8 codes, as its plans are made from it.

import type { Kernels } from "./kernels.ts";
import type { SpikeConvolutionShape } from "./spike-convolution.ts";

export interface IntConvolution {
  readonly shape: SpikeConvolutionShape;
  /** Shape [output channels, input channels/groups, kernel height, kernel width]. */
  readonly codes: Int8Array;
  /** By event, the input it goes to; the number of inputs if to none. */
  readonly places: Int32Array;
  /** Most often an input stands in a segment. */
  readonly multiplicity: number;
}

/** Of int16. */
export const lanesPerVector = 8;

/** Vectors that hold a group's output channels. */
export function laneVectorsOf({ output, groups }: SpikeConvolutionShape): number {
  return Math.ceil(output[0] / groups / lanesPerVector);
}

/** Channel, row and column of an input. */
export function channelOf(
  place: number,
  [, height, width]: SpikeConvolutionShape["input"],
): readonly [number, number, number] {
  const inChannel = place % (height * width);
  return [Math.floor(place / (height * width)), Math.floor(inChannel / width), inChannel % width];
}

export function int16(kernels: Kernels, length: number): Int16Array {
  return new Int16Array(kernels.buffer, kernels.take(2 * length), length).fill(0);
}
