// All spike times of an event network for one sample, and their exact gradient: the scalar twins, in float64.
// What runs batches is tested against them.

import { InvalidValueError } from "../base/errors.ts";
import {
  type EventNetwork,
  type EventShape,
  eventShapes,
  eventWeightShapes,
  neuronsOf,
} from "./event-network.ts";
import { fireLayer, type LayerDrive, type LayerSpikes } from "./fire-layer.ts";
import { layerGradient } from "./layer-gradient.ts";
import { mergeTrains, unmergeErrors } from "./merge-trains.ts";
import { type Wiring, wiringOf } from "./wiring.ts";

/** Weights of every layer, in the order of `eventWeightShapes`; pools have none: empty. Shape [layers]. */
export type EventWeights = readonly (Float32Array | Float64Array)[];

/** Events of one sample, sorted by time (see `sampleOf`). */
export type SampleSpikes = Pick<LayerSpikes, "neuron" | "timeS">;

export interface SpikeTimeGradient {
  /** ∂L/∂w of every layer. Shape [layers]. */
  readonly weights: readonly Float64Array[];
  /** ∂L/∂t of every input event, 1/s. Shape [events]. */
  readonly inputErrors: Float64Array;
}

/**
 * @param input - events of the sample, sorted by time
 * @returns the spikes of every layer. Shape [layers].
 * @throws {InvalidValueError} naming the layer whose weights have another number than its shape asks for
 */
export function spikeTimes(
  network: EventNetwork,
  weights: EventWeights,
  input: SampleSpikes,
): readonly LayerSpikes[] {
  const spikes: LayerSpikes[] = [];
  for (const { drive, wiring } of stagesOf(network, weights)) {
    const heard = spikes.at(-1) ?? input;
    spikes.push(drive === undefined ? mergeTrains(wiring, heard) : fireLayer(drive, heard));
  }
  return spikes;
}

/**
 * @param input - the events that `spikes` came from
 * @param spikes - what `spikeTimes` returned
 * @param errors - ∂L/∂t of every spike of the last layer, 1/s. Shape [spikes].
 */
export function spikeTimeGradient(
  network: EventNetwork,
  weights: EventWeights,
  input: SampleSpikes,
  spikes: readonly LayerSpikes[],
  errors: ArrayLike<number>,
): SpikeTimeGradient {
  const gradients = weights.map((layer) => new Float64Array(layer.length));
  let above: Float64Array = Float64Array.from(errors);
  const stages = stagesOf(network, weights);
  for (let l = stages.length - 1; l >= 0; l--) {
    const { drive } = stages[l];
    const heard = l === 0 ? input : spikes[l - 1];
    const events = heard.timeS.length;
    if (drive === undefined) above = unmergeErrors(spikes[l].source ?? new Uint32Array(0), above, events);
    else {
      const inputErrors = new Float64Array(events);
      layerGradient(drive, heard, spikes[l], above, { weights: gradients[l], inputErrors });
      above = inputErrors;
    }
  }
  return { weights: gradients, inputErrors: above };
}

interface Stage {
  readonly wiring: Wiring;
  /** Undefined for pools. */
  readonly drive: LayerDrive | undefined;
}

function stagesOf(network: EventNetwork, weights: EventWeights): readonly Stage[] {
  const shapes = eventShapes(network);
  requireWeights(network, eventWeightShapes(network), weights);
  return network.layers.map((layer, l) => {
    const wiring = wiringOf(layer, shapes[l], shapes[l + 1]);
    if (layer.kind === "pool") return { wiring, drive: undefined };
    const neurons = neuronsOf(shapes[l + 1]);
    return {
      wiring,
      drive: { neuron: layer, neurons, wiring, weights: weights[l], windowS: network.windowS },
    };
  });
}

function requireWeights(
  { layers }: EventNetwork,
  shapes: readonly EventShape[],
  weights: EventWeights,
): void {
  for (const [l, { id }] of layers.entries()) {
    const length = shapes[l].length === 0 ? 0 : neuronsOf(shapes[l]);
    if (weights[l]?.length === length) continue;
    throw new InvalidValueError(
      `weights of layer ${JSON.stringify(id)}`,
      `must be ${length} numbers`,
      weights[l]?.length,
    );
  }
}
