// Gradients of the inputs against central differences, for every layer kind and way of joining them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { randomAnn } from "../../test/scalar-networks.ts";
import { Random } from "../base/random.ts";
import { loadKernels } from "../kernels/load.ts";
import {
  averagePool,
  batchNorm,
  connect,
  conv2d,
  dense,
  flatten,
  maxPool,
  relu,
  sequential,
} from "../model/build.ts";
import type { Model, Tensor } from "../model/model.ts";
import type { Layer, Network } from "../model/network.ts";
import { quantiseTensor } from "../model/quantise-codes.ts";
import { Forward } from "./forward.ts";
import { InputGradient } from "./input-gradient.ts";
import { withActivation } from "./with-activation.ts";

const shape = [2, 6, 5] as const;
const size = shape[0] * shape[1] * shape[2];
const images = 4;
const kernels = await loadKernels({ build: "simd", memoryBytes: 2 ** 24 });
const chain = (specs: Parameters<typeof sequential>[2]): Network => sequential("chain", shape, specs);
const conv = (id: string, from: string): Layer => ({
  ...{
    id,
    kind: "conv2d",
    channels: 3,
    kernel: [3, 3],
    stride: [1, 1],
    padding: [1, 1],
    groups: 1,
    bias: true,
  },
  inputs: [connect(from)],
});
const join = (id: string, kind: "add" | "concat", from: readonly string[]): Layer => ({
  id,
  kind,
  inputs: from.map((f) => connect(f)),
});
const graph = (layers: readonly Layer[]): Network => ({
  name: "graph",
  inputShape: shape,
  layers,
  output: "out",
});
const end = (from: string): readonly Layer[] => [
  { id: "f", kind: "flatten", inputs: [connect(from)] },
  { id: "out", kind: "dense", units: 3, bias: true, inputs: [connect("f")] },
];

const networks: Record<string, Network> = {
  "dense layers": chain([flatten(), dense(7), dense(3)]),
  "dense layers with relus": chain([flatten(), dense(9), relu(), dense(3)]),
  "convolutions with stride, padding and groups": chain([
    conv2d({ channels: 4, kernel: [3, 2], stride: [2, 1], padding: [1, 1], groups: 2 }),
    conv2d({ channels: 3, kernel: 2, bias: false }),
    flatten(),
    dense(3),
  ]),
  "average pooling, overlapping": chain([
    conv2d({ channels: 4, kernel: 3, padding: 1 }),
    averagePool(3, 2),
    flatten(),
    dense(3),
  ]),
  "maximum pooling, twice": chain([
    maxPool(2, 1),
    conv2d({ channels: 4, kernel: 2 }),
    maxPool(2),
    flatten(),
    dense(3),
  ]),
  "batch norm in use": chain([
    conv2d({ channels: 4, kernel: 3 }),
    batchNorm(),
    flatten(),
    dense(6),
    batchNorm(),
    dense(3),
  ]),
  "additions, also of the input and of a layer to itself": graph([
    conv("a", "input"),
    { ...conv("b", "a"), channels: 2 } as Layer,
    join("s", "add", ["b", "input", "b"]),
    ...end("s"),
  ]),
  "concatenations, also of the input": graph([
    conv("a", "input"),
    join("j", "concat", ["a", "input"]),
    ...end("j"),
  ]),
  "an output and a flattened input that are used twice": graph([
    { id: "g", kind: "flatten", inputs: [connect("input")] },
    { id: "d", kind: "dense", units: size, bias: true, inputs: [connect("g")] },
    join("s", "add", ["d", "g"]),
    { id: "out", kind: "dense", units: 3, bias: true, inputs: [connect("s")] },
    { id: "after", kind: "dense", units: 2, bias: true, inputs: [connect("out")] },
  ]),
};

const models: Record<string, Model> = Object.fromEntries(
  Object.entries(networks).map(([name, network]) => [name, randomAnn(network, 4)]),
);
models["relus with a bound"] = withActivation(
  models["dense layers with relus"],
  { bounded: true },
  () => 0.4,
);
models["stored codes with a scale for each channel"] = coded(
  models["convolutions with stride, padding and groups"],
);

function coded(model: Model): Model {
  const tensors: Record<string, Tensor> = { ...model.tensors };
  for (const [name, { shape: weights, data }] of Object.entries(model.tensors)) {
    if (!name.endsWith(".weight")) continue;
    const { codes, scale } = quantiseTensor(data, weights[0], 6, "channel");
    tensors[name] = { shape: weights, data: codes };
    tensors[name.replace(".weight", ".scale")] = { shape: [scale.length], data: scale };
  }
  return { ...model, weightFormat: { kind: "int", bits: 6 }, tensors };
}

function randomBatch(name: string): { values: Float32Array; labels: Uint8Array } {
  const random = new Random({ seed: 1, trial: 0, purpose: name, index: 0 });
  return {
    values: Float32Array.from({ length: images * size }, () => 2 * random.uniform() - 1),
    labels: Uint8Array.from({ length: images }, () => random.integer(3)),
  };
}

for (const [name, model] of Object.entries(models)) {
  test(`${name}: the gradient is the slope of each image's loss`, () => {
    const mark = kernels.mark();
    const engine = new InputGradient(kernels, model, { maximumBatch: images });
    const { values, labels } = randomBatch(name);
    const loss = (): number => engine.compute(values, labels, images).loss;
    const gradient = engine.compute(values, labels, images).gradient.slice();
    // The loss is summed in float64 from float32 scores. Kinks of relus and maxima: few coordinates may be
    // between two slopes at every step size.
    const hasKinks = model.network.layers.some(({ kind }) => kind === "relu" || kind === "maxPool");
    let off = 0;
    for (let i = 0; i < values.length; i++) {
      const errors = [1e-2, 2.5e-3].map((h) => {
        const value = values[i];
        const [above, below] = [Math.fround(value + h), Math.fround(value - h)];
        values[i] = above;
        const up = loss();
        values[i] = below;
        const down = loss();
        values[i] = value;
        return Math.abs((up - down) / (above - below) - gradient[i]);
      });
      if (Math.min(...errors) >= 2e-3) off++;
      assert.ok(hasKinks || off === 0, `input ${i}: gradient ${gradient[i]}, off by ${errors}`);
    }
    assert.ok(off <= values.length / 50, `${off} of ${values.length} gradients are off`);
    assert.ok(gradient.some((value) => Math.abs(value) > 0.01));
    kernels.release(mark);
  });
}

test("an image's gradient does not depend on the others of its batch", () => {
  const mark = kernels.mark();
  const model = models["batch norm in use"];
  const engine = new InputGradient(kernels, model, { maximumBatch: images });
  const { values, labels } = randomBatch("alone");
  const together = engine.compute(values, labels, images).gradient.slice();
  for (let n = 0; n < images; n++) {
    const own = engine.compute(
      values.subarray(n * size, (n + 1) * size),
      labels.subarray(n, n + 1),
      1,
    ).gradient;
    assert.deepEqual(own, together.subarray(n * size, (n + 1) * size));
  }
  kernels.release(mark);
});

test("the network it differentiates is the one that classifies: same scores from values as from their pixels", () => {
  const mark = kernels.mark();
  const model = models["stored codes with a scale for each channel"];
  const forward = new Forward(kernels, model, { maximumBatch: images });
  const random = new Random({ seed: 1, trial: 0, purpose: "pixels", index: 0 });
  const pixels = Uint8Array.from({ length: images * size }, () => random.integer(256));
  const fromPixels = forward.run(pixels, 0, images).slice();
  const { scale } = model.preprocessing;
  const values = Float32Array.from(pixels, (pixel) => Math.fround(pixel * Math.fround(scale as number)));
  assert.deepEqual(forward.runValues(values, images), fromPixels);
  kernels.release(mark);
});
