import assert from "node:assert/strict";
import { test } from "node:test";
import { randomAnn } from "../../test/scalar-networks.ts";
import { batchNorm, conv2d, dense, flatten, relu, sequential } from "../model/build.ts";
import type { Model } from "../model/model.ts";
import { validateModel } from "../model/validate-model.ts";
import { quantiseWeights } from "./quantise-weights.ts";

const network = sequential(
  "cnn",
  [1, 5, 5],
  [conv2d({ channels: 3, kernel: 3 }), relu(), flatten(), dense(4)],
);

function withWeights(weights: readonly number[]): Model {
  const model = randomAnn(sequential("one", [weights.length], [dense(1)]), 0);
  const weight = { shape: [1, weights.length], data: Float32Array.from(weights) };
  return { ...model, tensors: { ...model.tensors, "dense1.weight": weight } };
}

function squaredError(model: Model, quantised: Model, id: string): number {
  const weights = Array.from(model.tensors[`${id}.weight`].data);
  const codes = quantised.tensors[`${id}.weight`].data;
  const scale = quantised.tensors[`${id}.scale`].data[0];
  return weights.reduce(
    (sum: number, weight: number, i: number) => sum + (weight - scale * codes[i]) ** 2,
    0,
  );
}

for (const bits of [5, 6, 7, 8]) {
  test(`${bits}-bit codes are within half a step of their weights, and the largest takes the last code`, () => {
    const model = randomAnn(network, bits);
    const quantised = quantiseWeights(model, bits);
    validateModel(quantised);
    for (const id of ["conv2d1", "dense1"]) {
      const weights = Array.from(model.tensors[`${id}.weight`].data);
      const codes = quantised.tensors[`${id}.weight`].data;
      const scale = quantised.tensors[`${id}.scale`].data[0];
      weights.forEach((weight: number, i: number) => {
        assert.ok(Math.abs(weight - scale * codes[i]) <= scale * (0.5 + 1e-5));
      });
      assert.equal(Math.max(...codes.map(Math.abs)), 2 ** (bits - 1) - 1);
      assert.equal(quantised.tensors[`${id}.bias`], model.tensors[`${id}.bias`]);
    }
  });
}

test("with few bits the searched clipping never has a larger error than the maximum", () => {
  for (const bits of [2, 3, 4]) {
    const model = randomAnn(network, bits);
    const searched = quantiseWeights(model, bits);
    const limit = 2 ** (bits - 1) - 1;
    for (const id of ["conv2d1", "dense1"]) {
      const weights = Array.from(model.tensors[`${id}.weight`].data);
      const scale = Math.max(...weights.map(Math.abs)) / limit;
      const plain = weights.reduce(
        (sum: number, w: number) => sum + (w - scale * Math.round(w / scale)) ** 2,
        0,
      );
      assert.ok(squaredError(model, searched, id) <= plain * (1 + 1e-6));
    }
  }
});

test("with few bits one outlier does not cost the others their levels", () => {
  const quantised = quantiseWeights(withWeights([...Array<number>(200).fill(0.1), 0.3]), 2);
  assert.equal(quantised.tensors["dense1.weight"].data[0], 1);
});

test("ties round away from zero, for both signs alike", () => {
  const quantised = quantiseWeights(withWeights([127, 2.5, -2.5, 0.5, -0.5, 0]), 8);
  assert.deepEqual([...quantised.tensors["dense1.weight"].data], [127, 3, -3, 1, -1, 0]);
});

test("negating all weights negates all codes", () => {
  const weights = [0.31, -0.22, 0.17, 0.05, -0.4];
  for (const bits of [2, 4, 8]) {
    const codes = quantiseWeights(withWeights(weights), bits).tensors["dense1.weight"].data;
    const negated = quantiseWeights(withWeights(weights.map((w) => -w)), bits).tensors["dense1.weight"].data;
    assert.deepEqual(
      [...negated].map((code) => -code + 0),
      [...codes].map((code) => code + 0),
    );
  }
});

test("a layer of zeros has codes of zero and a valid scale", () => {
  const quantised = quantiseWeights(withWeights([0, 0, 0]), 8);
  assert.deepEqual([...quantised.tensors["dense1.weight"].data], [0, 0, 0]);
  validateModel(quantised);
});

test("other widths, codes and batch norm are refused", () => {
  const model = randomAnn(network, 0);
  assert.throws(() => quantiseWeights(model, 9), /weightBits must be a whole number from 2 to 8, but got 9/);
  assert.throws(() => quantiseWeights(quantiseWeights(model, 8), 8), /weightFormat must be float32/);
  const normed = randomAnn(sequential("x", [3], [dense(2), batchNorm()]), 0);
  assert.throws(() => quantiseWeights(normed, 8), /"batchNorm1" must be folded before quantising/);
});
