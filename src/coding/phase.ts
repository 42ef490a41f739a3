// Weighted phase code (Kim et al. 2018): the bits of an input, most significant first, over and over.
//
//   phase k = (t − 1) mod 8;  a spike if bit 7 − k of round(255 x) is set, worth 8 · 2^(7 − k) / 255
//
// so that eight steps bring 8 x: as much as constant input does.

import type { SpikeCode } from "./spike-code.ts";

const bits = 8;

export const phase: SpikeCode = {
  name: "phase",
  about: "the bits of x, most significant first, a spike worth its bit",
  isRandom: false,
  hasPrefixProperty: true,
  chance: ({ x, step }) => (Math.floor(255 * x + 0.5) >> (bits - 1 - ((step - 1) % bits))) & 1,
  worth: (step) => (bits * 2 ** (bits - 1 - ((step - 1) % bits))) / 255,
};
