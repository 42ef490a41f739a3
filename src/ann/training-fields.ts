// Settings of training: bounds, units, defaults and meanings, written once.

import { choice, flag, float, int, type Values } from "../space/field.ts";

export const trainingFields = {
  epochs: int({ about: "passes over the training images", unit: "1", low: 1, high: 10_000, default: 10 }),
  batch: int({ about: "images of one update", unit: "1", low: 1, high: 4096, default: 128 }),
  optimiser: choice({ about: "rule of the updates", options: ["adam", "sgd"], default: "adam" }),
  learningRate: float({ about: "step size", unit: "1", low: 1e-7, high: 10, scale: "log", default: 2e-3 }),
  momentum: float({ about: "momentum of sgd", unit: "1", low: 0, high: 0.9999, default: 0.9 }),
  nesterov: flag({ about: "Nesterov's momentum in sgd", default: true }),
  weightDecay: float({
    about: "decoupled decay of all parameters, per unit of learning rate",
    unit: "1",
    low: 0,
    high: 10,
    default: 1e-2,
  }),
  schedule: choice({
    about: "learning rate over time",
    options: ["constant", "step", "cosine"],
    default: "cosine",
  }),
  warmUpEpochs: float({
    about: "epochs in which the learning rate rises from 0",
    unit: "1",
    low: 0,
    high: 100,
    default: 0.5,
  }),
  stepEpochs: int({
    about: "epochs between drops of the step schedule",
    unit: "1",
    low: 1,
    high: 10_000,
    default: 5,
  }),
  stepFactor: float({ about: "factor of each drop", unit: "1", low: 1e-4, high: 1, default: 0.3 }),
  // 8 in Bu et al. 2022, for networks with batch norm and hundreds of epochs; after two to four, ½ and 4 cost
  // our small networks half a point, 8 two points, and 1 and 2 are alike.
  initialBound: float({
    about: "bound that clipped and levelled activations start with",
    unit: "1",
    low: 1e-3,
    high: 1e3,
    scale: "log",
    default: 1,
  }),
  labelSmoothing: float({
    about: "share of the target given to all classes alike",
    unit: "1",
    low: 0,
    high: 0.9,
    default: 0,
  }),
  shiftPixels: int({
    about: "largest random shift of a training image, each way",
    unit: "pixel",
    low: 0,
    high: 8,
    default: 0,
  }),
  patience: int({
    about: "epochs without a better validation accuracy before stopping",
    unit: "1",
    low: 1,
    high: 10_000,
    default: 10,
  }),
  shards: int({
    about: "parts a batch is cut into; fixes the result whatever the threads",
    unit: "1",
    low: 1,
    high: 64,
    default: 2,
  }),
};

export type TrainingSettings = Values<typeof trainingFields>;
