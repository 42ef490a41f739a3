import assert from "node:assert/strict";
import { test } from "node:test";
import { eventModelOf, eventModelParts } from "./event-model.ts";

const parts = {
  network: { inputShape: [2], layers: [{ id: "only", kind: "dense", units: 2 }] },
  coding: {},
  decoding: "first",
  classes: ["a", "b"],
  training: {},
  provenance: { seed: 0 },
};
const weight = { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) };

test("what a file leaves out of settings has their defaults", () => {
  const { network, coding, training, weights } = eventModelOf(parts, { "only.weight": weight }, "x");
  assert.equal(network.windowS, 0.2);
  assert.equal(coding.latestS, 0.1);
  assert.equal(training.loss, "count");
  assert.deepEqual(weights, [weight.data]);
});

test("the parts of a model, as a file takes them, give the model again, pools without weights", () => {
  const network = {
    inputShape: [1, 2, 2],
    layers: [
      { id: "pool", kind: "pool", kernel: [2, 2] },
      { id: "only", kind: "dense", units: 2 },
    ],
  };
  const tensors = { "only.weight": { shape: [2, 1], data: Float32Array.of(1, 2) } };
  const model = eventModelOf({ ...parts, network }, tensors, "x");
  const taken = eventModelParts(model);
  assert.deepEqual(taken.tensors, tensors);
  assert.deepEqual(eventModelOf(JSON.parse(JSON.stringify(taken.parts)), taken.tensors, "x"), model);
});

test("descriptions and weights that do not hold together are refused, naming the file", () => {
  const wrong = (changes: Readonly<Record<string, unknown>>, tensors: Record<string, typeof weight> = {}) =>
    assert.throws(() => eventModelOf({ ...parts, ...changes }, { "only.weight": weight, ...tensors }, "x"), {
      name: "FormatError",
      message: /^x must describe an event network, but got/,
    });
  wrong({ decoding: "last" });
  wrong({ classes: ["a"] });
  wrong({ classes: "ab" });
  wrong({ network: null });
  wrong({
    network: { inputShape: [2], layers: [{ id: "only", kind: "dense", units: 2, tauSynapseS: 0.1 }] },
  });
  wrong({ network: { inputShape: [2], layers: [{ id: "only", kind: "dense", units: 2, colour: 1 }] } });
  wrong({ coding: { latestS: -1 } });
  wrong({ training: { epochs: 0.5 } });
  wrong({}, { "only.weight": { shape: [4], data: weight.data } });
  wrong({}, { "only.weight": { shape: [2, 2], data: Float32Array.of(1, 2, Number.NaN, 4) } });
  assert.throws(() => eventModelOf(parts, {}, "x"), /only.weight must be float32 of shape \[2, 2\]/);
});
