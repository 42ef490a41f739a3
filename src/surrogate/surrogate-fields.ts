// Settings of training by surrogate gradients: bounds, units, defaults and meanings, written once.

import { surrogateNames } from "../kernels/surrogate-functions.ts";
import { choice, flag, float, int, type Values } from "../space/field.ts";
import { type SeriesLossName, seriesLosses } from "./series-losses.ts";

const spikeLosses = Object.keys(seriesLosses) as SeriesLossName[];

export const surrogateFields = {
  surrogate: choice({
    about: "slope that stands for a spike's on the way back",
    options: surrogateNames,
    default: "fastSigmoid",
  }),
  slope: float({
    about: "steepness of the surrogate; 0: the peers' default of each",
    unit: "1",
    low: 0,
    high: 1000,
    default: 0,
  }),
  loss: choice({
    about: "what is asked of the output over time",
    options: spikeLosses,
    default: "countCrossEntropy",
  }),
  // Resets that count as given keep derivatives from cancelling: Zenke & Vogels 2021.
  detachReset: flag({ about: "take resets as given when derivatives are taken", default: true }),
  learn: choice({
    about: "what of the neurons is learnt besides the weights",
    options: ["nothing", "leaks", "thresholds", "all"],
    default: "nothing",
  }),
  // Through rates: Meng et al. 2022; near the threshold only: Perez-Nieves & Goodman 2021.
  backward: choice({
    about: "how derivatives come back: through time, by surrogate slopes, or through firing rates",
    options: ["time", "rates"],
    default: "time",
  }),
  activeWidth: float({
    about: "distance from the threshold within which hidden neurons pass derivatives; 0: any",
    unit: "1",
    low: 0,
    high: 1000,
    default: 0,
  }),
  truncation: int({
    about: "steps after which derivatives are cut off; 0: never",
    unit: "step",
    low: 0,
    high: 100_000,
    default: 0,
  }),
  stepsInMemory: int({
    about: "steps kept in memory, the others are run again on the way back; 0: all",
    unit: "step",
    low: 0,
    high: 100_000,
    default: 0,
  }),
  activityWeight: float({
    about: "weight of a penalty on spikes above the target rate",
    unit: "1",
    low: 0,
    high: 1e6,
    default: 0,
  }),
  activityTarget: float({
    about: "spikes a neuron and step that cost nothing",
    unit: "1",
    low: 0,
    high: 1,
    default: 0.05,
  }),
};

export type SurrogateSettings = Values<typeof surrogateFields>;
