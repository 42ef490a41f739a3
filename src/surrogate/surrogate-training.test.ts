// The loop that trains ANNs, over a spiking network.

import assert from "node:assert/strict";
import { test } from "node:test";
import { spikingModelOf } from "../../test/trained-networks.ts";
import { fit } from "../ann/fit.ts";
import { LocalGradientSource } from "../ann/gradient-source.ts";
import { trainingFields } from "../ann/training-fields.ts";
import type { ImageSet } from "../data/dataset.ts";
import { loadKernels } from "../kernels/load.ts";
import type { Model } from "../model/model.ts";
import { resolve } from "../space/resolve.ts";
import { initialiseSpiking, spikingNetwork } from "./spiking-network.ts";
import { surrogateFields } from "./surrogate-fields.ts";
import { surrogateEngine, surrogateForm } from "./surrogate-training.ts";

const kernels = await loadKernels({ memoryBytes: 2 ** 23 });
const isCancelled = (): boolean => false;

/** Two kinds of images: the left or the right half is bright. */
function halves(count: number): ImageSet {
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 2);
  const pixels = Uint8Array.from({ length: count * 16 }, (_, i) => {
    const isRight = i % 4 >= 2;
    return Number(isRight) === labels[Math.floor(i / 16)] ? 200 + ((i * 7) % 50) : (i * 13) % 60;
  });
  return { pixels, labels, count, imageShape: [1, 4, 4] };
}

function halvesModel(): Model {
  const network = spikingNetwork(
    {
      name: "halves",
      kind: "mlp",
      hidden: [10],
      channels: [],
      kernel: 1,
      batchNorm: false,
      neuron: { model: "lif", reset: "subtract" },
      isOutputSpiking: true,
    },
    [1, 4, 4],
    2,
  );
  const tensors = initialiseSpiking(network, 0, { threshold: 0.7, leak: 0.9 });
  return spikingModelOf(network, tensors, { steps: 6 }, ["left", "right"]);
}

function train(model: Model, more: Record<string, unknown>): ReturnType<typeof fit> {
  const mark = kernels.mark();
  const settings = resolve("training", trainingFields, { epochs: 6, batch: 10, ...more });
  const surrogate = resolve("surrogate", surrogateFields, { learn: "all" });
  const images = halves(60);
  const engine = surrogateEngine(kernels, model, { ...settings, ...surrogate });
  const { shards, shiftPixels } = settings;
  const gradients = new LocalGradientSource(engine, { images, seed: 0, shards, shiftPixels }, isCancelled);
  const form = surrogateForm(model, { learn: surrogate.learn, seed: 0 });
  const validation = halves(20);
  const result = fit(kernels, {
    model,
    settings,
    seed: 0,
    train: images,
    validation,
    gradients,
    form,
    isCancelled,
  });
  kernels.release(mark);
  return result;
}

test("bright halves are told apart after a few epochs, and the simulator is who says so", () => {
  const { log, bestEpoch } = train(halvesModel(), { learningRate: 0.02 });
  assert.equal(log[bestEpoch - 1].validationCorrect, 20);
});

test("weight decay leaves leaks and thresholds where their gradients leave them", () => {
  const start = halvesModel();
  const { model } = train(start, { learningRate: 1e-3, weightDecay: 10, schedule: "constant", epochs: 1 });
  for (const name of ["neuron1.leak", "neuron1.threshold"]) {
    const [now, before] = [model, start].map(({ tensors }) => tensors[name].data[0]);
    // Six of Adam's updates; decay would take 6 % more.
    assert.ok(now !== before && Math.abs(now - before) < 6 * 1.1e-3, `${name} went from ${before} to ${now}`);
  }
});

test("weights that are no numbers are told, though spikes keep the loss finite", () => {
  const model = halvesModel();
  model.tensors["dense1.weight"].data[3] = Number.NaN;
  assert.throws(() => train(model, { epochs: 1 }), {
    name: "StateError",
    message: /weights finite, but got NaN in epoch 1/,
  });
});
