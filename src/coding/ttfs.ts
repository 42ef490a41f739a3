// Time-to-first-spike code of layers of windows: an input stands for k of T parts, and its spike for the k steps
// that are left with it (neuron/step-ttfs.ts sums up so).
//
//   spike at step T − k + 1,  k = round(x T);  none for k = 0

import type { SpikeCode } from "./spike-code.ts";

export const ttfs: SpikeCode = {
  name: "ttfs",
  about: "one spike, with round(x T) steps left, its own included",
  isRandom: false,
  hasPrefixProperty: false,
  chance: ({ x, step, steps }) => {
    const left = Math.floor(x * steps + 0.5);
    return Number(left > 0 && step === steps - left + 1);
  },
};
