import assert from "node:assert/strict";
import { test } from "node:test";
import { spikingImages, spikingModel } from "../../test/spiking-models.ts";
import { spikingNetworks } from "../../test/spiking-networks.ts";
import { loadKernels } from "../kernels/load.ts";
import { conv2d, flatten, neuron, sequential } from "../model/build.ts";
import type { Model } from "../model/model.ts";
import { createSimulator } from "../simulate/simulator.ts";
import { integerNetwork } from "./integer-network.ts";

const kernels = await loadKernels({ memoryBytes: 64 * 1024 * 1024 });
const arithmetic = { kind: "integer", potentialBits: 32, overflow: "saturate" } as const;

function run(model: Model, count = 40) {
  const set = { ...spikingImages(model, count), firstImage: 0, count, seed: 1, trial: 0 };
  return createSimulator(kernels, model).run({ ...set, isCancelled: () => false });
}

/** The model without what only some neurons have. */
function bare(model: Model): Model {
  const isKept = (name: string): boolean => !/currentGain|minimumPotential|resetPotential/.test(name);
  const tensors = Object.fromEntries(Object.entries(model.tensors).filter(([name]) => isKept(name)));
  return { ...model, tensors };
}

test("a network that is whole already decides the same in integers", () => {
  const network = spikingNetworks["strided groups, max pool"];
  const model = bare(spikingModel(network, { seed: 3, isWhole: true, inference: { steps: 9 } }));
  const [before, after] = [run(model), run(integerNetwork(model, arithmetic))];
  assert.ok(before.layers.some(({ spikes }) => spikes > 100));
  assert.deepEqual(after.predictions, before.predictions);
  assert.deepEqual(after.operationsPerImage, before.operationsPerImage);
});

test("average pools become sum pools, pixels stay pixels, and nothing but roundings changes", () => {
  const network = spikingNetworks["convolution, average pool"];
  for (const coding of ["constant", "rate"] as const) {
    const drawn = bare(spikingModel(network, { seed: 5, isWhole: true, inference: { coding, steps: 9 } }));
    // Leaks are not rounded alike, so none.
    const layers = drawn.network.layers.map((layer) =>
      layer.kind === "neuron" ? ({ ...layer, model: "if" } as const) : layer,
    );
    const isLeak = ([name]: readonly [string, unknown]): boolean => name.endsWith(".leak");
    const tensors = Object.fromEntries(Object.entries(drawn.tensors).filter((entry) => !isLeak(entry)));
    const model: Model = { ...drawn, network: { ...drawn.network, layers }, tensors };
    const integer = integerNetwork(model, arithmetic);
    assert.ok(integer.network.layers.some(({ kind }) => kind === "sumPool"));
    if (coding === "constant") assert.deepEqual(integer.preprocessing, { scale: 1, offset: 0 });
    const [before, after] = [run(model), run(integer)];
    const spikes = (result: typeof before): number =>
      result.layers.reduce((sum, layer) => sum + layer.spikes, 0);
    assert.ok(spikes(before) > 1000);
    assert.ok(
      Math.abs(spikes(after) - spikes(before)) < 0.02 * spikes(before),
      `${spikes(before)}, ${spikes(after)}`,
    );
  }
});

test("channels may be shifted each by its own whole pixels, but are scaled alike", () => {
  const network = sequential("colour", [3, 5, 4], [conv2d({ channels: 2, kernel: 3 }), neuron(), flatten()]);
  const offset = [0, 10, 20].map((pixels) => pixels / 255);
  const base = bare(spikingModel(network, { seed: 1, inference: { coding: "constant" } }));
  const shifted = { ...base, preprocessing: { scale: 1 / 255, offset } };
  const wanted = { scale: 1, offset: [0, 10, 20] };
  assert.deepEqual(integerNetwork(shifted, arithmetic).preprocessing, wanted);
  const scaled = { ...base, preprocessing: { scale: offset.map((_, c) => (c + 1) / 255), offset: 0 } };
  assert.throws(() => integerNetwork(scaled, arithmetic), /preprocessing.scale must be one for all channels/);
});

test("float32 weights, fractional offsets and meeting units are refused by name", () => {
  const network = spikingNetworks["convolution, average pool"];
  const floats = spikingModel(network, { seed: 1, weights: "float32", inference: {} });
  assert.throws(() => integerNetwork(floats, arithmetic), /must be an SNN with stored codes/);
  const model = bare(spikingModel(network, { seed: 1, inference: { coding: "constant" } }));
  const shifted = { ...model, preprocessing: { scale: 1 / 255, offset: -0.1307 } };
  assert.throws(() => integerNetwork(shifted, arithmetic), /preprocessing.offset must be whole pixels/);
  const joined = bare(spikingModel(spikingNetworks["residual sums"], { seed: 1, inference: {} }));
  assert.throws(() => integerNetwork(joined, arithmetic), /must join values of one unit/);
});
