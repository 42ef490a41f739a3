// First spikes against target times.
//
//   L = ½ Σ_i ((t_i − t_i*) / τ_L)²     ∂L/∂t_i = (t_i − t_i*) / τ_L²
//
// A silent output counts as one that fires when the window ends, but has no spike to carry an error. Bacho & Chu (2023)
// and Göltz et al. (2021) have this loss in their code, in s² and τₛ² for units.

import { float } from "../space/field.ts";
import { type EventLoss, firstSpikesOf } from "./event-loss.ts";

const targetS = { unit: "s", low: 0, high: 1e6 } as const;

export const spikeTimeFields = {
  trueS: float({ about: "when the labelled output should fire", ...targetS, default: 0.05 }),
  falseS: float({ about: "when all other outputs should fire", ...targetS, default: 0.15 }),
  tauS: float({
    about: "distance from the target that counts ½",
    unit: "s",
    low: 1e-6,
    high: 1e3,
    scale: "log",
    default: 0.05,
  }),
};

export const spikeTimeLoss: EventLoss<typeof spikeTimeFields> = {
  name: "spikeTime",
  about: "squared distance of first spikes from their target times",
  fields: spikeTimeFields,
  evaluate: ({ trueS, falseS, tauS }, output, label, errors) => {
    errors.fill(0);
    let value = 0;
    for (const [i, k] of firstSpikesOf(output).entries()) {
      const timeS = k === -1 ? output.windowS : output.timeS[k];
      const distance = (timeS - (i === label ? trueS : falseS)) / tauS;
      value += (distance * distance) / 2;
      if (k !== -1) errors[k] = distance / tauS;
    }
    return value;
  },
};
