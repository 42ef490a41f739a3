// Graphs as onnxruntime has them: what merges, branches, changes its view or is left out.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  agree,
  behindConv,
  conv,
  kinds,
  node,
  onImage,
  vector,
  whole,
} from "../../../test/onnx-agreement.ts";
import { onnxFile, randomTensor, type TestGraph } from "../../../test/onnx-files.ts";
import { readOnnx } from "../read-onnx.ts";

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

test("shortcuts of sampled rows and columns and channels of zeros are one convolution, pads computed or not", async () => {
  const constants = {
    k: randomTensor([8, 4, 3, 3], 3),
    s: whole(0),
    e: whole(2 ** 31 - 1),
    two: whole(2),
    three: whole(3),
    pads: whole(0, 2, 0, 0, 0, 2, 0, 0),
  };
  const branch = [
    node("Relu", "c", "r"),
    node("Conv", "r k", "d", { pads: [1, 1, 1, 1], strides: [2, 2] }),
    node("Slice", "r s e two two", "a"),
    node("Slice", "a s e three two", "h"),
  ];
  const sum = node("Add", "d p", "y");
  const model = await agree(behindConv([...branch, node("Pad", "h pads", "p"), sum], constants));
  assert.equal(kinds(model), "conv2d relu conv2d conv2d add");
  // Pads as PyTorch writes them: last axis first, turned round by constants.
  const computed = [
    node("Reshape", "lists pairs", "q"),
    node("Slice", "q last lowest zero last", "t"),
    node("Transpose", "t", "v", { perm: [1, 0] }),
    node("Reshape", "v last", "u"),
    node("Pad", "h u", "p"),
  ];
  const lists = {
    lists: whole(0, 0, 0, 0, 2, 2, 0, 0),
    pairs: whole(-1, 2),
    last: whole(-1),
    lowest: whole(-(2 ** 40)),
    zero: whole(0),
  };
  const same = await agree(behindConv([...branch, ...computed, sum], { ...constants, ...lists }));
  assert.equal(kinds(same), "conv2d relu conv2d conv2d add");
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
  // Views of them are no use of them; each alone keeps the order, too.
  for (const op of ["Softmax", "LogSoftmax", "Sigmoid", "Tanh"]) {
    const behind = [...nodes, node(op, "z", "p"), node("Flatten", "p", "y")];
    const same = await readOnnx(onnxFile({ ...graph, nodes: behind }), "test.onnx");
    assert.deepEqual(same.network, model.network);
    assert.match(same.provenance.history.join(), new RegExp(`${op} at the end left out`));
  }
  await agree({ ...graph, nodes, outputs: ["z"] });
});
