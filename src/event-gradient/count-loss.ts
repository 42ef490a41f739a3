// Spike counts against targets (Bacho & Chu 2023).
//
//   L = ½ Σ_i (n_i* − n_i)²     e_k = n_i* − n_i for every spike k of output i
//
// A count has no derivative by a time. The error stands in for one: spikes that come earlier leave room for more
// (∂n/∂t := −1), so it is no gradient of L, and 0 where every count meets its target. A silent output has no spike to
// carry its error.

import { float } from "../space/field.ts";
import type { EventLoss } from "./event-loss.ts";

export const countFields = {
  trueSpikes: float({
    about: "spikes the labelled output should fire",
    unit: "1",
    low: 0,
    high: 4096,
    default: 15,
  }),
  falseSpikes: float({
    about: "spikes all other outputs should fire",
    unit: "1",
    low: 0,
    high: 4096,
    default: 3,
  }),
};

export const countLoss: EventLoss<typeof countFields> = {
  name: "count",
  about: "squared distance of spike counts from their targets",
  fields: countFields,
  evaluate: ({ trueSpikes, falseSpikes }, { neurons, neuron }, label, errors) => {
    const missing = new Float64Array(neurons).fill(falseSpikes);
    missing[label] = trueSpikes;
    for (let k = 0; k < neuron.length; k++) missing[neuron[k]]--;
    for (let k = 0; k < neuron.length; k++) errors[k] = missing[neuron[k]];
    return missing.reduce((sum, m) => sum + (m * m) / 2, 0);
  },
};
