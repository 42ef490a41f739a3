// Settings of the training of event networks: bounds, units, defaults and meanings, written once. Defaults are those of
// Bacho & Chu's (2023) count-trained MNIST network.

import { choice, float, int, type Values } from "../space/field.ts";
import { countFields } from "./count-loss.ts";
import { earlySpikeFields } from "./early-spike-loss.ts";

const seconds = (about: string, value: number) =>
  float({ about, unit: "s", low: 0, high: 1e3, default: value });

/** How a batch becomes an update. */
export const eventUpdateFields = {
  epochs: int({ about: "passes over the training samples", unit: "1", low: 1, high: 10_000, default: 100 }),
  batch: int({ about: "samples of one update", unit: "1", low: 1, high: 4096, default: 50 }),
  optimiser: choice({ about: "rule of the updates", options: ["adam", "sgd"], default: "adam" }),
  learningRate: float({ about: "step size", unit: "1", low: 1e-7, high: 10, scale: "log", default: 3e-3 }),
  schedule: choice({
    about: "learning rate over the epochs: the same; multiplied every so many epochs; half a cosine",
    options: ["constant", "step", "cosine"],
    default: "constant",
  }),
  stepEpochs: int({
    about: "epochs between drops of the step schedule",
    unit: "1",
    low: 1,
    high: 10_000,
    default: 10,
  }),
  stepFactor: float({ about: "factor of each drop", unit: "1", low: 1e-4, high: 1, default: 0.5 }),
  leastRate: float({
    about: "step size that no schedule goes below",
    unit: "1",
    low: 0,
    high: 10,
    default: 0,
  }),
  inputNoiseS: seconds("standard deviation of noise on the input's spike times while training", 0),
  largestShare: float({
    about:
      "a sample's gradient of a neuron's weights counts as a barely fired spike's and is left out if one part of it, as a share of the batch, is larger; 0: none is",
    unit: "1",
    low: 0,
    high: 1e6,
    default: 0,
  }),
  leastSlope: float({
    about:
      "least slope of the potential at a spike that its derivatives are computed with, in units of threshold over membrane time constant; bounds what barely fired spikes do to the weights; 0: derivatives are exact",
    unit: "1",
    low: 0,
    high: 1e3,
    default: 0.1,
  }),
  wakeStrength: float({
    about:
      "pull on labelled outputs that stay silent, as a share of that on a spike at the peak of their potential; 0: none",
    unit: "1",
    low: 0,
    high: 1e3,
    default: 1,
  }),
  bump: float({
    about:
      "what is added to the weights of neurons that are silent where too many are, in place of an update; doubled while the same layer stays so; 0: nothing",
    unit: "1",
    low: 0,
    high: 1e3,
    default: 0,
  }),
  silentShare: float({
    about: "share of neurons and samples without a spike that hidden layers may have before they are bumped",
    unit: "1",
    low: 0,
    high: 1,
    default: 0.3,
  }),
  silentOutputShare: float({
    about: "the same of the output layer",
    unit: "1",
    low: 0,
    high: 1,
    default: 0,
  }),
  patience: int({
    about: "epochs without a better validation accuracy before stopping",
    unit: "1",
    low: 1,
    high: 10_000,
    default: 10_000,
  }),
  shards: int({
    about: "parts a batch is cut into; fixes the result whatever the threads",
    unit: "1",
    low: 1,
    high: 64,
    default: 2,
  }),
};

/** The loss and its settings; those of other losses are not used. */
export const eventLossFields = {
  loss: choice({
    about: "what is made small: distance of spike counts, or cross-entropy of first spikes",
    options: ["count", "firstSpike", "earlySpike"],
    default: "count",
  }),
  ...countFields,
  ...earlySpikeFields,
};

export const eventTrainingFields = { ...eventUpdateFields, ...eventLossFields };

export type EventTrainingSettings = Values<typeof eventTrainingFields>;

/** The learning rate of an epoch, from 0; Loshchilov & Hutter's (2017) cosine. */
export function eventLearningRate(settings: EventTrainingSettings, epoch: number): number {
  const { learningRate, schedule, epochs, stepEpochs, stepFactor, leastRate } = settings;
  switch (schedule) {
    case "constant":
      return learningRate;
    case "step":
      return Math.max(leastRate, learningRate * stepFactor ** Math.floor(epoch / stepEpochs));
    case "cosine":
      return Math.max(leastRate, 0.5 * learningRate * (1 + Math.cos((Math.PI * epoch) / epochs)));
    default:
      throw new TypeError(`unknown schedule ${JSON.stringify(schedule satisfies never)}`);
  }
}
