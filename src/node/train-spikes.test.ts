// Spiking networks through the training loop of ANNs: threads, resuming, and the file that comes out.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { spikingModelOf } from "../../test/trained-networks.ts";
import { trainingFields } from "../ann/training-fields.ts";
import type { InputSpikes } from "../coding/input-spikes.ts";
import { spikeCodes } from "../coding/spike-codes.ts";
import { createSpikeEncoder } from "../coding/spike-encoder.ts";
import type { ImageSet } from "../data/dataset.ts";
import { subset } from "../data/image-set.ts";
import { readNetworkFile } from "../formats/network-file.ts";
import { loadKernels } from "../kernels/load.ts";
import type { Model } from "../model/model.ts";
import { createSimulator } from "../simulate/simulator.ts";
import { resolve } from "../space/resolve.ts";
import { initialiseSpiking, spikingNetwork } from "../surrogate/spiking-network.ts";
import { surrogateFields } from "../surrogate/surrogate-fields.ts";
import { loadDataset } from "./dataset-files.ts";
import { trainModel } from "./train-network.ts";
import { type TrainOptions, trainOnThreads } from "./train-on-threads.ts";

const folder = mkdtempSync(path.join(tmpdir(), "spikefront-spikes-"));
after(() => rmSync(folder, { recursive: true }));
const dataset = await loadDataset("mnist");

function spikingModel(kind: "mlp" | "cnn", batchNorm: boolean, coding: "poisson" | "constant"): Model {
  const network = spikingNetwork(
    {
      name: kind,
      kind,
      hidden: [24],
      channels: [3],
      kernel: 3,
      batchNorm,
      neuron: { model: "lif", reset: "subtract" },
      isOutputSpiking: true,
    },
    [1, 28, 28],
    10,
  );
  const tensors = initialiseSpiking(network, 0, { threshold: 0.5, leak: 0.9 });
  return spikingModelOf(network, tensors, { steps: 5, coding }, dataset.classes);
}

function options(more: Partial<TrainOptions> = {}): TrainOptions {
  return {
    model: spikingModel("mlp", false, "poisson"),
    settings: resolve("training", trainingFields, { epochs: 2, batch: 50, shards: 3 }),
    surrogate: resolve("surrogate", surrogateFields, { learn: "all" }),
    seed: 0,
    train: subset(dataset.train, 0, 421),
    validation: subset(dataset.test, 0, 100),
    threads: 1,
    build: "simd",
    memoryBytes: 2 ** 26,
    checkpointPath: undefined,
    signal: new AbortController().signal,
    onProgress: () => {},
    ...more,
  };
}

test("one thread and two train the same weights, leaks and thresholds to the last bit, draws included", async () => {
  const one = await trainOnThreads(options());
  const two = await trainOnThreads(options({ threads: 2 }));
  assert.deepEqual(two.model.tensors, one.model.tensors);
  const [leak] = one.model.tensors["neuron1.leak"].data;
  assert.notEqual(leak, Math.fround(0.9));
});

test("a set given as spikes trains the weights that its images give by the same code", async () => {
  const base = options();
  const inference = { steps: 5, coding: "rate", readout: "count", dtMs: 1 } as const;
  const byCode = await trainOnThreads({ ...base, model: { ...base.model, inference } });
  const spikes = { train: rateSpikes(base.train), validation: rateSpikes(base.validation) };
  const blank = (set: ImageSet): ImageSet => ({ ...set, pixels: new Uint8Array(0) });
  const bySpikes = await trainOnThreads({
    ...base,
    model: { ...base.model, inference: { ...inference, coding: "events" } },
    train: blank(base.train),
    validation: blank(base.validation),
    spikes,
    threads: 2,
  });
  assert.deepEqual(bySpikes.model.tensors, byCode.model.tensors);
  assert.equal(bySpikes.bestEpoch, byCode.bestEpoch);
});

/** A set's images as evenly spaced spikes over five steps. */
function rateSpikes({ pixels, count }: ImageSet): InputSpikes {
  const [steps, inputs] = [5, 784];
  const meaning = { maps: [{ scale: 1 / 255, offset: 0 }], plane: inputs };
  const encode = createSpikeEncoder(spikeCodes.rate, { steps, ...meaning });
  const events = new Int32Array(count * steps * inputs);
  const ends = new Int32Array(count * steps);
  let end = 0;
  for (let i = 0; i < count; i++)
    end = encode({ pixels, start: i * inputs, count: inputs, seed: 0 }, { events, ends }, i * steps, end);
  return { samples: count, steps, inputs, events: events.subarray(0, end), ends };
}

test("an aborted training goes on from its last epoch to the same weights", async () => {
  const settings = { ...options().settings, epochs: 6, patience: 6 };
  const whole = await trainOnThreads(options({ settings }));
  const checkpointPath = path.join(folder, "checkpoint");
  const controller = new AbortController();
  const onProgress = (): void => {
    if (existsSync(checkpointPath)) controller.abort();
  };
  const stopped = { settings, checkpointPath, signal: controller.signal, onProgress };
  await assert.rejects(trainOnThreads(options(stopped)), { name: "CancelledError" });
  const resumed = await trainOnThreads(options({ settings, checkpointPath, threads: 2 }));
  assert.deepEqual(resumed.model.tensors, whole.model.tensors);
});

test("a convolution network with batch norm comes out folded, as a file whose simulation has learnt", async () => {
  const part = { ...dataset, train: subset(dataset.train, 0, 11_500), test: subset(dataset.test, 0, 200) };
  const { model, file } = await trainModel({
    model: spikingModel("cnn", true, "constant"),
    dataset: part,
    settings: resolve("training", trainingFields, { epochs: 1, batch: 25, learningRate: 1e-2 }),
    surrogate: resolve("surrogate", surrogateFields, {}),
    seed: 0,
    threads: 2,
    build: "simd",
  });
  const read = readNetworkFile(file, "snn");
  assert.deepEqual(read.tensors, model.tensors);
  assert.ok(read.network.layers.every(({ kind }) => kind !== "batchNorm"));
  const { pixels, labels, count } = part.test;
  const result = createSimulator(await loadKernels(), read).run({
    pixels,
    labels,
    firstImage: 0,
    count,
    seed: 0,
    trial: -1,
    isCancelled: () => false,
  });
  const correct = result.correctPerStep.at(-1) ?? 0;
  assert.ok(correct > 0.5 * count, `${correct} of ${count} right`);
});
