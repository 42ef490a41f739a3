// Trained networks that are trained on, on a small part of MNIST.

import assert from "node:assert/strict";
import { test } from "node:test";
import { randomAnn } from "../../test/scalar-networks.ts";
import { classify } from "../ann/classify.ts";
import { type FitOptions, fit } from "../ann/fit.ts";
import { Forward } from "../ann/forward.ts";
import { GradientEngine } from "../ann/gradient-engine.ts";
import { LocalGradientSource } from "../ann/gradient-source.ts";
import { trainingFields } from "../ann/training-fields.ts";
import { quantiseWeights } from "../convert/quantise-weights.ts";
import { subset } from "../data/image-set.ts";
import { loadKernels } from "../kernels/load.ts";
import { averagePool, batchNorm, conv2d, dense, flatten, relu, sequential } from "../model/build.ts";
import type { Model } from "../model/model.ts";
import { resolve } from "../space/resolve.ts";
import { loadDataset } from "./dataset-files.ts";
import { startingModel } from "./starting-model.ts";
import { trainOnThreads } from "./train-on-threads.ts";

const dataset = await loadDataset("mnist");
const kernels = await loadKernels({ build: "simd", memoryBytes: 2 ** 25 });
const trained: Model = {
  ...randomAnn(
    sequential(
      "cnn",
      [1, 28, 28],
      [
        conv2d({ channels: 4, kernel: 5, bias: false }),
        batchNorm(),
        relu(),
        averagePool(4),
        flatten(),
        dense(20),
        relu(),
        dense(10),
      ],
    ),
    3,
  ),
  classes: dataset.classes,
};
const options = {
  dataset,
  activation: { bounded: true, levels: 4 },
  isFolded: true,
  initialBound: 3,
  memoryBytes: 2 ** 25,
  isCancelled: () => false,
} as const;
const start = await startingModel(trained, "ann.safetensors", options);

test("relus get their levels and the bound that holds 99.9 % of their activations on training images", () => {
  const plain = trained.network.layers.filter(({ kind }) => kind === "relu");
  const mark = kernels.mark();
  const forward = new Forward(kernels, trained, { maximumBatch: 100 });
  const seen = new Map(plain.map(({ id }) => [id, [] as number[]]));
  for (let first = 0; first < 1000; first += 100)
    forward.run(dataset.train.pixels, first, 100, (id, values) => {
      for (const value of values) if (value > 0) seen.get(id)?.push(value);
    });
  kernels.release(mark);
  for (const { id } of plain) {
    assert.deepEqual(start.network.layers.find((layer) => layer.id === id)?.kind, "relu");
    const sorted = (seen.get(id) ?? []).sort((a, b) => a - b);
    const wanted = sorted[Math.round(0.999 * (sorted.length - 1))];
    const [bound] = start.tensors[`${id}.bound`].data;
    assert.ok(Math.abs(bound / wanted - 1) < 5e-3, `${id}: ${bound} and ${wanted}`);
  }
  const forms = start.network.layers.map((layer) => (layer.kind === "relu" ? layer.levels : layer.kind));
  assert.deepEqual(forms, ["conv2d", 4, "averagePool", "flatten", "dense", 4, "dense"]);
});

test("bounds that are there are kept, plain relus give theirs up, and silent ones start where they are told", async () => {
  const again = await startingModel(start, "ann.safetensors", { ...options, activation: { bounded: true } });
  assert.equal(again.tensors["relu1.bound"], start.tensors["relu1.bound"]);
  assert.equal("levels" in again.network.layers[1], false);
  const plain = await startingModel(start, "ann.safetensors", { ...options, activation: {} });
  assert.equal("relu1.bound" in plain.tensors || "bounded" in plain.network.layers[1], false);
  const dead = { shape: [20], data: new Float32Array(20).fill(-1e6) };
  const silent = { ...trained, tensors: { ...trained.tensors, "dense1.bias": dead } };
  assert.equal((await startingModel(silent, "", options)).tensors["relu2.bound"].data[0], 3);
  assert.equal(
    await startingModel(trained, "", { ...options, activation: undefined, isFolded: false }),
    trained,
  );
});

test("what cannot be trained on with these images is refused by the file's name", async () => {
  const refused = (change: Partial<Model>, message: RegExp): Promise<void> =>
    assert.rejects(startingModel({ ...trained, ...change }, "some.file", options), message);
  await refused({ kind: "snn" }, /some.file must hold an ANN/);
  await refused({ weightFormat: { kind: "int", bits: 8 } }, /some.file weights must be float32/);
  await refused({ classes: ["a"] }, /some.file classes must be as many as mnist's, but got 1/);
  const other = { ...trained.network, inputShape: [3, 28, 28] };
  await refused({ network: other }, /some.file input must have the shape of mnist, \[1,28,28\]/);
});

const settings = resolve("training", trainingFields, { epochs: 3, batch: 50, shards: 3 });
const [train, validation] = [subset(dataset.train, 0, 421), subset(dataset.test, 0, 300)];

for (const scales of ["layer", "channel"] as const) {
  test(`trained for 2 bits, a scale by ${scales}: quantising what comes out gives the codes that were validated`, () => {
    const mark = kernels.mark();
    const { network, preprocessing } = start;
    const engine = new GradientEngine(kernels, {
      network,
      preprocessing,
      maximumShard: 20,
      labelSmoothing: 0,
    });
    const source = { images: train, seed: 0, shards: 3, shiftPixels: 0 };
    const given: FitOptions = {
      model: start,
      settings: { ...settings, epochs: 12, learningRate: 0.02 },
      seed: 0,
      train,
      validation,
      gradients: new LocalGradientSource(engine, source, () => false),
      codes: { bits: 2, scales },
      isCancelled: () => false,
    };
    const correctOf = (model: Model): number => {
      const forward = new Forward(kernels, model, { maximumBatch: 100 });
      return classify(forward, { ...validation, isCancelled: () => false }).correct;
    };
    const { model, log, bestEpoch } = fit(kernels, given);
    const stored = correctOf(quantiseWeights(model, 2, scales));
    assert.equal(stored, log[bestEpoch - 1].validationCorrect);
    assert.notEqual(correctOf(model), stored, "float32 weights decide otherwise, or the test says nothing");
    const before = correctOf(quantiseWeights(start, 2, scales));
    assert.ok(stored > before + 30, `${stored} right, ${before} before training`);
    kernels.release(mark);
  });
}

test("training for codes gives the same weights on any number of threads", async () => {
  const [one, two] = await Promise.all(
    [1, 2].map((threads) =>
      trainOnThreads({
        model: start,
        settings,
        seed: 0,
        train,
        validation,
        codes: { bits: 3, scales: "layer" },
        threads,
        build: "simd",
        memoryBytes: 2 ** 26,
        checkpointPath: undefined,
        signal: new AbortController().signal,
        onProgress: () => {},
      }),
    ),
  );
  assert.deepEqual(two.model.tensors, one.model.tensors);
});
