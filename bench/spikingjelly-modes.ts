// The network of SpikingJelly's conversion tutorial, and what its converter calls a mode beside the settings
// that mean the same here.
//
// There a bound is a moving average over batches of the maximum, a fraction of it, or a quantile of all
// activations, zeros included; neurons start at zero. Half a threshold is offered for bounds by channel only.

import type { ConversionSettings } from "../src/convert/conversion-fields.ts";
import { averagePool, batchNorm, conv2d, dense, flatten, relu, sequential } from "../src/model/build.ts";
import type { Network } from "../src/model/network.ts";

const block = [conv2d({ channels: 32, kernel: 3 }), batchNorm(1e-3), relu(), averagePool(2)];

export const tutorialNetwork: Network = sequential(
  "spikingjelly-tutorial",
  [1, 28, 28],
  [...block, ...block, ...block, flatten(), dense(10)],
);

/** Epochs, step size and decay of the tutorial; the decay is ours, apart from the gradient. */
export const tutorialTraining = { epochs: 10, learningRate: 1e-3, weightDecay: 5e-4 } as const;

export interface PeerMode {
  /** `"max"`, a percentile such as `"99.9%"`, or a fraction of the maximum. */
  readonly mode: string | number;
  readonly channelWise: boolean;
  readonly halfThreshold: boolean;
}

export interface Mode {
  readonly peer: PeerMode;
  readonly ours: Partial<ConversionSettings>;
  /** Accuracy at T = 50 in SpikingJelly's tutorial, in %, of an ANN of 98.70 %. */
  readonly published?: number;
}

const plain = { channelWise: false, halfThreshold: false };
const byChannel = { ...plain, channelWise: true };
const moving = { population: "all", average: "moving", initialPotential: 0 } as const;
const maximum = { ...moving, normalisation: "max" } as const;
const percentile = { ...moving, normalisation: "percentile", percentile: 99.9 } as const;

export const modes: Readonly<Record<string, Mode>> = {
  max: { peer: { ...plain, mode: "max" }, ours: maximum, published: 97.77 },
  "99.9 %": { peer: { ...plain, mode: "99.9%" }, ours: percentile, published: 98.41 },
  "1/2 of max": fraction(2, 98.44),
  "1/3 of max": fraction(3, 98.28),
  "1/4 of max": fraction(4, 97.47),
  "1/5 of max": fraction(5, 94.87),
  "max by channel": { peer: { ...byChannel, mode: "max" }, ours: { ...maximum, granularity: "channel" } },
  "99.9 % by channel": {
    peer: { ...byChannel, mode: "99.9%" },
    ours: { ...percentile, granularity: "channel" },
  },
  "99.9 % by channel, v0 = 1/2": {
    peer: { mode: "99.9%", channelWise: true, halfThreshold: true },
    ours: { ...percentile, granularity: "channel", initialPotential: 0.5 },
  },
};

function fraction(parts: number, published: number): Mode {
  return { peer: { ...plain, mode: 1 / parts }, ours: { ...maximum, thresholdFactor: 1 / parts }, published };
}
