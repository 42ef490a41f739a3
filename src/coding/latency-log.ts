// Logarithmic latency code: one spike an input, as late as a membrane takes to charge to its threshold.
//
//   spike at step 1 + round(min(1, (t(x) − t(1)) / (t(2 θ) − t(1))) (T − 1)),  t(x) = ln(x / (x − θ)), θ = 1/256
//
// A leaky membrane driven by x reaches θ at t = τ ln(x / (x − θ)) (snnTorch's logarithmic latency); τ is
// chosen so that x = 2 θ comes at the last step. Inputs of at most θ stay silent.

import type { SpikeCode } from "./spike-code.ts";

const threshold = 1 / 256;
/** Charging time of an input of 2 θ and of 1, in membrane time constants. */
const longest = Math.LN2;
const shortest = Math.log(1 / (1 - threshold));

export const latencyLog: SpikeCode = {
  name: "latencyLog",
  about: "one spike, when a leaky membrane driven by x would reach its threshold",
  isRandom: false,
  hasPrefixProperty: false,
  chance: ({ x, step, steps }) => {
    if (!(x > threshold)) return 0;
    const time = Math.log(x / (x - threshold));
    const share = Math.min(1, Math.max(0, (time - shortest) / (longest - shortest)));
    return Number(step === 1 + Math.floor(share * (steps - 1) + 0.5));
  },
};
