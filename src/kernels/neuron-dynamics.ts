// A layer of neurons of any form over all steps of all images.
//
// The equation is `stepNeuron` of the room `neuron`, which is also the kernel's scalar twin; rules go in
// as numbers. Layers of plain IF and LIF neurons have a faster kernel: neuron-steps.ts.

import { InvalidValueError } from "../base/errors.ts";
import { addressOf, type Kernels } from "./kernels.ts";
import { requireLength } from "./require-length.ts";

/** Parameter rows in the kernel's order. */
export const dynamicsRows = [
  "threshold",
  "membrane",
  "currentGain",
  "restPotential",
  "resetPotential",
  "minimumPotential",
  "synapse",
  "adaptationStrength",
  "adaptationLeak",
] as const;

/** State rows in the kernel's order. */
export const dynamicsStates = ["potential", "current", "adaptation", "refractory"] as const;

/** Places of the rules in the lists of the room `neuron`. */
export interface DynamicsRules {
  readonly synapse: number;
  readonly charge: number;
  readonly isStrict: boolean;
  readonly reset: number;
  readonly resetTime: number;
  readonly isResetRepeated: boolean;
  readonly isAdaptive: boolean;
  readonly maximumSpikes: number;
  readonly refractorySteps: number;
  /** 0: none. */
  readonly spikeBudget: number;
}

export interface NeuronDynamicsArgs {
  /** Shape [images, steps, neurons], or [images, neurons] when `isHeld`. */
  readonly current: Float32Array;
  /** Whether the current is the same at every step. */
  readonly isHeld: boolean;
  readonly images: number;
  readonly steps: number;
  /** A multiple of 16; padding has NaN thresholds and potentials. */
  readonly neurons: number;
  readonly rules: DynamicsRules;
  /** Shape [dynamicsRows, neurons]. */
  readonly parameters: Float32Array;
  /** Read and written. Shape [images, dynamicsStates, neurons]. */
  readonly state: Float32Array;
  /** Output, instead of spikes: potentials. Shape [images, steps, neurons]. */
  readonly potentials?: Float32Array;
  /** Output: firing neurons, ascending within a segment. Length ≥ images · steps · neurons · maximumSpikes. */
  readonly events: Int32Array;
  /** Output: where every segment ends. Shape [images · steps]. */
  readonly ends: Int32Array;
  /** Most spikes of any image, by neuron; raised in place. Shape [neurons]. */
  readonly mostSpikes: Int32Array;
  /** Lowest potential before reset in 4 lanes, then the highest in 4; widened in place, NaN left out. Shape [8]. */
  readonly bounds: Float32Array;
}

/**
 * Run the layer.
 *
 * @returns the number of spikes
 * @throws {InvalidValueError} when a view is too short or not in kernel memory
 */
export function neuronDynamics(kernels: Kernels, args: NeuronDynamicsArgs): number {
  checkLengths(args);
  const { current, isHeld, images, steps, neurons, rules, potentials } = args;
  const address = (name: string, view: ArrayBufferView): number =>
    addressOf(kernels, `neuronDynamics ${name}`, view);
  const mark = kernels.mark();
  const numbers = kernels.int32(10);
  numbers.set([
    rules.synapse,
    rules.charge,
    Number(rules.isStrict),
    rules.reset,
    rules.resetTime,
    Number(rules.isResetRepeated),
    Number(rules.isAdaptive),
    rules.maximumSpikes,
    rules.refractorySteps,
    rules.spikeBudget,
  ]);
  const counts = kernels.take(potentials === undefined ? steps * neurons : 0);
  const spikes = kernels.exports["neuronDynamics"](
    address("current", current),
    neurons * (isHeld ? 1 : steps) * 4,
    isHeld ? 0 : neurons * 4,
    images,
    steps,
    neurons,
    address("parameters", args.parameters),
    address("state", args.state),
    numbers.byteOffset,
    counts,
    potentials === undefined ? 0 : address("potentials", potentials),
    address("events", args.events),
    address("ends", args.ends),
    address("mostSpikes", args.mostSpikes),
    address("bounds", args.bounds),
  );
  kernels.release(mark);
  return spikes;
}

function checkLengths(args: NeuronDynamicsArgs): void {
  const { current, isHeld, images, steps, neurons, rules, potentials } = args;
  if (neurons % 16 !== 0) {
    throw new InvalidValueError("neuronDynamics neurons", "must be a multiple of 16", neurons);
  }
  const values = images * steps * neurons;
  requireLength("neuronDynamics current", current, isHeld ? images * neurons : values);
  requireLength("neuronDynamics parameters", args.parameters, dynamicsRows.length * neurons);
  requireLength("neuronDynamics state", args.state, images * dynamicsStates.length * neurons);
  if (potentials === undefined)
    requireLength("neuronDynamics events", args.events, values * rules.maximumSpikes);
  else requireLength("neuronDynamics potentials", potentials, values);
  requireLength("neuronDynamics ends", args.ends, images * steps);
  requireLength("neuronDynamics mostSpikes", args.mostSpikes, neurons);
  requireLength("neuronDynamics bounds", args.bounds, 8);
}
