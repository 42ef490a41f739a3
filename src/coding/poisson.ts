// Poisson (Bernoulli) code: at every step an input x fires with chance x, independently.
//
// The draw belongs to image, step and pixel (spike-draw.ts), so neither batch nor thread matters.

import type { SpikeCode } from "./spike-code.ts";

export const poisson: SpikeCode = {
  name: "poisson",
  about: "a spike with chance x at every step",
  isRandom: true,
  hasPrefixProperty: true,
  chance: ({ x }) => x,
};
