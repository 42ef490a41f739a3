import assert from "node:assert/strict";
import { test } from "node:test";
import { randomAnn } from "../../test/scalar-networks.ts";
import { quantiseWeights } from "../convert/quantise-weights.ts";
import { averagePool, conv2d, dense, flatten, maxPool, relu, sequential } from "../model/build.ts";
import type { Model } from "../model/model.ts";
import { bitsForSteps, countAnn } from "./count-ann.ts";
import { energyOf } from "./energy-of.ts";
import { profiles } from "./profiles.ts";

const linear = (inputs: number, units: number): Model =>
  randomAnn(sequential("one", [inputs], [dense(units, false)]), 0);
const run = (layer: string, denseProducts: number, nonZeroProducts: number, images = 1) => ({
  images,
  layers: [{ layer, denseProducts, nonZeroProducts }],
});
const wide = { activationBits: 8 };

test("SpikingJelly's Linear(4, 3) on eight values of one half costs 24 MACs, 110.4 pJ", () => {
  const { dense: counts } = countAnn(linear(4, 3), run("dense1", 24, 24, 2), wide);
  assert.deepEqual(
    [counts.layers[0].multiplications, counts.layers[0].additions],
    [{ float32: 24 }, { float32: 24 }],
  );
  const { energyPj } = energyOf(counts, profiles["spikingjelly-int8"], "mac-once");
  assert.ok(Math.abs(2 * (energyPj ?? 0) - 110.4) < 1e-9); // two images
});

test("skipping zeros does the non-zero products only, and both say how many there were", () => {
  const { dense: all, zeroSkipping } = countAnn(linear(4, 3), run("dense1", 12, 6), wide);
  assert.deepEqual(all.layers[0].multiplications, { float32: 12 });
  assert.deepEqual(zeroSkipping.layers[0].multiplications, { float32: 6 });
  for (const { layers } of [all, zeroSkipping]) {
    assert.deepEqual([layers[0].synapticOperations, layers[0].denseProducts], [6, 12]);
  }
});

test("with codes the first layer multiplies by pixels' bits and later ones by activations'", () => {
  const mlp = quantiseWeights(randomAnn(sequential("mlp", [5], [dense(4), relu(), dense(3)]), 1), 4);
  const did = {
    images: 2,
    layers: [
      { layer: "dense1", denseProducts: 40, nonZeroProducts: 30 },
      { layer: "dense2", denseProducts: 24, nonZeroProducts: 10 },
    ],
  };
  const { layers } = countAnn(mlp, did, { activationBits: 3 }).dense;
  assert.deepEqual(
    layers.map(({ multiplications }) => multiplications),
    [{ int4x8: 40 }, {}, { int4x3: 24 }],
  );
  assert.deepEqual(
    layers.map(({ additions }) => additions),
    [{ int32: 48 }, {}, { int32: 30 }],
  );
  assert.deepEqual(layers[1].comparisons, { int32: 8 });
  // Half-byte weights and 4-byte biases; three-eighths of a byte an activation.
  assert.equal(layers[2].traffic.weightsRead, 24 / 2 + 6 * 4);
  assert.equal(layers[2].traffic.activationsRead, (8 * 3) / 8);
  const requantised = countAnn(mlp, did, { activationBits: 3, inputBits: 3 }).dense;
  assert.deepEqual(requantised.layers[0].multiplications, { int4x3: 40 });
});

test("fewer activation bits never cost more", () => {
  const mlp = quantiseWeights(randomAnn(sequential("mlp", [5], [dense(4), relu(), dense(3)]), 1), 8);
  const did = { images: 1, layers: [{ layer: "dense2", denseProducts: 12, nonZeroProducts: 5 }] };
  for (const profile of [profiles["horowitz-45nm-compute"], profiles["horowitz-45nm-memory"]]) {
    const energies = [8, 4, 3, 2, 1].map(
      (activationBits) =>
        energyOf(countAnn(mlp, did, { activationBits }).dense, profile, "mac-once").energyPj ?? 0,
    );
    for (let i = 1; i < energies.length; i++) assert.ok(energies[i] <= energies[i - 1]);
  }
});

test("pools and relus are counted by hand", () => {
  const cnn = randomAnn(
    sequential(
      "cnn",
      [1, 6, 6],
      [conv2d({ channels: 2, kernel: 3 }), relu(), averagePool(2), maxPool(2), flatten(), dense(2)],
    ),
    0,
  );
  const { layers } = countAnn(cnn, { images: 3, layers: [] }, wide).dense;
  const byId = Object.fromEntries(layers.map((layer) => [layer.layer, layer]));
  assert.deepEqual(byId["relu1"].comparisons, { float32: 3 * 2 * 4 * 4 });
  assert.deepEqual(byId["averagePool1"].additions, { float32: 3 * 2 * 2 * 2 * 3 });
  assert.deepEqual(byId["maxPool1"].comparisons, { float32: 3 * 2 * 3 });
});

test("memory sizes are counted by hand", () => {
  const mlp = randomAnn(sequential("mlp", [5], [dense(4), relu(), dense(3)]), 1);
  const floats = countAnn(mlp, { images: 1, layers: [] }, wide).dense.memories;
  assert.deepEqual(floats, {
    weightsBytes: 4 * (20 + 4 + 12 + 3),
    potentialsBytes: 0,
    activationsBytes: 4 * 9,
  });
  const codes = countAnn(quantiseWeights(mlp, 4), { images: 1, layers: [] }, { activationBits: 4 }).dense
    .memories;
  assert.deepEqual(codes, { weightsBytes: 16 + 4 * 7 + 4 * 2, potentialsBytes: 0, activationsBytes: 5 + 2 });
});

test("T steps need ⌈log2(T + 1)⌉ bits", () => {
  for (let steps = 1; steps <= 300; steps++)
    assert.equal(bitsForSteps(steps), Math.ceil(Math.log2(steps + 1)));
});

test("widths that are not whole numbers from 1 to 32 are refused", () => {
  assert.throws(
    () => countAnn(linear(2, 2), { images: 1, layers: [] }, { activationBits: 0 }),
    /activationBits must be a whole number from 1 to 32, but got 0/,
  );
});
