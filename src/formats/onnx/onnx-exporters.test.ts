// What exporters and tools write that no operator's description suggests: each form beside onnxruntime, or refused
// for its reason.

import assert from "node:assert/strict";
import { test } from "node:test";
import { agree, behindConv, kinds, node, vector, whole } from "../../../test/onnx-agreement.ts";
import { onnxFile, randomTensor, type TestGraph } from "../../../test/onnx-files.ts";
import { readOnnx } from "../read-onnx.ts";

const refuses = (graph: TestGraph, message: RegExp): Promise<void> =>
  assert.rejects(readOnnx(onnxFile(graph), "a.onnx"), { name: "InvalidValueError", message });
const relu = node("Relu", "c", "r");

test("Max and Min with a number, and Clip without bounds, are relus, clips and nothing", async () => {
  const numbers = { zero: vector(0), top: { dims: [], data: [0.3] } };
  assert.equal(
    kinds(await agree(behindConv([node("Max", "c zero", "y")], numbers))),
    "conv2d relu",
    "PyTorch writes clamp(min=0) so",
  );
  await agree(behindConv([node("Max", "zero c", "r"), node("Min", "top r", "y")], numbers));
  const none = await agree(behindConv([relu, node("Clip", "r - -", "y")], numbers));
  assert.equal(kinds(none), "conv2d relu");
  await refuses(behindConv([node("Min", "c top", "y")], numbers), /must clip at 0 from below/);
  await refuses(behindConv([node("Max", "c zero c", "y")], numbers), /one computed value and single numbers/);
});

test("means and maxima go over rows, columns or images, however the file sees them", async () => {
  const mean = (axes: readonly number[], from: string, to: string, keepdims = 0) =>
    node("ReduceMean", from, to, { axes, keepdims });
  await agree(behindConv([relu, mean([-1], "r", "m"), mean([-1], "m", "y")]));
  await agree(behindConv([relu, mean([3], "r", "y", 1)]));
  await agree(behindConv([relu, node("ReduceMax", "r", "y", { axes: [2], keepdims: 0 })]));
  // Channels last, as TensorFlow's exporter has it.
  const turned = node("Transpose", "r", "t", { perm: [0, 2, 3, 1] });
  await agree(behindConv([relu, turned, mean([1, 2], "t", "y")]));
  // A signal seen as an image of one row, as PyTorch pools signals.
  const signal: TestGraph = {
    input: ["N", 2, 9],
    nodes: [
      node("Conv", "x k", "c"),
      node("Unsqueeze", "c two", "u"),
      node("ReduceMean", "u", "m", { axes: [-2, -1] }),
      node("Squeeze", "m two", "y"),
    ],
    constants: { k: randomTensor([3, 2, 4], 4), two: whole(2) },
  };
  await agree(signal);
  await refuses(behindConv([node("ReduceMean", "c", "y", { axes: [1, 2] })]), /behind its channels/);
});

test("sizes are computed by every node exporters compute them with", async () => {
  const constants = {
    g: randomTensor([224, 3], 7),
    axis: whole(0),
    one: whole(1),
    far: whole(2 ** 40),
    minus: whole(-1),
    zero: { dims: [], data: [0], type: "int64" as const },
  };
  const last = [
    node("Concat", "n k", "s", { axis: 0 }),
    node("Reshape", "c s", "f"),
    node("Gemm", "f g", "y"),
  ];
  const shape = node("Shape", "c", "h");
  const batch = node("Slice", "h axis one axis", "n");
  const rest = [node("Slice", "h one far axis", "t"), node("ReduceProd", "t", "k", { axes: [0] })];
  await agree(behindConv([shape, batch, ...rest, ...last], constants));
  const divided = [
    node("Size", "c", "all"),
    node("Gather", "h zero", "count"),
    node("Div", "all count", "q"),
    node("Unsqueeze", "q axis", "k"),
  ];
  await agree(behindConv([shape, batch, ...divided, ...last], constants));
  // The shape of a constant; and a bias blown up to it.
  const blown = [
    node("Shape", "b", "h"),
    node("Expand", "small h", "e"),
    node("Mod", "seven four", "three"),
    node("CastLike", "three c", "number"),
    node("Mul", "c number", "m"),
    node("Conv", "x w e", "d", { pads: [1, 1, 1, 1] }),
    node("Add", "m d", "y"),
  ];
  const sized = { small: vector(0.5), seven: whole(7), four: whole(4) };
  await agree(behindConv(blown, sized, 15));
});

test("a row is a vector to MatMul; weights of four bits are read", async () => {
  const constants = {
    row: whole(-1, 1, 6),
    w: randomTensor([6, 4], 1),
    b: randomTensor([4], 2),
    one: whole(1),
  };
  const nodes = [
    node("Reshape", "x row", "h"),
    node("MatMul", "h w", "m"),
    node("Add", "m b", "a"),
    node("Squeeze", "a one", "y"),
  ];
  assert.equal(kinds(await agree({ input: ["N", 6], nodes, constants })), "dense");
  const codes = {
    dims: [3, 5],
    data: [-8, -7, -1, 0, 1, 2, 3, 4, 5, 6, 7, -2, -3, -4, -5],
    type: "int4" as const,
  };
  const small: TestGraph = {
    opset: 21,
    input: ["N", 3],
    nodes: [node("DequantizeLinear", "q scale", "w"), node("MatMul", "x w", "y")],
    constants: { q: codes, scale: { dims: [], data: [0.25] } },
  };
  const model = await agree(small);
  const { data } = model.tensors["net_MatMul_y.weight"];
  assert.deepEqual([...data.subarray(0, 3)], [-2, 0.5, 1.75], "the first column, a quarter of each code");
});

test("of several outputs one is read where it is named; an argmax at the end is left out", async () => {
  const heads: TestGraph = {
    input: ["N", 5],
    nodes: [
      node("MatMul", "x w", "h"),
      node("Relu", "h", "r"),
      node("MatMul", "r v", "z"),
      node("ArgMax", "z", "best", { axis: 1 }),
      node("Sigmoid", "r", "mask"),
    ],
    constants: { w: randomTensor([5, 4], 1), v: randomTensor([4, 3], 2) },
    outputs: ["best", "mask"],
  };
  await refuses(heads, /only one, the class scores.*--output-name/);
  const best = await readOnnx(onnxFile(heads), "a.onnx", { outputName: "best" });
  assert.equal(kinds(best), "dense relu dense");
  assert.match(best.provenance.history.join(), /ArgMax at the end left out/);
  const inner = await readOnnx(onnxFile(heads), "a.onnx", { outputName: "r" });
  assert.equal(kinds(inner), "dense relu");
  await assert.rejects(
    readOnnx(onnxFile(heads), "a.onnx", { outputName: "w" }),
    /value that a.onnx computes/,
  );
});

test("what runs only in training, or in integers, is refused with the way out", async () => {
  const norm = { ...node("BatchNormalization", "c b b b b", "y"), outputs: ["y", "mean", "variance"] };
  await refuses(behindConv([norm], {}, 9), /inference mode.*3 outputs/);
  await refuses(behindConv([node("ConvInteger", "c w", "y")]), /QDQ/);
  await refuses(
    behindConv([{ ...node("FusedConv", "c w", "y"), domain: "com.microsoft" }]),
    /before onnxruntime optimised it/,
  );
});
