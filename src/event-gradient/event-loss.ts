// What a loss is: a number for the output spikes of one sample, and its derivative by each spike's time.

import type { Fields, Values } from "../space/field.ts";

/** Spikes of the output layer for one sample, sorted by time. */
export interface OutputSpikes {
  /** Classes. */
  readonly neurons: number;
  readonly windowS: number;
  /** Shape [spikes]. */
  readonly neuron: ArrayLike<number>;
  readonly timeS: ArrayLike<number>;
}

export interface EventLoss<F extends Fields = Fields> {
  readonly name: string;
  readonly about: string;
  readonly fields: F;
  /**
   * @param errors - ∂L/∂t of every output spike, 1/s; set, in place. Shape [spikes].
   * @returns the loss, always finite
   */
  evaluate(settings: Values<F>, output: OutputSpikes, label: number, errors: Float64Array): number;
}

/** Index of every neuron's first spike, −1 where it is silent. Shape [neurons]. */
export function firstSpikesOf({ neurons, neuron }: OutputSpikes): Int32Array {
  const first = new Int32Array(neurons).fill(-1);
  for (let k = neuron.length - 1; k >= 0; k--) first[neuron[k]] = k;
  return first;
}
