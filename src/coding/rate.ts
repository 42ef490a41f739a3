// Deterministic rate code: after t steps an input x has fired round(t x) times.
//
//   spike at step t  ⇔  ⌊t x + ½⌋ > ⌊(t − 1) x + ½⌋
//
// The error of the count never exceeds ½, where a Poisson train's grows with √t.

import type { SpikeCode } from "./spike-code.ts";

export const rate: SpikeCode = {
  name: "rate",
  about: "evenly spaced spikes, round(t x) of them by step t",
  isRandom: false,
  hasPrefixProperty: true,
  chance: ({ x, step }) => Math.floor(step * x + 0.5) - Math.floor((step - 1) * x + 0.5),
};
