import assert from "node:assert/strict";
import { test } from "node:test";
import { randomAnn, runAnn } from "../../test/scalar-networks.ts";
import { Forward } from "../ann/forward.ts";
import { neverCancelled } from "../base/cancel.ts";
import { Random } from "../base/random.ts";
import { loadKernels } from "../kernels/load.ts";
import { averagePool, batchNorm, conv2d, dense, flatten, relu, sequential } from "../model/build.ts";
import { StatisticsCollector } from "./activation-statistics.ts";
import { type Calibration, collectStatistics } from "./collect-statistics.ts";
import { foldBatchNorm } from "./fold-batch-norm.ts";

const network = sequential(
  "cnn",
  [1, 6, 6],
  [
    conv2d({ channels: 3, kernel: 3 }),
    batchNorm(),
    relu(),
    averagePool(2),
    flatten(),
    dense(5),
    relu(),
    dense(3),
  ],
);
const folded = foldBatchNorm(randomAnn(network, 4));
const images = 11;
const random = new Random({ seed: 1, trial: -1, purpose: "test-pixels", index: 0 });
const pixels = Uint8Array.from({ length: images * 36 }, () => random.integer(256));
const kernels = await loadKernels();

function calibrate(
  maximumBatch: number,
  change: Partial<Calibration> = {},
): ReturnType<typeof collectStatistics> {
  const forward = new Forward(kernels, folded, { maximumBatch });
  return collectStatistics({
    forward,
    network: folded.network,
    pixels,
    first: 2,
    count: 7,
    isCancelled: neverCancelled,
    ...change,
  });
}

test("statistics of the images asked for equal those of a scalar pass over them", () => {
  const collector = new StatisticsCollector(folded.network);
  for (let image = 2; image < 9; image++) {
    const input = Array.from(pixels.subarray(image * 36, (image + 1) * 36), (pixel) => pixel / 255);
    for (const [id, values] of runAnn(folded, input)) collector.observe(id, Float32Array.from(values));
  }
  const wanted = collector.finish(7);
  const got = calibrate(4);
  assert.equal(got.images, 7);
  assert.deepEqual(Object.keys(got.layers), ["relu1", "relu2", "dense2"]);
  for (const [id, layer] of Object.entries(wanted.layers)) {
    assert.deepEqual([got.layers[id].values, got.layers[id].positive], [layer.values, layer.positive]);
    assert.ok(Math.abs(got.layers[id].maximum - layer.maximum) <= 1e-5 * layer.maximum);
  }
});

test("the size of a batch makes no difference", () => {
  assert.deepEqual(calibrate(1), calibrate(64));
});

test("no images are refused, and a cancelled calibration ends", () => {
  assert.throws(() => calibrate(4, { count: 0 }), /calibration images must be at least 1, but got 0/);
  assert.throws(() => calibrate(4, { isCancelled: () => true }), { name: "CancelledError" });
});
