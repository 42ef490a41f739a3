// Event networks as designs of a study: layer sizes, thresholds, time constants and caps of dense networks whose
// outputs speak by the time of their first spike or by how many they fire, and the recipe by which they are trained.
// Plain data, as recipes of skips are.

import type { EventTrainingSettings } from "../../event-gradient/event-training-fields.ts";
import { choice, type Fields, flag, float, int, type Values } from "../../space/field.ts";
import type { Restriction } from "../../space/restrict.ts";
import { type Space, space } from "../../space/space.ts";

const large = 1_000_000_000;
const ms = (about: string, value: number) =>
  float({ about, unit: "ms", low: 1e-3, high: 1e6, scale: "log", default: value });
const weight = (about: string, value: number) =>
  float({ about, unit: "1", low: -1e3, high: 1e3, default: value });

/** Settings of a study of event networks that are single values. */
export const ttfsFields = {
  windowMs: ms("end of the time that is looked at", 400),
  latestMs: ms("time at which a pixel of almost 0 spikes; full ones spike at 0, empty ones never", 100),
  startLow: weight("lower end of the weights that training begins with", -0.5),
  startHigh: weight("upper end of the weights that training begins with", 1),
  trainingImages: int({ about: "training images", unit: "1", low: 10, high: large, default: 5000 }),
  judgingImages: int({
    about: "the training images behind these, which choose the best epoch",
    unit: "1",
    low: 10,
    high: large,
    default: 500,
  }),
  epochs: int({ about: "epochs of a trial", unit: "1", low: 1, high: 10_000, default: 2 }),
  finalEpochs: int({
    about: "epochs of the points of the front, which are trained on; at least those of a trial",
    unit: "1",
    low: 1,
    high: 10_000,
    default: 8,
  }),
} satisfies Fields;

/** How networks are trained of their designs. */
export interface TtfsRecipe extends Omit<Values<typeof ttfsFields>, "epochs" | "finalEpochs"> {
  /** But for the epochs; what is not given is at its default. */
  readonly training: Partial<EventTrainingSettings>;
  readonly seed: number;
}

const units = (about: string) => int({ about, unit: "1", low: 2, high: 2048, scale: "log", default: 100 });
const threshold = (about: string, value: number) =>
  float({ about, unit: "1", low: 1e-3, high: 100, scale: "log", default: value });

/** What a search may change. The third layer is only there behind a second. */
export const ttfsSpace: Space = space(
  {
    units1: units("neurons of the first hidden layer"),
    threshold1: threshold("threshold of the first hidden layer", 0.7),
    second: flag({ about: "a second hidden layer", default: false }),
    units2: units("neurons of the second hidden layer"),
    threshold2: threshold("threshold of the second hidden layer", 1),
    third: flag({ about: "a third hidden layer", default: false }),
    units3: units("neurons of the third hidden layer"),
    threshold3: threshold("threshold of the third hidden layer", 1),
    outputThreshold: threshold("threshold of the output layer", 1),
    tauMs: ms("time constant of the synaptic currents", 130),
    membrane: choice({
      about: "time constant of the potentials: twice that of the currents, or equal to it",
      options: ["double", "equal"],
      default: "double",
    }),
    cap: int({
      about: "spikes a hidden neuron may fire; 1 is time to first spike",
      unit: "1",
      low: 1,
      high: 64,
      scale: "log",
      default: 1,
    }),
    decoding: choice({
      about: "what decides: the first output spike, or the most; networks are trained for it",
      options: ["first", "count"],
      default: "first",
    }),
    outputCap: int({
      about:
        "count: spikes an output may fire; the labelled one is trained to fire them all, the others a tenth",
      unit: "1",
      low: 2,
      high: 64,
      scale: "log",
      default: 30,
    }),
    codeSteps: int({
      about: "steps in which an image's spikes come when the network is put on a clock",
      unit: "step",
      low: 1,
      high: 1024,
      scale: "log",
      default: 50,
    }),
    weightBits: int({ about: "bits per stored weight", unit: "bit", low: 2, high: 8, default: 8 }),
  },
  {
    units2: { second: true },
    threshold2: { second: true },
    third: { second: true },
    outputCap: { decoding: "count" },
    units3: { third: true },
    threshold3: { third: true },
  },
);

/** What a search varies unless it is told more. */
export const usualTtfsSpace: Readonly<Record<string, Restriction>> = {
  units1: { low: 16, high: 256 },
  units2: { low: 16, high: 256 },
  threshold1: { low: 0.1, high: 4 },
  threshold2: { low: 0.1, high: 4 },
  third: false,
  units3: 100,
  threshold3: 1,
  outputThreshold: { low: 0.1, high: 4 },
  tauMs: { low: 40, high: 400 },
  membrane: "double",
  cap: 1,
  decoding: "first",
  outputCap: 30,
  codeSteps: 50,
  weightBits: 8,
};
