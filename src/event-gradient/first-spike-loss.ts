// Cross-entropy of first spikes: the sooner an output fires, the likelier its class (Bacho & Chu 2023).
//
//   p = softmax(−t / τ_L)     L = −ln p_y     ∂L/∂t_i = (1[i = y] − p_i) / τ_L
//
// Silent outputs have no part in p. A silent label counts as one that fires when the window ends, so that L stays
// finite and still drives the others later; if all are silent, L is that of a guess, ln n. Only first spikes bear errors.

import { float } from "../space/field.ts";
import { type EventLoss, firstSpikesOf, type OutputSpikes } from "./event-loss.ts";

export const firstSpikeFields = {
  tauS: float({
    about: "time by which a label must lead to be e times likelier",
    unit: "s",
    low: 1e-6,
    high: 1e3,
    scale: "log",
    default: 5e-3,
  }),
};

export const firstSpikeLoss: EventLoss<typeof firstSpikeFields> = {
  name: "firstSpike",
  about: "cross-entropy of the times of first spikes",
  fields: firstSpikeFields,
  evaluate: ({ tauS }, output, label, errors) => firstSpikeEntropy(tauS, output, label, errors),
};

/** The loss above, for those that add to it. @param errors - set, in place */
export function firstSpikeEntropy(
  tauS: number,
  output: OutputSpikes,
  label: number,
  errors: Float64Array,
): number {
  const { neurons, windowS, timeS } = output;
  errors.fill(0);
  const fired = firstSpikesOf(output);
  const spikes = fired.filter((k) => k >= 0);
  if (spikes.length === 0) return Math.log(neurons);
  // Relative to the first, so that one term of the sum is 1.
  const soonestS = timeS[0];
  let sum = 0;
  for (const k of spikes) {
    errors[k] = Math.exp((soonestS - timeS[k]) / tauS);
    sum += errors[k];
  }
  for (const k of spikes) errors[k] /= -sum * tauS;
  const own = fired[label];
  if (own >= 0) errors[own] += 1 / tauS;
  const labelS = own >= 0 ? timeS[own] : windowS;
  return Math.log(sum) + (labelS - soonestS) / tauS;
}
