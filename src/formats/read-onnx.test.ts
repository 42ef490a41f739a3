// Operators as onnxruntime has them: every small file is run there and here.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  onnxFile,
  randomTensor,
  runOnnx,
  type TestGraph,
  type TestNode,
  type TestTensor,
} from "../../test/onnx-files.ts";
import { runAnn } from "../../test/scalar-networks.ts";
import { Random } from "../base/random.ts";
import type { Model } from "../model/model.ts";
import { pixelMaps } from "../model/preprocessing.ts";
import { sizeOf } from "../model/shapes.ts";
import { readOnnx } from "./read-onnx.ts";

/** Run here, for pixels in our order. */
function run(model: Model, pixels: ArrayLike<number>): readonly number[] {
  const { maps, plane } = pixelMaps(model.preprocessing, model.network.inputShape);
  const input = Array.from(pixels, (pixel, i) => {
    const { scale, offset } = maps[Math.floor(i / plane)];
    return pixel * scale + offset;
  });
  return runAnn(model, input).get(model.network.output) ?? [];
}

/** Largest difference, over the largest score. */
function difference(ours: ArrayLike<number>, theirs: ArrayLike<number>): number {
  assert.equal(ours.length, theirs.length);
  const largest = Math.max(...Array.from(theirs, Math.abs));
  return Math.max(...Array.from(theirs, (score, i) => Math.abs(score - ours[i]))) / largest;
}

/** @param toOurs - the file's order of the input to ours */
async function agree(
  graph: TestGraph,
  { toOurs = (pixels: readonly number[]): readonly number[] => pixels } = {},
): Promise<Model> {
  const bytes = onnxFile(graph);
  const model = await readOnnx(bytes, "test.onnx");
  const dims = graph.input.map((size) => (typeof size === "string" ? 1 : size));
  const random = new Random({ seed: 5, trial: -1, purpose: "test-onnx-input", index: 0 });
  const pixels = Array.from({ length: sizeOf(dims) }, () => random.uniform() - 0.3);
  const theirs = await runOnnx(bytes, Float32Array.from(pixels), dims);
  const error = difference(run(model, toOurs(pixels)), theirs);
  assert.ok(error < 1e-5, `scores differ by ${error}`);
  return model;
}

const node = (
  op: string,
  inputs: string,
  output: string,
  attributes: TestNode["attributes"] = {},
): TestNode => ({
  op,
  inputs: inputs.split(" ").map((name) => (name === "-" ? "" : name)),
  outputs: [output],
  name: `/net/${op}_${output}`,
  attributes,
});
const vector = (...data: number[]): TestTensor => ({ dims: [data.length], data });
const whole = (...data: number[]): TestTensor => ({ dims: [data.length], data, type: "int64" });
const kinds = (model: Model): string => model.network.layers.map(({ kind }) => kind).join(" ");

/** A convolution and what follows it. */
const conv = { w: randomTensor([4, 2, 3, 3], 1), b: randomTensor([4], 2) };
const behindConv = (
  nodes: readonly TestNode[],
  constants: Record<string, TestTensor> = {},
  opset = 13,
): TestGraph => ({
  opset,
  input: ["N", 2, 8, 7],
  nodes: [node("Conv", "x w b", "c", { pads: [1, 1, 1, 1] }), ...nodes],
  constants: { ...conv, ...constants },
});
const onImage = (nodes: readonly TestNode[], constants: Record<string, TestTensor> = {}): TestGraph => ({
  input: [1, 2, 8, 7],
  nodes,
  constants: { ...conv, ...constants },
});

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

test("scales and offsets go into preprocessing, weights and norms; none is left where it can go", async () => {
  const image = { k: vector(0.5), m: randomTensor([2, 1, 1], 5), s: randomTensor([1, 2, 1, 1], 6) };
  const input = await agree(
    onImage(
      [
        node("Mul", "x k", "h"),
        node("Sub", "h m", "i"),
        node("Div", "i s", "j"),
        node("Conv", "j w b", "y", { pads: [1, 1, 1, 1] }),
      ],
      image,
    ),
  );
  assert.equal(kinds(input), "conv2d");
  assert.deepEqual((input.preprocessing.scale as number[]).length, 2);
  const channel = {
    s: randomTensor([4, 1, 1], 5),
    o: randomTensor([1, 4, 1, 1], 6),
    g: randomTensor([5, 4, 2, 2], 8),
  };
  const behind = await agree(
    behindConv([node("Mul", "c s", "d"), node("Sub", "o d", "e"), node("Neg", "e", "y")], channel),
  );
  assert.equal(kinds(behind), "conv2d");
  const before = await agree(
    behindConv(
      [node("Relu", "c", "r"), node("Mul", "s r", "t"), node("Add", "t o", "u"), node("Conv", "u g", "y")],
      channel,
    ),
  );
  assert.equal(kinds(before), "conv2d relu conv2d");
  const padded = await agree(
    behindConv(
      [node("Relu", "c", "r"), node("Add", "r o", "u"), node("Conv", "u g", "y", { pads: [1, 1, 1, 1] })],
      channel,
    ),
  );
  assert.equal(
    kinds(padded),
    "conv2d relu batchNorm conv2d",
    "an offset before padding cannot go into weights",
  );
  const dense = { ...channel, f: randomTensor([224, 3], 9) };
  const flat = await agree(
    behindConv(
      [node("Relu", "c", "r"), node("Add", "r o", "u"), node("Flatten", "u", "v"), node("Gemm", "v f", "y")],
      dense,
    ),
  );
  assert.equal(kinds(flat), "conv2d relu flatten dense");
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

test("branches agree: additions of two and more, with constants among them, and joins", async () => {
  const more = { v: randomTensor([4, 2, 3, 3], 9), o: randomTensor([4, 1, 1], 4), z: vector(2) };
  const second = node("Conv", "x v", "d", { pads: [1, 1, 1, 1] });
  await agree(behindConv([second, node("Add", "c d", "e"), node("Relu", "e", "y")], more));
  await agree(behindConv([second, node("Sum", "c d o c", "y")], more));
  await agree(behindConv([second, node("Relu", "c", "r"), node("Concat", "r d x", "y", { axis: 1 })], more));
  await agree(
    behindConv([second, node("Concat", "d c", "e", { axis: -3 }), node("GlobalAveragePool", "e", "y")], more),
  );
});

test("views agree: flattening of every kind, with a computed shape, and transposed before it", async () => {
  const dense = {
    g: randomTensor([224, 3], 7),
    s: whole(0, -1),
    t: whole(1, 224),
    zero: { dims: [], data: [0], type: "int64" as const },
  };
  const last = node("Gemm", "f g", "y");
  await agree(behindConv([node("Flatten", "c", "f"), last], dense));
  await agree(behindConv([node("Reshape", "c s", "f"), last], dense));
  await agree(behindConv([node("Reshape", "c t", "f"), last], dense));
  const computed = [
    node("Shape", "c", "h"),
    node("Gather", "h zero", "n"),
    node("Unsqueeze", "n a", "u"),
    node("Concat", "u m", "j", { axis: 0 }),
    node("Reshape", "c j", "f"),
    last,
  ];
  await agree(behindConv(computed, { ...dense, a: whole(0), m: whole(-1) }));
  const turned = [
    node("Transpose", "c", "l", { perm: [0, 2, 3, 1] }),
    node("Relu", "l", "r"),
    node("Reshape", "r s", "f"),
    last,
  ];
  const model = await agree(behindConv(turned, dense));
  assert.equal(kinds(model), "conv2d relu flatten dense");
  const there = [
    node("Transpose", "c", "l", { perm: [0, 2, 3, 1] }),
    node("Add", "l o", "p"),
    node("Transpose", "p", "q", { perm: [0, 3, 1, 2] }),
    node("GlobalAveragePool", "q", "y"),
  ];
  await agree(behindConv(there, { o: randomTensor([4], 8) }));
});

test("an input with its channels last is taken channels first, and a flat one as the image it becomes", async () => {
  const nodes = [
    node("Sub", "x m", "z"),
    node("Transpose", "z", "t", { perm: [0, 3, 1, 2] }),
    node("Conv", "t w b", "y"),
  ];
  const toOurs = (pixels: readonly number[]): readonly number[] =>
    Array.from({ length: 60 }, (_, i) => pixels[(i % 30) * 2 + Math.floor(i / 30)]);
  const last = await agree(
    { input: ["N", 6, 5, 2], nodes, constants: { ...conv, m: vector(0.5, -1) } },
    { toOurs },
  );
  assert.deepEqual(last.network.inputShape, [2, 6, 5]);
  assert.deepEqual(last.preprocessing.offset, [-0.5, 1]);
  assert.match(last.provenance.history.join(), /input taken as \[2,6,5\]/);
  const shape = whole(-1, 2, 6, 5);
  const flat = await agree({
    input: ["N", 60],
    nodes: [node("Reshape", "x s", "i"), node("Conv", "i w b", "y")],
    constants: { ...conv, s: shape },
  });
  assert.deepEqual(flat.network.inputShape, [2, 6, 5]);
});

test("what changes nothing is left out, and softmax at the end is said to be", async () => {
  const g = randomTensor([56, 3], 7);
  const nodes = [
    node("Flatten", "x", "f"),
    node("Identity", "f", "i"),
    node("Dropout", "i", "d"),
    node("Cast", "d", "e", { to: 1 }),
    node("Gemm", "e g", "z"),
  ];
  const graph: TestGraph = {
    input: ["N", 2, 4, 7],
    nodes: [...nodes, node("Softmax", "z", "y")],
    constants: { g },
  };
  const model = await readOnnx(onnxFile(graph), "test.onnx");
  assert.equal(kinds(model), "flatten dense");
  assert.match(model.provenance.history.join(), /Softmax at the end left out/);
  await agree({ ...graph, nodes, outputs: ["z"] });
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
