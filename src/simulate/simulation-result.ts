// What a simulation says: decisions, operations and activity. Plain data; totals, so that results
// of different images can be added up.

import { InvalidValueError } from "../base/errors.ts";

/** The class of an image none of whose scores is a number: always wrong. */
export const noClass = 255;

/** One dense, conv2d or neuron layer over all images. Arrays and bounds speak of neuron layers only. */
export interface SimulationLayer {
  /** Id. */
  readonly layer: string;
  readonly kind: "dense" | "conv1d" | "conv2d" | "neuron";
  /** What a dense or conv2d layer is fed: held real values, or spikes. */
  readonly inputKind: "analog" | "events" | "none";
  /** Spikes that reached the layer, after pooling. */
  readonly inputEvents: number;
  /** Spikes × their real fan-out; padding never counts. */
  readonly synapticAdditions: number;
  /** Non-zero held inputs × their real fan-out, one presentation an image. */
  readonly analogProducts: number;
  /** Products of one dense pass, zeros included, padding not, × images. */
  readonly denseProducts: number;
  /** Neurons × steps × images; steps in which a layer rests are left out. */
  readonly neuronUpdates: number;
  /** Negative ones included. */
  readonly spikes: number;
  readonly neurons: number;
  /** 1 for neurons that fired on some image, behind its warm-up if there is one. Shape [neurons]. */
  readonly everFired: Uint8Array;
  /**
   * 1 for neurons that fired at every step of some image behind its warm-up, none negative; ttfs: at the first
   * step they could. Shape [neurons].
   */
  readonly everSaturated: Uint8Array;
  /** Bounds of the potentials after charging, before reset; NaN left out. ∞ and −∞ if there was none. */
  readonly potentialLow: number;
  readonly potentialHigh: number;
}

export interface SimulationResult {
  readonly images: number;
  readonly steps: number;
  /** Correct decisions if the readout were taken after step 1, 2, …, T. */
  readonly correctPerStep: readonly number[];
  /** Class after the last step, `noClass` if no score is a number. Shape [images]. */
  readonly predictions: Uint8Array;
  /** Synaptic additions and analog products of each image. Shape [images]. */
  readonly operationsPerImage: Float64Array;
  /**
   * The same of all images by step; held input is presented at the first. Summed up to step t: what a run of
   * t steps takes, as `correctPerStep` says what it gets right. Shape [steps].
   */
  readonly operationsPerStep: readonly number[];
  readonly layers: readonly SimulationLayer[];
}

/**
 * Join the results of one model on two runs of images, the first's before the second's.
 *
 * @throws {InvalidValueError} when the runs differ in steps or layers
 */
export function mergeResults(first: SimulationResult, second: SimulationResult): SimulationResult {
  const names = (result: SimulationResult): string => result.layers.map(({ layer }) => layer).join(" ");
  if (first.steps !== second.steps || names(first) !== names(second)) {
    throw new InvalidValueError(
      "second result",
      `must have ${first.steps} steps and layers ${names(first)}`,
      `${second.steps} steps and layers ${names(second)}`,
    );
  }
  return {
    images: first.images + second.images,
    steps: first.steps,
    correctPerStep: first.correctPerStep.map((correct, t) => correct + second.correctPerStep[t]),
    predictions: join(first.predictions, second.predictions, Uint8Array),
    operationsPerStep: first.operationsPerStep.map((sum, t) => sum + second.operationsPerStep[t]),
    operationsPerImage: join(first.operationsPerImage, second.operationsPerImage, Float64Array),
    layers: first.layers.map((layer, i) => mergeLayers(layer, second.layers[i])),
  };
}

function mergeLayers(first: SimulationLayer, second: SimulationLayer): SimulationLayer {
  return {
    ...first,
    inputEvents: first.inputEvents + second.inputEvents,
    synapticAdditions: first.synapticAdditions + second.synapticAdditions,
    analogProducts: first.analogProducts + second.analogProducts,
    denseProducts: first.denseProducts + second.denseProducts,
    neuronUpdates: first.neuronUpdates + second.neuronUpdates,
    spikes: first.spikes + second.spikes,
    everFired: first.everFired.map((flag, i) => flag | second.everFired[i]),
    everSaturated: first.everSaturated.map((flag, i) => flag | second.everSaturated[i]),
    potentialLow: Math.min(first.potentialLow, second.potentialLow),
    potentialHigh: Math.max(first.potentialHigh, second.potentialHigh),
  };
}

function join<A extends Uint8Array | Float64Array>(
  first: A,
  second: A,
  Joined: new (length: number) => A,
): A {
  const joined = new Joined(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}
