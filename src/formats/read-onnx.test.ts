// Operators as onnxruntime has them: every small file is run there and here.

import assert from "node:assert/strict";
import { test } from "node:test";
import { agree, behindConv, kinds, node, onImage, vector, whole } from "../../test/onnx-agreement.ts";
import { randomTensor } from "../../test/onnx-files.ts";

test("convolutions agree: strides, groups, dilations, padding of every kind, one and two axes", async () => {
  const pads = [
    { strides: [2, 1], pads: [1, 2, 1, 2] },
    { strides: [2, 2], pads: [0, 1, 2, 1] },
    { pads: [2, 0, 1, 3] },
    { dilations: [2, 1], pads: [2, 1, 2, 1] },
    { dilations: [2, 2], pads: [1, 0, 2, 3], strides: [1, 2] },
    { auto_pad: "SAME_UPPER", strides: [2, 2] },
    { auto_pad: "SAME_LOWER", strides: [2, 2] },
    { auto_pad: "VALID" },
    { kernel_shape: [3, 3] },
  ];
  for (const attributes of pads) await agree(onImage([node("Conv", "x w b", "y", attributes)]));
  await agree({
    input: ["N", 4, 5, 5],
    nodes: [node("Conv", "x g", "y", { group: 2, pads: [0, 0, 1, 1] })],
    constants: { g: randomTensor([6, 2, 2, 2], 3) },
  });
  const signal = await agree({
    input: ["N", 3, 12],
    nodes: [
      node("Conv", "x k", "c", { strides: [2], pads: [1, 2], dilations: [2] }),
      node("Relu", "c", "r"),
      node("AveragePool", "r", "p", { kernel_shape: [2], strides: [2] }),
      node("Flatten", "p", "f"),
      node("Gemm", "f w", "y"),
    ],
    constants: { k: randomTensor([5, 3, 3], 4), w: randomTensor([15, 4], 9) },
  });
  assert.deepEqual(signal.network.inputShape, [3, 12, 1]);
});

test("every opset that is read agrees, from 7 on", async () => {
  for (let opset = 7; opset <= 26; opset++) {
    const nodes = [
      node("Relu", "c", "r"),
      node("MaxPool", "r", "p", { kernel_shape: [2, 2] }),
      node("Flatten", "p", "f"),
      // A bias has to be there before opset 11.
      node("Gemm", "f g h", "y"),
    ];
    await agree(behindConv(nodes, { g: randomTensor([168, 3], 1), h: randomTensor([3], 2) }, opset));
  }
});

test("Pad before a convolution is its padding", async () => {
  const padded = [node("Pad", "x p", "q"), node("Conv", "q w b", "y", { pads: [1, 0, 0, 1] })];
  const model = await agree(onImage(padded, { p: whole(0, 0, 1, 2, 0, 0, 1, 0) }));
  assert.equal(kinds(model), "conv2d");
  const old = onImage([
    node("Pad", "x", "q", { pads: [0, 0, 1, 1, 0, 0, 1, 1] }),
    node("Conv", "q w b", "y"),
  ]);
  await agree({ ...old, opset: 10 });
});

test("Gemm and MatMul agree, with their factors, transposed weights and every form of bias", async () => {
  const input = ["N", 6];
  const constants = { w: randomTensor([6, 4], 1), t: randomTensor([4, 6], 2), b: randomTensor([4], 3) };
  const factors = { alpha: { f: 0.5 }, beta: { f: -2 }, transB: 1 };
  await agree({ input, constants, nodes: [node("Gemm", "x t b", "y", factors)] });
  await agree({ input, constants: { ...constants, s: vector(0.7) }, nodes: [node("Gemm", "x w s", "y")] });
  const rows = { ...constants, r: randomTensor([1, 4], 4) };
  await agree({ input, constants: rows, nodes: [node("MatMul", "x w", "m"), node("Add", "r m", "y")] });
  // The weight as the result of constants: transposed, scaled, reshaped.
  const folded = await agree({
    input,
    constants: { ...constants, two: vector(2), s: whole(6, -1) },
    nodes: [
      node("Transpose", "t", "u", { perm: [1, 0] }),
      node("Reshape", "u s", "v"),
      node("Mul", "v two", "z"),
      node("MatMul", "x z", "m"),
      node("Relu", "m", "y"),
    ],
  });
  assert.equal(kinds(folded), "dense relu");
});

test("pools agree, with padding too, over windows and over whole images", async () => {
  const square = { kernel_shape: [2, 3], strides: [2, 2] };
  for (const op of ["MaxPool", "AveragePool"]) {
    await agree(behindConv([node(op, "c", "y", square)]));
    await agree(
      behindConv([node("Relu", "c", "r"), node(op, "r", "y", { kernel_shape: [2, 7], ceil_mode: 1 })]),
    );
  }
  const three = { kernel_shape: [3, 3], strides: [2, 2] };
  await agree(
    behindConv([node("Relu", "c", "r"), node("MaxPool", "r", "y", { ...three, pads: [1, 1, 1, 1] })]),
  );
  await agree(
    behindConv([node("Relu", "c", "r"), node("MaxPool", "r", "y", { ...three, auto_pad: "SAME_UPPER" })]),
  );
  const counted = { ...three, pads: [1, 0, 1, 1], count_include_pad: 1 };
  await agree(behindConv([node("AveragePool", "c", "y", counted)]));
  for (const op of ["GlobalAveragePool", "GlobalMaxPool"]) await agree(behindConv([node(op, "c", "y")]));
  await agree(behindConv([node("ReduceMean", "c", "y", { axes: [2, 3], keepdims: 0 })]));
  await agree(behindConv([node("ReduceMean", "c a", "y")], { a: whole(-1, 2) }, 18));
  const squeezed = [
    node("GlobalAveragePool", "c", "p"),
    node("Squeeze", "p a", "s"),
    node("Gemm", "s g", "y"),
  ];
  const model = await agree(behindConv(squeezed, { a: whole(2, 3), g: randomTensor([4, 3], 7) }));
  assert.equal(kinds(model), "conv2d averagePool flatten dense");
});

test("relu and clip agree, and only the bounded ones carry a bound", async () => {
  const bounds = { zero: { dims: [], data: [0] }, six: { dims: [], data: [0.4] } };
  await agree(behindConv([node("Relu", "c", "y")]));
  const clipped = await agree(behindConv([node("Relu", "c", "r"), node("Clip", "r zero six", "y")], bounds));
  assert.equal(kinds(clipped), "conv2d relu");
  assert.equal(clipped.tensors["net_Clip_y.bound"].data[0], Math.fround(0.4));
  const open = await agree(behindConv([node("Clip", "c zero", "y")], bounds));
  assert.equal(open.network.layers[1].kind === "relu" && open.network.layers[1].bounded, undefined);
  await agree(behindConv([node("Clip", "c", "y", { min: { f: 0 }, max: { f: 0.3 } })], {}, 10));
});

test("batch norm agrees behind a convolution, where it stays, and before one, where it goes into the weights", async () => {
  const norm = {
    g: randomTensor([4], 1),
    o: randomTensor([4], 2),
    m: randomTensor([4], 3),
    v: vector(0.5, 1, 2, 0.1),
  };
  const after = await agree(
    behindConv([node("BatchNormalization", "c g o m v", "y", { epsilon: { f: 0.01 } })], norm),
  );
  assert.equal(kinds(after), "conv2d batchNorm");
  const before = [
    node("Relu", "c", "r"),
    node("BatchNormalization", "r g o m v", "n"),
    node("Conv", "n k", "y", { group: 2 }),
  ];
  const merged = await agree(behindConv(before, { ...norm, k: randomTensor([6, 2, 2, 2], 4) }));
  assert.equal(kinds(merged), "conv2d relu conv2d");
});

test("quantised weights are turned back, and codes from 0 on are a relu with as many levels", async () => {
  const int8 = {
    dims: [4, 2, 3, 3],
    data: Array.from({ length: 72 }, (_, i) => ((i * 37) % 255) - 127),
    type: "int8" as const,
  };
  const constants = {
    q: int8,
    s: vector(0.01, 0.02, 0.03, 0.04),
    z: { dims: [4], data: [0, 0, 1, 0], type: "int8" as const },
    a: { dims: [], data: [0.011] },
    u: { dims: [], data: [0], type: "uint8" as const },
  };
  const nodes = [
    node("DequantizeLinear", "q s z", "k", { axis: 0 }),
    node("Conv", "x k", "d"),
    node("Relu", "d", "r"),
    node("QuantizeLinear", "r a u", "e"),
    node("DequantizeLinear", "e a u", "y"),
  ];
  const model = await agree({ input: [1, 2, 8, 7], nodes, constants });
  assert.equal(kinds(model), "conv2d relu");
  const relu = model.network.layers[1];
  assert.equal(relu.kind === "relu" && relu.levels, 255);
});
