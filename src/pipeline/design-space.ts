// The design space of a converted network: everything the optimiser may change.

import { codingFields } from "../coding/coding-fields.ts";
import { conversionFields } from "../convert/conversion-fields.ts";
import type { Restriction } from "../space/restrict.ts";
import { type Design, space } from "../space/space.ts";
import { protectionConditions, protectionFields, unprotected } from "./protection-fields.ts";

export const designSpace = space(
  { ...codingFields, ...conversionFields, ...protectionFields },
  {
    percentile: { normalisation: "percentile" },
    population: { normalisation: "percentile" },
    leak: { neuron: "lif" },
    ...protectionConditions,
  },
);

export type SnnDesign = Design<typeof designSpace>;

/** What a converted network is made by; how its memory is protected comes on top. */
export type ConversionDesign = Omit<SnnDesign, keyof typeof protectionFields>;

/**
 * What a search varies unless it is told more: the rest of the space costs further runs a design (warm-up,
 * calibration), gives up stored weights that are the ANN's, adds memory and logic (protections), or pays rarely.
 */
export const usualSpace: Readonly<Record<string, Restriction>> = {
  steps: { low: 1, high: 64 },
  readout: ["count", "membrane"],
  normalisation: ["max", "percentile"],
  population: "positive",
  average: "global",
  granularity: "layer",
  neuron: ["if", "lif"],
  thresholdShift: 0,
  signed: false,
  warmUp: "none",
  warmUpSteps: conversionFields.warmUpSteps.default,
  maxPool: "gate",
  calibrateWeights: false,
  calibrateBias: false,
  calibratePotential: false,
  weightScales: "layer",
  ...unprotected,
};
