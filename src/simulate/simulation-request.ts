// What a simulation is asked to do: which images, and under which seed.

import type { IsCancelled } from "../base/cancel.ts";
import { InvalidValueError } from "../base/errors.ts";
import { checkInputSpikes, type InputSpikes, type SpikeCrowding } from "../coding/input-spikes.ts";
import type { Model } from "../model/model.ts";
import { sizeOf } from "../model/shapes.ts";
import type { FlowBuffer } from "./flow-buffer.ts";

export interface SimulationRequest {
  /** Pixels 0…255 of the whole set. Shape […, …inputShape]. Not read under coding `events`. */
  readonly pixels: Uint8Array;
  /** The set as spikes, for coding `events`: as many steps as the network's inference. */
  readonly spikes?: InputSpikes;
  /** Class of every image of the set. */
  readonly labels: Uint8Array;
  /** Place of the first image to run in the set; also names its random draws. */
  readonly firstImage: number;
  /** Images to run. */
  readonly count: number;
  /** Seed and trial of random spike codes. */
  readonly seed: number;
  readonly trial: number;
  readonly isCancelled: IsCancelled;
  /** Whether the lowest and highest potentials are kept track of, which takes time. Default true. */
  readonly boundsPotentials?: boolean;
  /** Told about every neuron layer outside loops, once for every piece of images. Takes time. */
  readonly observe?: ObserveNeurons;
  /** Given what every layer outside loops handed on, once for every piece of images. */
  readonly trace?: TraceFlows;
}

/** Everything that flowed for some images; valid during the call only. */
export interface FlowTrace {
  /** Place of the first image in the set. */
  readonly firstImage: number;
  readonly images: number;
  /** By layer id, and the input's under `"input"`. */
  readonly flows: ReadonlyMap<string, FlowBuffer>;
}

export type TraceFlows = (trace: FlowTrace) => void;

/** What the neurons of a layer have done with some images; valid during the call only. */
export interface NeuronObservation {
  readonly layer: string;
  /** Place of the first image in the set. */
  readonly firstImage: number;
  readonly images: number;
  readonly neurons: number;
  /**
   * Spikes of every neuron over all steps, negative ones subtracted; after a warm-up, over those behind it.
   * Of a ttfs neuron what its spike counts, from 1 to its windowSteps, or 0.
   * Shape [images, neurons].
   */
  readonly counts: Int32Array;
  /** Potential after the last step. Shape [images, neurons]. */
  readonly potentials: Float32Array;
}

export type ObserveNeurons = (observation: NeuronObservation) => void;

/**
 * @returns how many spikes the input's fullest step has, in all and at one place
 * @throws {InvalidValueError} when the set does not hold these images, or not in the form the network takes
 */
export function checkRequest(
  { network, inference }: Model,
  { pixels, spikes, labels, firstImage, count }: SimulationRequest,
): SpikeCrowding {
  const inputs = sizeOf(network.inputShape);
  if (!(Number.isInteger(firstImage) && firstImage >= 0 && Number.isInteger(count) && count >= 0)) {
    throw new InvalidValueError("images", "must be whole numbers of at least 0", [firstImage, count]);
  }
  const isEvents = inference?.coding === "events";
  if (isEvents && spikes === undefined) {
    throw new InvalidValueError("spikes", 'must be given for coding "events"', "nothing");
  }
  const samples = isEvents && spikes ? spikes.samples : Math.floor(pixels.length / inputs);
  const held = Math.min(labels.length, samples);
  const last = firstImage + count;
  if (!(held >= last)) {
    throw new InvalidValueError("images", `must lie in the set of ${held}`, `${firstImage} to ${last}`);
  }
  if (!isEvents || spikes === undefined) return { mostPerStep: inputs, multiplicity: 1 };
  return checkInputSpikes(spikes, inputs, inference.steps, { first: firstImage, count });
}
