// The gradient of spike times against central differences, parameter by parameter.

import type { EventNetwork } from "../src/event-gradient/event-network.ts";
import type { LayerSpikes } from "../src/event-gradient/fire-layer.ts";
import { type SampleSpikes, spikeTimeGradient, spikeTimes } from "../src/event-gradient/spike-times.ts";

/** A function of the output spikes and its derivatives by their times; `errors` [spikes] is set, in place. */
export type Objective = (output: LayerSpikes, errors: Float64Array) => number;

export interface GradientCheck {
  /**
   * Largest |difference − derivative| / |derivative|, or for derivatives below a hundredth of the largest of their
   * layer, whose differences are rounding, over that hundredth.
   */
  readonly worst: number;
  readonly compared: number;
  /**
   * Parameters within a step of which a spike appears, disappears or passes an event of the layer below: there the
   * derivative jumps, and the difference tells nothing.
   */
  readonly skipped: number;
  readonly spikes: readonly number[];
}

/**
 * Central differences at a step and at half of it, extrapolated to a step of 0: the error is of fourth order.
 *
 * @param objective - where it only stands in for a derivative, as spike counts do, a linear function of the times
 */
export function checkGradient(
  network: EventNetwork,
  weights: readonly Float64Array[],
  input: SampleSpikes,
  objective: Objective,
): GradientCheck {
  const run = (): { value: number; causes: string } => {
    const spikes = spikeTimes(network, weights, input);
    const output = spikes[spikes.length - 1];
    const value = objective(output, new Float64Array(output.timeS.length));
    return { value, causes: causesOf(input, spikes) };
  };
  const spikes = spikeTimes(network, weights, input);
  const output = spikes[spikes.length - 1];
  const errors = new Float64Array(output.timeS.length);
  objective(output, errors);
  const gradient = spikeTimeGradient(network, weights, input, spikes, errors);
  const { causes } = run();
  let worst = 0;
  let compared = 0;
  let skipped = 0;
  const compare = (parameters: Float64Array, derivatives: Float64Array, step: number): void => {
    const largest = derivatives.reduce((most, d) => Math.max(most, Math.abs(d)), 0);
    for (const [i, held] of parameters.entries()) {
      const around = [step, -step, step / 2, -step / 2].map((by) => {
        parameters[i] = held + by;
        return run();
      });
      parameters[i] = held;
      if (around.some((side) => side.causes !== causes)) {
        skipped++;
        continue;
      }
      const [up, down, halfUp, halfDown] = around.map(({ value }) => value);
      const difference = (4 * ((halfUp - halfDown) / step) - (up - down) / (2 * step)) / 3;
      const size = Math.max(Math.abs(derivatives[i]), 1e-2 * largest, 1e-9);
      const error = Math.abs(difference - derivatives[i]) / size;
      worst = Math.max(worst, error);
      compared++;
    }
  };
  for (const [l, layer] of weights.entries()) compare(layer, gradient.weights[l], 2e-5);
  compare(input.timeS, gradient.inputErrors, 1e-5);
  return { worst, compared, skipped, spikes: spikes.map(({ timeS }) => timeS.length) };
}

/** How many events came before every spike of every neuron. */
function causesOf(input: SampleSpikes, spikes: readonly LayerSpikes[]): string {
  const heardBy = [input, ...spikes];
  return spikes
    .map(({ neuron, timeS }, l) => {
      const byNeuron: number[][] = [];
      for (let k = 0, e = 0; k < timeS.length; k++) {
        while (heardBy[l].timeS[e] < timeS[k]) e++;
        byNeuron[neuron[k]] = [...(byNeuron[neuron[k]] ?? []), e];
      }
      return byNeuron.join("|");
    })
    .join("||");
}
