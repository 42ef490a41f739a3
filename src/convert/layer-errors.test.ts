import assert from "node:assert/strict";
import { test } from "node:test";
import { dense, relu, sequential } from "../model/build.ts";
import type { Model } from "../model/model.ts";
import type { NeuronLayer } from "../model/network.ts";
import { type LayerDiagnosis, LayerErrors } from "./layer-errors.ts";

const neurons: NeuronLayer = {
  id: "n",
  kind: "neuron",
  model: "if",
  reset: "subtract",
  inputs: [{ from: "dense1", delay: 0 }],
};

/** λ = 2, θ = 10, T = 4: a spike is worth ½. */
function snn(layer: NeuronLayer = neurons): Model {
  return {
    kind: "snn",
    network: { ...sequential("x", [2], [dense(2), relu()]), output: "n" },
    weightFormat: { kind: "float32" },
    tensors: {
      "n.bound": { shape: [1], data: Float32Array.of(2) },
      "n.threshold": { shape: [1], data: Float32Array.of(10) },
    },
    preprocessing: { scale: 1, offset: 0 },
    inference: { steps: 4, coding: "constant", readout: "count", dtMs: 1 },
    classes: ["0", "1"],
    provenance: { data: "", seed: 0, commit: "", kernels: "", parent: "", history: [layer.id] },
  };
}

/** One neuron that is given `a` by the ANN, fires n times and is left with a potential; its twin is silent. */
function one(a: number, n: number, potential: number, layer = neurons): LayerDiagnosis {
  const errors = new LayerErrors(snn(layer), layer, 2, 0.5);
  errors.keep(Float32Array.of(a, 0), 0);
  errors.compare(Int32Array.of(n, 0), Float32Array.of(potential, 0), 0);
  return errors.finish();
}

const shares = ({ clipping, flooring, inherited, unevenness }: LayerDiagnosis): readonly unknown[] =>
  [clipping, flooring, inherited, unevenness].map((x) => (x === null ? null : Math.round(x * 1e6) / 1e6));

test("each error stands alone where nothing else goes wrong, as a share of the mean activation", () => {
  // a = 3 is clipped to 2: all 4 steps fire.
  assert.deepEqual(shares(one(3, 4, 0)), [0.333333, 0, 0, 0]);
  // a = 1.2 is 2.4 spikes, plus ½ floored 2, worth 1; the charge that arrived is worth 2 as well.
  assert.deepEqual(shares(one(1.2, 2, 9)), [0, 0.166667, 0, 0]);
  // a = 1 is 2 spikes, but charge for only one arrived.
  assert.deepEqual(shares(one(1, 1, 5)), [0, 0, 0.5, 0]);
  // Charge for 2 arrived, so late that only one spike was sent: the potential is above the threshold.
  assert.deepEqual(shares(one(1, 1, 15)), [0, 0, 0, 0.5]);
});

test("signed, the four errors add up to activation minus rate", () => {
  // All of one sign here: 3 − 2 clipped, nothing floored, 4 − 3 spikes inherited, 3 − 1 uneven, each worth ½.
  const { clipping, flooring, inherited, unevenness, meanActivation } = one(3, 1, 25);
  const total = (clipping + flooring + (inherited ?? 0) + unevenness) * 2 * meanActivation;
  assert.ok(Math.abs(total - (3 - 0.5)) < 1e-6, String(total));
});

test("neurons that lose charge have no inherited error of their own", () => {
  for (const layer of [{ ...neurons, reset: "zero" } as const, { ...neurons, model: "lif" } as const]) {
    assert.deepEqual(shares(one(1, 1, 5, layer)), [0, 0, null, 0.5]);
  }
});

test("dead are neurons that never fire though their rate would not be 0, saturated those that always do", () => {
  assert.equal(one(1, 0, 0).deadNeurons, 1);
  assert.equal(one(0.1, 0, 0).deadNeurons, 0);
  assert.equal(one(3, 4, 0).saturatedNeurons, 1);
  assert.equal(one(3, 3, 0).saturatedNeurons, 0);
});

test("rates in proportion to activations correlate by 1, reversed ones by -1", () => {
  const errors = (counts: number[]): number => {
    const layer = new LayerErrors(snn(), neurons, 2, 0.5);
    layer.keep(Float32Array.of(0, 0.5, 1, 2), 3);
    layer.compare(Int32Array.from(counts), new Float32Array(4), 3);
    return layer.finish().correlation;
  };
  assert.ok(Math.abs(errors([0, 1, 2, 4]) - 1) < 1e-12);
  assert.ok(errors([4, 2, 1, 0]) < -0.8);
  assert.equal(errors([1, 1, 1, 1]), 0);
});
