// A layer of IF or LIF neurons in integers over all steps of all images. The equation is `stepInteger` of
// the room `neuron`, which is also the kernel's scalar twin.

import { InvalidValueError } from "../base/errors.ts";
import { addressOf, type Kernels } from "./kernels.ts";
import { requireLength } from "./require-length.ts";

/** Parameter rows in the kernel's order. */
export const integerRows = ["threshold", "leak", "resetPotential", "minimumPotential"] as const;

/** State rows in the kernel's order. */
export const integerStates = ["potential", "refractory"] as const;

export interface NeuronIntegerArgs {
  /** Whole numbers below 2²⁴. Shape [images, steps, neurons], or [images, neurons] when `isHeld`. */
  readonly current: Float32Array;
  readonly isHeld: boolean;
  readonly images: number;
  readonly steps: number;
  /** A multiple of 16; padding has the highest thresholds. */
  readonly neurons: number;
  /** Neurons without padding. */
  readonly size: number;
  readonly rules: {
    readonly reset: "none" | "subtract" | "value";
    readonly isStrict: boolean;
    readonly refractorySteps: number;
    readonly potentialBits: 16 | 32;
    readonly overflow: "saturate" | "wrap";
  };
  /** Shape [integerRows, neurons]. */
  readonly parameters: Int32Array;
  /** Read and written. Shape [images, integerStates, neurons]. */
  readonly state: Int32Array;
  /** Output: firing neurons, ascending within a segment. Length ≥ images · steps · neurons. */
  readonly events: Int32Array;
  /** Output: where every segment ends. Shape [images · steps]. */
  readonly ends: Int32Array;
  /** Most spikes of any image, by neuron; raised in place. Shape [neurons]. */
  readonly mostSpikes: Int32Array;
  /** Lowest potential before reset in 4 lanes, then the highest in 4; widened in place. Shape [8]. */
  readonly bounds: Float32Array;
}

const resets = { none: 0, subtract: 1, value: 2 } as const;

/**
 * Run the layer.
 *
 * @returns the number of spikes
 * @throws {InvalidValueError} when a view is too short or not in kernel memory
 */
export function neuronInteger(kernels: Kernels, args: NeuronIntegerArgs): number {
  checkLengths(args);
  const { current, isHeld, images, steps, neurons, rules } = args;
  const address = (name: string, view: ArrayBufferView): number =>
    addressOf(kernels, `neuronInteger ${name}`, view);
  const mark = kernels.mark();
  const numbers = kernels.int32(5);
  numbers.set([
    resets[rules.reset],
    Number(rules.isStrict),
    rules.refractorySteps,
    rules.potentialBits,
    Number(rules.overflow === "wrap"),
  ]);
  const counts = kernels.take(steps * neurons);
  const spikes = kernels.exports["neuronInteger"](
    address("current", current),
    neurons * (isHeld ? 1 : steps) * 4,
    isHeld ? 0 : neurons * 4,
    images,
    steps,
    neurons,
    args.size,
    address("parameters", args.parameters),
    address("state", args.state),
    numbers.byteOffset,
    counts,
    address("events", args.events),
    address("ends", args.ends),
    address("mostSpikes", args.mostSpikes),
    address("bounds", args.bounds),
  );
  kernels.release(mark);
  return spikes;
}

function checkLengths(args: NeuronIntegerArgs): void {
  const { current, isHeld, images, steps, neurons } = args;
  if (neurons % 16 !== 0) {
    throw new InvalidValueError("neuronInteger neurons", "must be a multiple of 16", neurons);
  }
  const values = images * steps * neurons;
  requireLength("neuronInteger current", current, isHeld ? images * neurons : values);
  requireLength("neuronInteger parameters", args.parameters, integerRows.length * neurons);
  requireLength("neuronInteger state", args.state, images * integerStates.length * neurons);
  requireLength("neuronInteger events", args.events, values);
  requireLength("neuronInteger ends", args.ends, images * steps);
  requireLength("neuronInteger mostSpikes", args.mostSpikes, neurons);
  requireLength("neuronInteger bounds", args.bounds, 8);
}
