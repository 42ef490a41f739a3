import assert from "node:assert/strict";
import { test } from "node:test";
import { untrainedModel } from "../../test/untrained-model.ts";
import { Random } from "../base/random.ts";
import { loadKernels } from "../kernels/load.ts";
import { averagePool, conv2d, dense, flatten, relu, sequential } from "../model/build.ts";
import { classify, decide, measureAnn, undecided } from "./classify.ts";
import { Forward } from "./forward.ts";

const kernels = await loadKernels({ build: "simd", memoryBytes: 2 ** 24 });
const network = sequential(
  "net",
  [2, 6, 5],
  [
    conv2d({ channels: 4, kernel: 3, stride: [2, 1], padding: [1, 2], groups: 2 }),
    relu(),
    averagePool(2),
    flatten(),
    dense(3),
  ],
);
const model = untrainedModel(network, ["a", "b", "c"], 1);
const random = new Random({ seed: 1, trial: 0, purpose: "classify-test", index: 0 });
const count = 7;
const pixels = Uint8Array.from({ length: count * 60 }, () =>
  random.integer(2) === 0 ? 0 : random.integer(256),
);
const labels = Uint8Array.from({ length: count }, () => random.integer(3));
const images = { pixels, labels, count, isCancelled: () => false };

test("the lowest of equal scores wins, NaN never does, and nothing but NaN decides nothing", () => {
  assert.equal(decide(Float32Array.of(1, 3, 3), 0, 3), 1);
  assert.equal(decide(Float32Array.of(Number.NaN, -1, -2), 0, 3), 1);
  assert.equal(decide(Float32Array.of(9, 9, Number.NaN, -Infinity), 2, 2), 1);
  assert.equal(decide(Float32Array.of(Number.NaN, Number.NaN), 0, 2), undecided);
});

test("decisions do not depend on how images are batched", () => {
  const runs = [1, 3, 7].map((maximumBatch) => {
    const mark = kernels.mark();
    const result = classify(new Forward(kernels, model, { maximumBatch }), images);
    kernels.release(mark);
    return result;
  });
  assert.deepEqual(runs[1], runs[0]);
  assert.deepEqual(runs[2], runs[0]);
});

test("counted products are those of a loop over every tap", () => {
  const mark = kernels.mark();
  const forward = new Forward(kernels, model, { maximumBatch: 3 });
  const run = measureAnn(kernels, network, forward, images);
  let [dense, nonZero] = [0, 0];
  for (let n = 0; n < count; n++)
    for (let o = 0; o < 4; o++)
      for (let oy = 0; oy < 3; oy++)
        for (let ox = 0; ox < 7; ox++)
          for (let ky = 0; ky < 3; ky++)
            for (let kx = 0; kx < 3; kx++) {
              const [y, x] = [oy * 2 + ky - 1, ox + kx - 2];
              if (y < 0 || y >= 6 || x < 0 || x >= 5) continue;
              dense++;
              if (pixels[n * 60 + Math.floor(o / 2) * 30 + y * 5 + x] !== 0) nonZero++;
            }
  const [conv, full] = run.layers;
  assert.deepEqual([conv.denseProducts, conv.nonZeroProducts], [dense, nonZero]);
  assert.equal(full.denseProducts, count * 12 * 3);
  const total = run.operationsPerImage.reduce((sum, value) => sum + value, 0);
  assert.equal(total, conv.nonZeroProducts + full.nonZeroProducts);
  kernels.release(mark);
});

test("clipped and levelled activations stay within their bound, on their levels", () => {
  for (const activation of [
    { kind: "clip", bound: 0.2 },
    { kind: "levels", bound: 0.2, levels: 4, shift: 0.5 },
  ] as const) {
    const mark = kernels.mark();
    const forward = new Forward(kernels, model, { maximumBatch: count, activationOf: () => activation });
    let largest = 0;
    forward.run(pixels, 0, count, (id, values) => {
      if (id !== "relu1") return;
      largest = Math.max(...values);
      if (activation.kind === "levels") {
        for (const value of values)
          assert.ok(Math.abs((value * 4) / 0.2 - Math.round((value * 4) / 0.2)) < 1e-5);
      }
    });
    assert.equal(largest, Math.fround(0.2));
    kernels.release(mark);
  }
});

test("weights can be exchanged and put back; wrong ones are refused by name", () => {
  const mark = kernels.mark();
  const forward = new Forward(kernels, model, { maximumBatch: count });
  const before = forward.run(pixels, 0, count).slice();
  const weights = model.tensors["dense1.weight"].data as Float32Array;
  forward.setWeights(
    "dense1",
    weights.map((value) => -value),
  );
  assert.notDeepEqual(forward.run(pixels, 0, count).slice(), before);
  forward.setWeights("dense1", weights);
  assert.deepEqual(forward.run(pixels, 0, count).slice(), before);
  assert.throws(
    () => forward.setWeights("relu1", weights),
    /layer must be dense or conv2d to have weights, but got "relu1"/,
  );
  assert.throws(
    () => forward.setWeights("dense1", weights.subarray(1)),
    /weights of layer "dense1" must be 36 values/,
  );
  kernels.release(mark);
});
