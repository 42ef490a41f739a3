// Latency code: one spike an input, the brighter the sooner; black stays silent.
//
//   spike at step 1 + round((1 − x)(T − 1)),  x > 0

import type { SpikeCode } from "./spike-code.ts";

export const latency: SpikeCode = {
  name: "latency",
  about: "one spike, at step 1 + round((1 − x)(T − 1))",
  isRandom: false,
  hasPrefixProperty: false,
  chance: ({ x, step, steps }) => Number(x > 0 && step === 1 + Math.floor((1 - x) * (steps - 1) + 0.5)),
};
