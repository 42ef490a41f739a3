// Settings of a conversion: bounds, units, defaults and meanings, written once. They may be combined; what
// cannot be is refused by name.

import { neurons } from "../neuron/neurons.ts";
import { choice, flag, float, int, type Values } from "../space/field.ts";

/** What bounds the activations of every layer, λ: where they are clipped, and what one spike stands for. */
const boundFields = {
  // Diehl et al. 2015; Rueckauer et al. 2017; Li et al. 2021, eq. 10. Relus trained with a bound keep it.
  normalisation: choice({
    about: "what bounds a layer's activations: their maximum, a percentile, or the least squared error",
    options: ["max", "percentile", "mmse"],
    default: "percentile",
  }),
  percentile: float({
    about: "percentile that bounds a layer's activations",
    unit: "%",
    low: 90,
    high: 100,
    default: 99.9,
  }),
  population: choice({
    about: "activations the percentile is of: those above 0, or all",
    options: ["positive", "all"],
    default: "positive",
  }),
  average: choice({
    about: "bound over all calibration images, or a moving average over their batches",
    options: ["global", "moving"],
    default: "global",
  }),
  granularity: choice({
    about: "one bound a layer, or one a channel; the latter changes weights",
    options: ["layer", "channel"],
    default: "layer",
  }),
  thresholdFactor: float({
    about: "factor on every bound: below 1 clips more and saves steps",
    unit: "1",
    low: 0.2,
    high: 2,
    scale: "log",
    default: 1,
  }),
};

const neuronFields = {
  neuron: choice({
    about: "neuron model: integrate-and-fire, leaky, or one spike whose time is the value",
    options: ["if", "lif", "ttfs"],
    default: "if",
  }),
  leak: neurons.lif.fields.leak,
  reset: choice({
    about: "after a spike: subtract the threshold or start at zero",
    options: ["subtract", "zero"],
    default: "subtract",
  }),
  // Bu et al. 2022a: ½ halves the flooring error.
  initialPotential: float({
    about: "potential at the start as a share of the threshold",
    unit: "1",
    low: 0,
    high: 0.99,
    default: 0.5,
  }),
  // Deng & Gu 2021: ½ does the same, spread over the steps.
  thresholdShift: float({
    about: "share of the threshold given to every neuron in equal parts over all steps",
    unit: "1",
    low: 0,
    high: 0.99,
    default: 0,
  }),
  // Wang et al. 2022.
  signed: flag({
    about: "neurons may take back spikes they sent too early by negative ones",
    default: false,
  }),
  // Hao et al. 2023a (residual), 2023b (offset).
  warmUp: choice({
    about: "steps spent first: to mute neurons without a residual, or to correct initial potentials",
    options: ["none", "residual", "offset"],
    default: "none",
  }),
  warmUpSteps: int({
    about: "steps of the warm-up, for an offset of every layer in a row; all of them are charged",
    unit: "step",
    low: 1,
    high: 1024,
    default: 4,
  }),
  maxPool: choice({
    about: "max pools pass the spikes of the most active input, or stand before the neurons",
    options: ["gate", "sums"],
    default: "gate",
  }),
};

/** Li et al. 2021: what is corrected layer by layer on training images, after everything else. */
const calibrationFields = {
  calibrateWeights: flag({
    about: "train every layer's weights on the spikes it receives; changes weights",
    default: false,
  }),
  calibrateBias: flag({ about: "correct every channel's bias by its mean error", default: false }),
  calibratePotential: flag({
    about: "correct every neuron's initial potential by its mean error",
    default: false,
  }),
};

const weightFields = {
  weightBits: int({ about: "bits of a stored weight", unit: "bit", low: 2, high: 8, default: 8 }),
  weightScales: choice({
    about: "one scale of stored weights a layer, or one an output channel",
    options: ["layer", "channel"],
    default: "layer",
  }),
};

/** What `convertToSnn` reads. */
export const ruleFields = { ...boundFields, ...neuronFields };

/** Settings of a conversion; calibration and how weights are stored come before and after. */
export type ConversionSettings = Values<typeof ruleFields>;

export const conversionFields = {
  ...ruleFields,
  ...calibrationFields,
  ...weightFields,
};

/** Share of the threshold that neurons start with, or are given over the steps. */
export function startShare({ neuron, initialPotential, thresholdShift }: ConversionSettings): number {
  // Neurons that fire once round by themselves.
  return neuron === "ttfs" ? 0.5 : initialPotential + thresholdShift;
}
