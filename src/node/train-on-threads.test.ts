import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { untrainedModel } from "../../test/untrained-model.ts";
import { trainingFields } from "../ann/training-fields.ts";
import { subset } from "../data/image-set.ts";
import { averagePool, batchNorm, conv2d, dense, flatten, relu, sequential } from "../model/build.ts";
import { resolve } from "../space/resolve.ts";
import { loadDataset } from "./dataset-files.ts";
import { type TrainOptions, trainOnThreads } from "./train-on-threads.ts";

const folder = mkdtempSync(path.join(tmpdir(), "spikefront-training-"));
after(() => rmSync(folder, { recursive: true }));
const dataset = await loadDataset("mnist");
const network = sequential(
  "cnn",
  [1, 28, 28],
  [conv2d({ channels: 3, kernel: 5 }), batchNorm(), relu(), averagePool(4), flatten(), dense(10)],
);

function options(more: Partial<TrainOptions> = {}): TrainOptions {
  const model = untrainedModel(network, dataset.classes, 0);
  return {
    model,
    settings: resolve("training", trainingFields, { epochs: 3, batch: 50, shards: 3, shiftPixels: 1 }),
    seed: 0,
    train: subset(dataset.train, 0, 421),
    validation: subset(dataset.test, 0, 200),
    threads: 1,
    build: "simd",
    memoryBytes: 2 ** 26,
    checkpointPath: undefined,
    signal: new AbortController().signal,
    onProgress: () => {},
    ...more,
  };
}

test("one, two and three threads train the same weights to the last bit, batch norm and shifts included", async () => {
  const [one, two, three] = await Promise.all(
    [1, 2, 3].map((threads) => trainOnThreads(options({ threads }))),
  );
  assert.deepEqual(two.model.tensors, one.model.tensors);
  assert.deepEqual(three.model.tensors, one.model.tensors);
});

test("an aborted training goes on from its last epoch, on any number of threads, to the same weights", async () => {
  const settings = { ...options().settings, epochs: 20, patience: 20 };
  const whole = await trainOnThreads(options({ settings }));
  const checkpointPath = path.join(folder, "checkpoint");
  const controller = new AbortController();
  const onProgress = (): void => {
    if (existsSync(checkpointPath)) controller.abort();
  };
  await assert.rejects(
    trainOnThreads(options({ settings, checkpointPath, signal: controller.signal, onProgress })),
    { name: "CancelledError" },
  );
  assert.ok(existsSync(checkpointPath));
  let first = 0;
  const resumed = await trainOnThreads(
    options({
      settings,
      checkpointPath,
      threads: 2,
      onProgress: ({ epoch }) => {
        first ||= epoch;
      },
    }),
  );
  assert.ok(first > 1, `it began again at epoch ${first}`);
  assert.deepEqual(resumed.model.tensors, whole.model.tensors);
  assert.equal(resumed.bestEpoch, whole.bestEpoch);
  assert.ok(!existsSync(checkpointPath));
});

test("another training's checkpoint is not taken up", async () => {
  const whole = await trainOnThreads(options());
  const checkpointPath = path.join(folder, "other");
  const controller = new AbortController();
  const onProgress = (): void => {
    if (existsSync(checkpointPath)) controller.abort();
  };
  const settings = { ...options().settings, epochs: 200, patience: 200 };
  await assert.rejects(
    trainOnThreads(options({ settings, checkpointPath, signal: controller.signal, onProgress })),
    { name: "CancelledError" },
  );
  assert.ok(existsSync(checkpointPath));
  const other = await trainOnThreads(options({ checkpointPath }));
  assert.deepEqual(other.model.tensors, whole.model.tensors);
  assert.ok(!existsSync(checkpointPath));
});
