// Event networks, weights and events drawn at random, for tests that must hold for all of them.

import { Random } from "../src/base/random.ts";
import { type EventNetwork, eventWeightShapes, neuronsOf } from "../src/event-gradient/event-network.ts";
import type { SampleSpikes } from "../src/event-gradient/spike-times.ts";
import { sampleOf, spikeTrainsOf } from "../src/event-gradient/spike-trains.ts";

export function drawOf(index: number): Random {
  return new Random({ seed: 7, trial: -1, purpose: "event-networks", index });
}

export function between(draw: Random, low: number, high: number): number {
  return low + (high - low) * draw.uniform();
}

/** Weights of every layer from `low` up to `high`, over the square root of the inputs a neuron hears. */
export function drawnWeights(network: EventNetwork, draw: Random, low: number, high: number): Float64Array[] {
  return eventWeightShapes(network).map((shape) => {
    if (shape.length === 0) return new Float64Array(0);
    const scale = 1 / Math.sqrt(neuronsOf(shape.slice(1)));
    return Float64Array.from({ length: neuronsOf(shape) }, () => scale * between(draw, low, high));
  });
}

export function drawnEvents(draw: Random, neurons: number, events: number, endS: number): SampleSpikes {
  const neuron = Array.from({ length: events }, () => draw.integer(neurons));
  const timeS = Array.from({ length: events }, () => between(draw, 0, endS));
  return sortedEvents(neuron, timeS, neurons);
}

export function sortedEvents(
  neuron: readonly number[],
  timeS: readonly number[],
  neurons: number,
): SampleSpikes {
  return sampleOf(spikeTrainsOf([{ neuron, timeS }], { neurons, windowS: Infinity }), 0);
}
