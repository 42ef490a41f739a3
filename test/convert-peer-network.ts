// A small network and seeded images that SpikingJelly's converter has been run on:
// test/fixtures/peer-conversion.json, written by bench/spikingjelly-fixture.ts.

import { Random } from "../src/base/random.ts";
import type { ImageSet } from "../src/data/dataset.ts";
import { averagePool, batchNorm, conv2d, dense, flatten, relu, sequential } from "../src/model/build.ts";
import type { Model } from "../src/model/model.ts";
import { randomAnn } from "./scalar-networks.ts";

const drawn = randomAnn(
  sequential(
    "peer",
    [1, 8, 8],
    [
      conv2d({ channels: 4, kernel: 3 }),
      batchNorm(1e-3),
      relu(),
      averagePool(2),
      conv2d({ channels: 6, kernel: 2 }),
      batchNorm(1e-3),
      relu(),
      flatten(),
      dense(5),
    ],
  ),
  9,
);

/**
 * With its batch norms, raised so that every channel is active: one that never is gets a bound of 1e-6 there,
 * the largest channel's here.
 */
export const peerAnn: Model = {
  ...drawn,
  tensors: Object.fromEntries(
    Object.entries(drawn.tensors).map(([name, { shape, data }]) => {
      const raised = name.endsWith(".beta") ? Float32Array.from(data, (beta) => Math.abs(beta) + 0.5) : data;
      return [name, { shape, data: raised }];
    }),
  ),
};

/** Images of a calibration batch; the last one is smaller. */
export const peerBatch = 8;
export const peerSteps = 24;
export const peerCalibration = randomImages(30, "calibration");
export const peerImages = randomImages(40, "test");

/** What SpikingJelly made of it. */
export interface PeerFixture {
  readonly versions: Readonly<Record<string, string>>;
  readonly modes: Readonly<
    Record<
      string,
      {
        /** Bounds by relu: [1] or [channels]. */
        readonly scales: readonly (readonly number[])[];
        /** By image, a digit for the class after every step. */
        readonly decisions: readonly string[];
      }
    >
  >;
}

function randomImages(count: number, purpose: string): ImageSet {
  const random = new Random({ seed: 11, trial: -1, purpose: `test-${purpose}`, index: 0 });
  return {
    pixels: Uint8Array.from({ length: count * 64 }, () => random.integer(256)),
    labels: new Uint8Array(count),
    imageShape: [1, 8, 8],
    count,
  };
}
