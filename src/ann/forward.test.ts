// The forward pass against scalar loops in float64, layer by layer.

import assert from "node:assert/strict";
import { test } from "node:test";
import { randomAnn, runAnn } from "../../test/scalar-networks.ts";
import { Random } from "../base/random.ts";
import { loadKernels } from "../kernels/load.ts";
import {
  averagePool,
  batchNorm,
  connect,
  conv2d,
  dense,
  flatten,
  type LayerSpec,
  maxPool,
  relu,
  sequential,
} from "../model/build.ts";
import type { Layer, Network } from "../model/network.ts";
import type { Preprocessing } from "../model/preprocessing.ts";
import { inputId } from "../model/shapes.ts";
import { Forward } from "./forward.ts";

const kernels = await loadKernels({ build: "simd", memoryBytes: 2 ** 24 });
const layer = (id: string, spec: LayerSpec, from: readonly string[]): Layer =>
  ({ ...spec, id, inputs: from.map((source) => connect(source)) }) as Layer;

const chain = sequential(
  "chain",
  [2, 9, 7],
  [
    conv2d({ channels: 4, kernel: [3, 2], stride: [1, 2], padding: [2, 1], groups: 2 }),
    batchNorm(),
    relu(),
    maxPool(2, 1),
    conv2d({ channels: 6, kernel: 3, padding: 1, bias: false }),
    relu(),
    averagePool([3, 2], [2, 1]),
    flatten(),
    dense(9, false),
    batchNorm(),
    relu(),
    dense(5),
  ],
);
const graph: Network = {
  name: "graph",
  inputShape: [3, 5, 5],
  output: "out",
  layers: [
    layer("a", conv2d({ channels: 3, kernel: 3, padding: 1 }), ["input"]),
    layer("sum", { kind: "add" }, ["a", "input", "a"]),
    layer("positive", relu(), ["sum"]),
    layer("joined", { kind: "concat" }, ["positive", "input", "a"]),
    layer("flat", flatten(), ["joined"]),
    layer("out", dense(4), ["flat"]),
  ],
};

for (const network of [chain, graph]) {
  test(`${network.name}: every layer of every image is what scalar loops give`, () => {
    const mark = kernels.mark();
    const model = { ...randomAnn(network, 5), preprocessing: { scale: 1 / 200, offset: -0.25 } };
    const size = network.inputShape.reduce((product, side) => product * side, 1);
    const random = new Random({ seed: 2, trial: 0, purpose: "forward-test", index: 0 });
    const count = 5;
    const pixels = Uint8Array.from({ length: (count + 1) * size }, () => random.integer(256));
    const forward = new Forward(kernels, model, { maximumBatch: count });
    // Image 0 is passed over: `first` must count.
    const seen = new Map<string, Float32Array>();
    forward.run(pixels, 1, count, (id, values) => seen.set(id, values.slice()));
    for (let n = 0; n < count; n++) {
      const input = [...pixels.subarray((n + 1) * size, (n + 2) * size)].map((p) => p / 200 - 0.25);
      for (const [id, wanted] of runAnn(model, input)) {
        const got = seen.get(id)?.subarray(n * wanted.length, (n + 1) * wanted.length) ?? [];
        assert.equal(got.length, wanted.length, id);
        wanted.forEach((value, i) => {
          assert.ok(Math.abs(got[i] - value) <= 2e-5 * (1 + Math.abs(value)), `${id}[${i}] of image ${n}`);
        });
      }
    }
    kernels.release(mark);
  });
}

test("every channel has its own map: lists shift and scale each plane, equal ones change nothing", () => {
  const size = 75;
  const random = new Random({ seed: 4, trial: 0, purpose: "forward-test", index: 0 });
  const pixels = Uint8Array.from({ length: 3 * size }, () => random.integer(256));
  const input = (preprocessing: Preprocessing): Float32Array => {
    const mark = kernels.mark();
    const forward = new Forward(kernels, { ...randomAnn(graph, 5), preprocessing }, { maximumBatch: 3 });
    let seen = new Float32Array(0);
    forward.run(pixels, 0, 3, (id, values) => {
      if (id === inputId) seen = values.slice();
    });
    kernels.release(mark);
    return seen;
  };
  const [scale, offset] = [
    [0.01, 0.02, -0.03],
    [1, 0, -2],
  ];
  const expected = Float32Array.from(pixels, (pixel, i) => {
    const c = Math.floor(i / 25) % 3;
    return Math.fround(pixel * Math.fround(scale[c])) + offset[c];
  });
  assert.deepEqual(input({ scale, offset }), expected);
  assert.deepEqual(
    input({ scale: 0.3, offset: [0.1, 0.1, 0.1] }),
    input({ scale: [0.3, 0.3, 0.3], offset: 0.1 }),
  );
  assert.deepEqual(input({ scale: 0.3, offset: 0.1 }), input({ scale: [0.3, 0.3, 0.3], offset: 0.1 }));
});
