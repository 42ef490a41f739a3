// Spike times the slow way: every neuron's equations by explicit Euler steps. It shares nothing with the closed forms
// but the equations themselves, and is off by about a step.

import type { EventNeuron } from "../src/event-gradient/event-fields.ts";
import type { SampleSpikes } from "../src/event-gradient/spike-times.ts";

/**
 * @param weights - shape [neurons, inputs]
 * @returns every neuron's spike times. Shape [neurons][spikes].
 */
export function smallStepTimes(
  neuron: EventNeuron,
  weights: ArrayLike<number>,
  inputs: number,
  { neuron: from, timeS }: SampleSpikes,
  windowS: number,
  stepS: number,
): number[][] {
  const { tauMembraneS, tauSynapseS, threshold, maxSpikes } = neuron;
  return Array.from({ length: weights.length / inputs }, (_, i) => {
    const times: number[] = [];
    let g = 0;
    let u = 0;
    let e = 0;
    for (let step = 1; step * stepS <= windowS && times.length < maxSpikes; step++) {
      for (; e < timeS.length && timeS[e] < step * stepS; e++) g += weights[i * inputs + from[e]];
      u += stepS * (g - u / tauMembraneS);
      g -= (stepS * g) / tauSynapseS;
      if (u < threshold) continue;
      times.push(step * stepS);
      u -= threshold;
    }
    return times;
  });
}
