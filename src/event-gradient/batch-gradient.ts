// The gradient of a batch of any size: its samples go through in parts that stay in the cache.

import type { BatchEngine } from "./batch-engine.ts";
import type { SpikeTrains } from "./spike-trains.ts";

/**
 * @param output - spikes of the last layer for some of the samples
 * @param first - index of the first of them in the inputs
 * @returns ∂L/∂t of these spikes, 1/s, in their order
 */
export type ErrorsOf = (output: SpikeTrains, first: number) => ArrayLike<number>;

/**
 * Set the engine's gradient to that of the loss summed over samples [from, to). Samples are added up in their order:
 * the result does not depend on the parts.
 *
 * @param errorsOf - called for part after part, in order; may look at other layers' spikes with `engine.trains`
 */
export function batchGradient(
  engine: BatchEngine,
  inputs: SpikeTrains,
  errorsOf: ErrorsOf,
  [from, to]: readonly [from: number, to: number] = [0, inputs.samples],
): void {
  engine.gradient.fill(0);
  for (let first = from; first < to; first += engine.samplesTogether) {
    engine.forward(inputs, first, Math.min(to, first + engine.samplesTogether));
    engine.backward(errorsOf(engine.trains(), first));
  }
}
