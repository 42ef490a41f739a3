// Settings of a conversion: bounds, units, defaults and meanings, written once.

import { neurons } from "../neuron/neurons.ts";
import { choice, float, int } from "../space/field.ts";

export const conversionFields = {
  normalisation: choice({
    about: "what bounds a layer's activations: their maximum or a percentile of the positive ones",
    options: ["max", "percentile"],
    default: "percentile",
  }),
  percentile: float({
    about: "percentile that bounds a layer's activations",
    unit: "%",
    low: 90,
    high: 100,
    default: 99.9,
  }),
  thresholdFactor: float({
    about: "factor on every bound: below 1 clips more and saves steps",
    unit: "1",
    low: 0.2,
    high: 2,
    scale: "log",
    default: 1,
  }),
  neuron: choice({
    about: "neuron model: integrate-and-fire or leaky",
    options: ["if", "lif"],
    default: "if",
  }),
  leak: neurons.lif.fields.leak,
  reset: choice({
    about: "after a spike: subtract the threshold or start at zero",
    options: ["subtract", "zero"],
    default: "subtract",
  }),
  initialPotential: float({
    about: "potential at the start as a share of the threshold",
    unit: "1",
    low: 0,
    high: 0.99,
    default: 0.5,
  }),
  weightBits: int({ about: "bits of a stored weight", unit: "bit", low: 2, high: 8, default: 8 }),
};
