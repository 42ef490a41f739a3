// Training for stored codes: what gradients are taken at, and where they go.

import assert from "node:assert/strict";
import { test } from "node:test";
import { randomAnn } from "../../test/scalar-networks.ts";
import { loadKernels } from "../kernels/load.ts";
import { batchNorm, conv2d, dense, flatten, relu, sequential } from "../model/build.ts";
import { type CodeFormat, quantiseTensor } from "../model/quantise-codes.ts";
import { resolve } from "../space/resolve.ts";
import { fakeQuantise } from "./fake-quantise.ts";
import { type FitOptions, fit } from "./fit.ts";
import { layoutOf, pack } from "./parameter-layout.ts";
import { trainingFields } from "./training-fields.ts";

const kernels = await loadKernels({ build: "simd", memoryBytes: 2 ** 22 });
const network = sequential(
  "small",
  [1, 4, 4],
  [
    conv2d({ channels: 3, kernel: 3 }),
    { kind: "relu", bounded: true, levels: 4 },
    flatten(),
    dense(5),
    relu(),
    dense(2),
  ],
);
const tensors = {
  ...randomAnn(network, 1).tensors,
  "relu1.bound": { shape: [1], data: Float32Array.of(0.7) },
};
const model = { ...randomAnn(network, 1), tensors };
const layout = layoutOf(network);

for (const scales of ["layer", "channel"] as const) {
  test(`a scale by ${scales}: weights become their codes times the scale, the output's by layer; all else stays`, () => {
    const parameters = new Float32Array(layout.parameterCount);
    pack(layout.parameters, tensors, parameters);
    const before = parameters.slice();
    const out = new Float32Array(layout.parameterCount);
    fakeQuantise({ network, layout, codes: { bits: 3, scales }, parameters, out });
    assert.deepEqual(parameters, before);
    for (const { name, shape, offset, length } of layout.parameters) {
      const [was, is] = [parameters.subarray(offset, offset + length), out.subarray(offset, offset + length)];
      if (!name.endsWith(".weight")) assert.deepEqual(is, was, name);
      else {
        const own = name === "dense2.weight" ? "layer" : scales;
        const { codes, scale } = quantiseTensor(was, shape[0], 3, own);
        assert.deepEqual(
          is,
          Float32Array.from(codes, (code, i) => code * scale[Math.floor((i * scale.length) / length)]),
          name,
        );
        assert.notDeepEqual(is, was);
      }
    }
  });
}

test("gradients are taken at the codes and move the float32 weights they came from", () => {
  const mark = kernels.mark();
  const codes: CodeFormat = { bits: 2, scales: "layer" };
  const seen: Float32Array[] = [];
  const images = {
    pixels: new Uint8Array(16 * 3).fill(9),
    labels: new Uint8Array(3),
    count: 3,
    imageShape: [1, 4, 4] as const,
  };
  const given = { optimiser: "sgd", momentum: 0, weightDecay: 0, learningRate: 0.5, schedule: "constant" };
  const options: FitOptions = {
    model,
    settings: resolve("training", trainingFields, { ...given, epochs: 1, batch: 1, warmUpEpochs: 0 }),
    seed: 0,
    train: images,
    validation: images,
    codes,
    gradients: {
      compute: (_, parameters, gradient) => {
        seen.push(parameters.slice());
        gradient.fill(0.25);
        return { loss: 1, correct: 0 };
      },
    },
    isCancelled: () => false,
  };
  const trained = fit(kernels, options).model;
  // Three updates of -0.125 each: exact in float32 but for the last bit.
  const float = new Float32Array(layout.parameterCount);
  pack(layout.parameters, tensors, float);
  assert.equal(seen.length, 3);
  for (const parameters of seen) {
    const wanted = new Float32Array(layout.parameterCount);
    fakeQuantise({ network, layout, codes, parameters: float, out: wanted });
    for (const { name, offset, length } of layout.parameters) {
      assert.deepEqual(
        parameters.subarray(offset, offset + length),
        wanted.subarray(offset, offset + length),
        name,
      );
      for (let i = offset; i < offset + length; i++) float[i] -= 0.125;
    }
  }
  for (const { name, offset, length } of layout.parameters)
    assert.deepEqual(trained.tensors[name].data, float.slice(offset, offset + length), name);
  kernels.release(mark);
});

test("batch norm is refused by name: its factor would be folded into weights that were trained without it", () => {
  const normed = sequential("normed", [4], [dense(3), batchNorm(), relu(), dense(2)]);
  const options = { model: randomAnn(normed, 0), codes: { bits: 3, scales: "layer" } };
  assert.throws(() => fit(kernels, options as unknown as FitOptions), /"batchNorm1" must be folded before/);
});
