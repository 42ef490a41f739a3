// A setting trained and measured on images and on spikes, and struck by faults.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { InputSpikes } from "../coding/input-spikes.ts";
import { subsetSpikes } from "../coding/subset-spikes.ts";
import type { Dataset, ImageSet } from "../data/dataset.ts";
import { loadKernels } from "../kernels/load.ts";
import type { SkipData, SkipSetting } from "./skip-setting.ts";
import { SkipTrainer } from "./skip-trainer.ts";

const kernels = await loadKernels({ memoryBytes: 2 ** 25 });
const setting: SkipSetting = {
  name: "small",
  stem: { kind: "dense", width: 8 },
  block: { kind: "dense", widths: [8, 8, 8] },
  leak: 0.9,
  steps: 4,
  trainingImages: 60,
  scoringImages: 50,
  batch: 10,
  learningRate: 0.02,
  epochs: 6,
  tuningEpochs: 1,
  rounds: 2,
};
const steps = 5;

/** Two kinds of samples: the left or the right half of 4 × 4 is bright, or fires. */
function halves(count: number): { readonly images: ImageSet; readonly spikes: InputSpikes } {
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 2);
  const isBright = (sample: number, pixel: number): boolean => Number(pixel % 4 >= 2) === labels[sample];
  const pixels = Uint8Array.from({ length: count * 16 }, (_, i) =>
    isBright(Math.floor(i / 16), i % 16) ? 200 + ((i * 7) % 50) : (i * 13) % 60,
  );
  const events: number[] = [];
  const ends: number[] = [];
  for (let segment = 0; segment < count * steps; segment++) {
    const sample = Math.floor(segment / steps);
    for (let pixel = 0; pixel < 16; pixel++)
      if (isBright(sample, pixel) && (segment + pixel) % 3 !== 0) events.push(pixel);
    ends.push(events.length);
  }
  const spikes = { samples: count, steps, inputs: 16, events: Int32Array.from(events) };
  return {
    images: { pixels, labels, count, imageShape: [1, 4, 4] },
    spikes: { ...spikes, ends: Int32Array.from(ends) },
  };
}

// Of 72 samples 12 are validation: 4 judge epochs, 8 score.
const [train, tested] = [halves(72), halves(20)];
const dataset: Dataset = {
  name: "halves",
  classes: ["left", "right"],
  train: train.images,
  test: tested.images,
  sha256: "",
};
const timed: SkipData = {
  dataset,
  timed: {
    spikes: {
      train: subsetSpikes(train.spikes, 0, 60),
      validation: subsetSpikes(train.spikes, 60, 12),
      test: tested.spikes,
    },
    dtMs: 2,
  },
};
const trainerOf = (data: SkipData): SkipTrainer =>
  new SkipTrainer(kernels, { setting, data, isCancelled: () => false });

for (const [name, data] of [
  ["images", { dataset }],
  ["spikes", timed],
] as const) {
  test(`a setting learns what halves of ${name} are, from nothing and from shared weights, the same way twice`, () => {
    const trainer = trainerOf(data);
    const mark = kernels.mark();
    const { begun, validation, test: judged, model } = trainer.fromNothing("10|2", 1);
    assert.ok(judged.correct >= 18, String(judged.correct));
    assert.deepEqual([begun.images, validation.images, judged.images], [8, 8, 20]);
    assert.equal(model.inference?.coding, name === "images" ? "constant" : "events");
    const again = trainerOf(data).fromNothing("10|2", 1);
    assert.deepEqual([again.begun, again.test], [begun, judged]);
    const shared = trainer.supernet();
    assert.ok(trainer.candidate("01|0", shared).correct >= 6);
    assert.deepEqual(kernels.mark(), mark);
  });
}

test("faults of no chance cost nothing, dead neurons leave nothing but the readout, and draws differ", () => {
  const trainer = trainerOf(timed);
  const { model, test: judged } = trainer.fromNothing("00|0", 1);
  const struck = (bitFlips: number, deadNeurons: number) =>
    trainer.strike(model, 5, 20, {
      draws: 4,
      chances: { bitFlips: [bitFlips], deadNeurons: [deadNeurons] },
    });
  const none = struck(0, 0);
  assert.ok(Math.abs(none.correct - judged.correct) <= 1);
  for (const { correct } of none.struck) assert.deepEqual(correct, new Array(4).fill(none.correct));
  const [flips, dead] = struck(0.2, 1).struck;
  assert.ok(new Set(flips.correct).size > 1, String(flips.correct));
  // Without spikes every sample is given the same class, and half the samples have it.
  assert.deepEqual(dead.correct, [10, 10, 10, 10]);
  assert.deepEqual(struck(0.2, 1).struck, [flips, dead]);
});

test("a part of a set of spikes holds the spikes of its samples", () => {
  const { spikes } = train;
  const of = (set: InputSpikes, sample: number): number[][] =>
    Array.from({ length: steps }, (_, step) => {
      const segment = sample * steps + step;
      return [...set.events.subarray(segment === 0 ? 0 : set.ends[segment - 1], set.ends[segment])];
    });
  const part = subsetSpikes(spikes, 7, 3);
  assert.equal(part.ends.length, 3 * steps);
  for (const sample of [0, 1, 2]) assert.deepEqual(of(part, sample), of(spikes, 7 + sample));
});
