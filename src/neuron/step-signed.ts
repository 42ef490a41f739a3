// One step of a signed neuron with memory, in float32, rounded after every operation: an IF or LIF neuron
// that may take back what it sent too early.
//
//   v ← λ v + g I
//   s = 1 if v ≥ θ;  −1 if v ≤ −θ and m > 0;  else 0
//   v ← v − s θ, at least the minimum potential;  m ← m + s
//
// m, what the neuron has sent in all, keeps the sum at 0 or above, as a relu's value is. Source: Wang et al.
// 2022 (signed neuron with memory), whose published code has a threshold for −1 of its own; here it is −θ.

import type { StepOutcome, StepParameters } from "./step-neuron.ts";

export interface SignedState {
  potential: number;
  /** m. */
  sent: number;
}

const { fround } = Math;

/**
 * Advance a neuron by one step, in place. All numbers are float32.
 *
 * @param input - what arrives in this step, bias included
 * @returns 1, 0 or −1 as `spikes`, and the potential before the reset
 */
export function stepSigned(
  {
    threshold,
    membrane,
    currentGain,
    minimumPotential,
  }: Pick<StepParameters, "threshold" | "membrane" | "currentGain" | "minimumPotential">,
  state: SignedState,
  input: number,
): StepOutcome {
  const charged = fround(fround(membrane * state.potential) + fround(currentGain * input));
  let spikes = 0;
  if (charged >= threshold) spikes = 1;
  else if (charged <= -threshold && state.sent > 0) spikes = -1;
  const v = spikes === 0 ? charged : fround(charged - spikes * threshold);
  state.potential = v < minimumPotential ? minimumPotential : v;
  state.sent += spikes;
  return { spikes, charged };
}
