// Experiments by name: a network, its code, its starting weights and how it is trained. Bacho & Chu (2023), with their
// code's settings, and Göltz et al. (2021) version 1.0.0, whose thresholds are multiplied by τₛ as currents are not divided
// by τ here. What is ours is said.

import type { GivenEventLayer, GivenEventNetwork } from "./event-network.ts";
import type { EventTrainingSettings } from "./event-training-fields.ts";
import type { StartingWeights } from "./initialise-event-weights.ts";
import type { EventCoding } from "./labelled-trains.ts";

export interface EventExperiment {
  readonly about: string;
  /** Data set by name. */
  readonly data: string;
  readonly network: GivenEventNetwork;
  readonly coding: Partial<EventCoding>;
  readonly training: Partial<EventTrainingSettings>;
  /** One for all layers, or one for every layer that has weights. */
  readonly starts: readonly StartingWeights[];
}

const image = [784];
const count = { loss: "count", trueSpikes: 15, falseSpikes: 3 } as const;
const firstSpike = { loss: "firstSpike", tauS: 5e-3 } as const;
const halved = { schedule: "step", stepEpochs: 10, stepFactor: 0.5, leastRate: 1e-4 } as const;
const around = { kind: "uniform", a: -1, b: 1 } as const;
const above = { kind: "uniform", a: 0, b: 1 } as const;

function dense(id: string, units: number, threshold: number, maxSpikes: number): GivenEventLayer {
  return { id, kind: "dense", units, threshold, maxSpikes };
}

const tauS = 0.13;
/** Fast & Deep: equal time constants, currents divided by them. */
function fastDeep(id: string, units: number): GivenEventLayer {
  return { id, kind: "dense", units, threshold: tauS, maxSpikes: 1, tauSynapseS: tauS, tauMembraneS: tauS };
}

const fastDeepTraining = {
  loss: "earlySpike",
  tauS: 0.2 * tauS,
  earlyStrength: 5e-3,
  earlyTauS: tauS,
  learningRate: 5e-3,
  schedule: "step",
  largestShare: 0.2,
  bump: 5e-4,
} as const;

function toy(maxSpikes: number): EventExperiment {
  return {
    about: `two orders of four spikes told apart by two neurons of up to ${maxSpikes} spike${maxSpikes === 1 ? "" : "s"}`,
    data: "two-orders",
    network: {
      inputShape: [4],
      windowS: 10,
      layers: [
        { ...dense("output", 2, 1, maxSpikes), kind: "dense", units: 2, tauSynapseS: 1, tauMembraneS: 2 },
      ],
    },
    coding: { earliestS: 0, latestS: 2, isZeroSilent: false },
    training: {
      ...(maxSpikes === 1
        ? { loss: "firstSpike", tauS: 0.1 }
        : { loss: "count", trueSpikes: 10, falseSpikes: 0 }),
      optimiser: "sgd",
      learningRate: 0.1,
      epochs: 50,
      batch: 2,
    },
    starts: [{ kind: "normal", a: 1.2, b: 1.2 }],
  };
}

interface SmallConvolution {
  readonly windowS: number;
  readonly thresholds: readonly number[];
  readonly training: Partial<EventTrainingSettings>;
  readonly start: StartingWeights;
}

/** No paper's: a convolution and a pool that train in minutes, chosen on validation samples. */
function smallConvolution(
  caps: readonly number[],
  { windowS, thresholds, training, start }: SmallConvolution,
): EventExperiment {
  const spikes = caps.every((cap) => cap === 1) ? "one spike a neuron" : `up to ${caps.join(", ")} spikes`;
  const kernel = { kernel: [5, 5], stride: [2, 2] } as const;
  return {
    about: `MNIST, 16C5 of stride 2-P2-128-10, ${spikes}; settings are ours`,
    data: "mnist",
    network: {
      inputShape: [1, 28, 28],
      windowS,
      layers: [
        { id: "conv", kind: "conv2d", channels: 16, ...kernel, threshold: thresholds[0], maxSpikes: caps[0] },
        { id: "pool", kind: "pool", kernel: [2, 2] },
        dense("hidden", 128, thresholds[1], caps[1]),
        dense("output", 10, thresholds[2], caps[2]),
      ],
    },
    coding: {},
    training: { ...training, schedule: "cosine", leastRate: 1e-5, batch: 20, epochs: 6 },
    starts: [start],
  };
}

export const eventExperiments: Readonly<Record<string, EventExperiment>> = {
  "mnist-ttfs": {
    about: "MNIST, 784-800-10, one spike a neuron",
    data: "mnist",
    network: {
      inputShape: image,
      windowS: 1,
      layers: [dense("hidden", 800, 0.7, 1), dense("output", 10, 2, 1)],
    },
    coding: {},
    training: { ...firstSpike, learningRate: 2e-3, batch: 50, epochs: 30 },
    starts: [above],
  },
  "mnist-count": {
    about: "MNIST, 784-800-10, up to 30 spikes a neuron",
    data: "mnist",
    network: {
      inputShape: image,
      windowS: 0.2,
      layers: [dense("hidden", 800, 0.2, 30), dense("output", 10, 1.3, 30)],
    },
    coding: {},
    training: { ...count, learningRate: 3e-3, batch: 50, epochs: 100 },
    starts: [around],
  },
  "mnist-conv": {
    about: "MNIST, 15C5-P2-40C5-P2-300-10, up to 1, 3, 10 and 30 spikes; without the paper's distortions",
    data: "mnist",
    network: {
      inputShape: [1, 28, 28],
      windowS: 0.2,
      layers: [
        { id: "conv1", kind: "conv2d", channels: 15, kernel: [5, 5], threshold: 0.04, maxSpikes: 1 },
        { id: "pool1", kind: "pool", kernel: [2, 2] },
        { id: "conv2", kind: "conv2d", channels: 40, kernel: [5, 5], threshold: 0.8, maxSpikes: 3 },
        { id: "pool2", kind: "pool", kernel: [2, 2] },
        dense("hidden", 300, 0.6, 10),
        dense("output", 10, 0.3, 30),
      ],
    },
    coding: {},
    training: { ...count, trueSpikes: 30, ...halved, learningRate: 3e-3, batch: 20, epochs: 100 },
    starts: [around],
  },
  "mnist-small-conv": smallConvolution([3, 10, 30], {
    windowS: 0.2,
    thresholds: [0.04, 0.4, 0.4],
    training: { ...count, learningRate: 1e-2 },
    start: around,
  }),
  "mnist-small-conv-ttfs": smallConvolution([1, 1, 1], {
    windowS: 0.4,
    thresholds: [0.04, 0.8, 0.6],
    training: { ...firstSpike, learningRate: 5e-3 },
    start: { kind: "uniform", a: -0.5, b: 1 },
  }),
  "fashion-ttfs": {
    about:
      "Fashion-MNIST, 784-400-400-10, one spike a neuron; thresholds, starting weights and rate are ours",
    data: "fashion-mnist",
    network: {
      inputShape: image,
      windowS: 0.4,
      layers: [dense("hidden1", 400, 0.4, 1), dense("hidden2", 400, 1, 1), dense("output", 10, 1, 1)],
    },
    coding: {},
    training: { ...firstSpike, ...halved, learningRate: 2e-3, batch: 50, epochs: 30 },
    starts: [{ kind: "uniform", a: -0.5, b: 1 }],
  },
  "fashion-count": {
    about: "Fashion-MNIST, 784-400-400-10, up to 5, 5 and 20 spikes a neuron",
    data: "fashion-mnist",
    network: {
      inputShape: image,
      windowS: 0.2,
      layers: [dense("hidden1", 400, 0.13, 5), dense("hidden2", 400, 0.45, 5), dense("output", 10, 0.7, 20)],
    },
    coding: {},
    training: { ...count, ...halved, learningRate: 5e-4, batch: 5, epochs: 100 },
    starts: [around],
  },
  "yin-yang": {
    about: "Yin-Yang, 4 and a bias to 120 to 3, one spike a neuron, equal time constants",
    data: "yin-yang",
    network: { inputShape: [5], windowS: 4 * tauS, layers: [fastDeep("hidden", 120), fastDeep("output", 3)] },
    // A value of 0 is the earliest there, of 1 the latest; as the set has every value's complement, it makes no difference.
    coding: { earliestS: 0.15 * tauS, latestS: 2 * tauS, isZeroSilent: false, biasS: 0.9 * tauS },
    training: { ...fastDeepTraining, batch: 150, epochs: 300, stepEpochs: 20, stepFactor: 0.95 },
    starts: [
      { kind: "normal", a: 1.5, b: 0.8 },
      { kind: "normal", a: 0.5, b: 0.8 },
    ],
  },
  "mnist-fast-deep": {
    about: "MNIST, 784-350-10, one spike a neuron, equal time constants",
    data: "mnist",
    network: {
      inputShape: image,
      windowS: 4 * tauS,
      layers: [fastDeep("hidden", 350), fastDeep("output", 10)],
    },
    coding: { earliestS: 0.15 * tauS, latestS: 2 * tauS, isZeroSilent: false },
    training: {
      ...fastDeepTraining,
      batch: 80,
      epochs: 150,
      stepEpochs: 15,
      stepFactor: 0.9,
      inputNoiseS: 0.3 * tauS,
      silentShare: 0.15,
      silentOutputShare: 0.05,
    },
    starts: [
      { kind: "normal", a: 0.05, b: 0.8 },
      { kind: "normal", a: 0.15, b: 0.8 },
    ],
  },
  "toy-ttfs": toy(1),
  "toy-count": toy(10),
};
