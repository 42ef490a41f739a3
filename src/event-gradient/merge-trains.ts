// Pools: the trains of a window are merged into one. An event is heard by every window that covers it, and errors
// go back the way the events came.

import type { LayerSpikes } from "./fire-layer.ts";
import { eventOrder } from "./spike-trains.ts";
import type { Wiring } from "./wiring.ts";

/** @param input - the sample's events, sorted by time */
export function mergeTrains(wiring: Wiring, input: Pick<LayerSpikes, "neuron" | "timeS">): LayerSpikes {
  const neuron: number[] = [];
  const timeS: number[] = [];
  const source: number[] = [];
  for (const [e, from] of input.neuron.entries()) {
    wiring(from, (target) => {
      neuron.push(target);
      timeS.push(input.timeS[e]);
      source.push(e);
    });
  }
  const order = eventOrder(neuron, timeS);
  return {
    neuron: Uint32Array.from(order, (k) => neuron[k]),
    timeS: Float64Array.from(order, (k) => timeS[k]),
    source: Uint32Array.from(order, (k) => source[k]),
  };
}

/**
 * @param source - event below of every merged spike
 * @param errors - ∂L/∂t of every merged spike, 1/s
 * @returns ∂L/∂t of every event below. Shape [events].
 */
export function unmergeErrors(source: Uint32Array, errors: ArrayLike<number>, events: number): Float64Array {
  const below = new Float64Array(events);
  for (const [k, e] of source.entries()) below[e] += errors[k];
  return below;
}
