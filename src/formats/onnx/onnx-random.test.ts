// Operators with attributes drawn at random, run by onnxruntime and here. What is refused is refused for one of
// the reasons listed, and most of what is drawn is not.

import assert from "node:assert/strict";
import { test } from "node:test";
import { agree, node, whole } from "../../../test/onnx-agreement.ts";
import { onnxFile, randomTensor, type TestGraph, type TestNode } from "../../../test/onnx-files.ts";
import { InvalidValueError } from "../../base/errors.ts";
import { Random } from "../../base/random.ts";
import { readOnnx } from "../read-onnx.ts";

type Draw = (random: Random) => TestGraph;

const from = (random: Random, low: number, high: number): number => low + random.integer(high - low + 1);
const pick = <T>(random: Random, options: readonly T[]): T => options[random.integer(options.length)];
const many = (count: number, draw: () => number): readonly number[] => Array.from({ length: count }, draw);

/** Padding in one of the ways it can be said. */
function padding(random: Random, rank: number, most: number): TestNode["attributes"] {
  const way = pick(random, ["pads", "auto", "none"] as const);
  if (way === "none") return {};
  if (way === "auto") return { auto_pad: pick(random, ["SAME_UPPER", "SAME_LOWER", "VALID"]) };
  return { pads: many(2 * rank, () => from(random, 0, most)) };
}

function imageOf(random: Random, channels: number, rank: number): readonly (number | string)[] {
  return [pick(random, ["N", 1]), channels, ...many(rank, () => from(random, 6, 10))];
}

const convolution: Draw = (random) => {
  const rank = pick(random, [1, 2, 2]);
  const groups = pick(random, [1, 1, 2, 4]);
  const [inner, outer] = [groups * from(random, 1, 2), groups * from(random, 1, 3)];
  const kernel = many(rank, () => from(random, 1, 3));
  const given = padding(random, rank, 2) ?? {};
  const isAutomatic = "auto_pad" in given && given["auto_pad"] !== "VALID";
  return {
    opset: pick(random, [7, 9, 11, 13, 18, 21]),
    input: imageOf(random, inner, rank),
    nodes: [
      node("Conv", pick(random, ["x w", "x w b"]), "y", {
        ...given,
        strides: many(rank, () => from(random, 1, 3)),
        // onnxruntime takes no dilation with SAME_LOWER and SAME_UPPER in every build.
        ...(!isAutomatic && { dilations: many(rank, () => from(random, 1, 2)) }),
        ...(groups > 1 && { group: groups }),
        ...(pick(random, [true, false]) && { kernel_shape: kernel }),
      }),
    ],
    constants: {
      w: randomTensor([outer, inner / groups, ...kernel], random.integer(1000)),
      b: randomTensor([outer], random.integer(1000)),
    },
  };
};

const pool =
  (op: "MaxPool" | "AveragePool"): Draw =>
  (random) => {
    const rank = pick(random, [1, 2, 2]);
    const kernel = many(rank, () => from(random, 2, 3));
    const isRelued = op === "MaxPool" || pick(random, [true, false]);
    return {
      opset: pick(random, [10, 11, 13, 19, 21]),
      input: imageOf(random, 2, rank),
      nodes: [
        ...(isRelued ? [node("Relu", "x", "r")] : []),
        node(op, isRelued ? "r" : "x", "p", {
          ...padding(random, rank, 1),
          kernel_shape: kernel,
          strides: many(rank, () => from(random, 1, 3)),
          ...(op === "AveragePool" && { count_include_pad: pick(random, [1, 1, 0]) }),
          ceil_mode: pick(random, [0, 0, 1]),
        }),
        node("Relu", "p", "y"),
      ],
      constants: {},
    };
  };

const gemm: Draw = (random) => {
  const [inputs, units] = [from(random, 2, 9), from(random, 1, 6)];
  const transB = random.integer(2);
  const bias = pick(random, [[units], [1, units], [1], []]);
  return {
    opset: pick(random, [7, 9, 11, 13, 21]),
    input: ["N", inputs],
    nodes: [
      node("Gemm", "x w b", "y", {
        transB,
        alpha: { f: 2 * random.uniform() - 1 },
        beta: { f: 2 * random.uniform() - 1 },
      }),
    ],
    constants: {
      w: randomTensor(transB === 1 ? [units, inputs] : [inputs, units], random.integer(1000)),
      b: randomTensor(bias, random.integer(1000)),
    },
  };
};

const padAndConvolution: Draw = (random) => {
  const rank = pick(random, [1, 2]);
  const isOld = pick(random, [true, false]);
  const behind = pick(random, ["Conv", "MaxPool", "AveragePool"]);
  // onnxruntime takes in less padding than a pool's kernel is wide.
  const sides = (): readonly number[] => many(rank, () => from(random, 0, behind === "Conv" ? 2 : 1));
  const pads = [0, 0, ...sides(), 0, 0, ...sides()];
  const attributes =
    behind === "Conv" ? {} : { kernel_shape: many(rank, () => 2), strides: many(rank, () => 2) };
  return {
    opset: isOld ? 10 : pick(random, [11, 13, 18, 21]),
    input: imageOf(random, 2, rank),
    nodes: [
      isOld ? node("Pad", "x", "q", { pads }) : node("Pad", "x p", "q"),
      node(behind, behind === "Conv" ? "q w" : "q", "y", attributes),
    ],
    constants: { p: whole(...pads), w: randomTensor([3, 2, ...many(rank, () => 2)], random.integer(1000)) },
  };
};

const norm: Draw = (random) => {
  const channels = from(random, 1, 4);
  const positive = randomTensor([channels], random.integer(1000));
  return {
    opset: pick(random, [7, 9, 14, 15, 21]),
    input: pick(random, [["N", channels], imageOf(random, channels, 1), imageOf(random, channels, 2)]),
    nodes: [
      node("Relu", "x", "r"),
      node("BatchNormalization", "r g o m v", "y", { epsilon: { f: 0.1 * random.uniform() } }),
    ],
    constants: {
      g: randomTensor([channels], random.integer(1000)),
      o: randomTensor([channels], random.integer(1000)),
      m: randomTensor([channels], random.integer(1000)),
      v: { dims: [channels], data: Array.from(positive.data, (value) => value + 1.1) },
    },
  };
};

const arithmetic: Draw = (random) => {
  const channels = from(random, 2, 4);
  const shape = pick(random, [[], [1], [channels, 1, 1], [1, channels, 1, 1]]);
  const op = pick(random, ["Add", "Sub", "Mul", "Div"]);
  const isFirst = op !== "Div" && pick(random, [true, false]);
  const behind = pick(random, ["Neg", "Identity"]);
  return {
    opset: pick(random, [7, 13, 14, 21]),
    input: imageOf(random, channels, 2),
    nodes: [node("Relu", "x", "r"), node(op, isFirst ? "k r" : "r k", "s"), node(behind, "s", "y")],
    constants: {
      k: { dims: shape, data: Array.from(randomTensor(shape, random.integer(1000)).data, (v) => v + 2) },
    },
  };
};

const branches: Draw = (random) => {
  const outer = from(random, 1, 4);
  const isJoined = pick(random, [true, false]);
  const second = isJoined ? from(random, 1, 4) : outer;
  const input = imageOf(random, 2, 2);
  const values = (isJoined ? outer + second : outer) * Number(input[2]) * Number(input[3]);
  const join = isJoined
    ? node("Concat", "a b", "j", { axis: pick(random, [1, -3]) })
    : node("Add", "a b", "j");
  const last = node("Gemm", "f g", "y");
  const views = [
    [node("Flatten", "j", "f"), last],
    [node("GlobalAveragePool", "j", "g"), node("Flatten", "g", "y", { axis: 1 })],
    [node("Transpose", "j", "t", { perm: [0, 2, 3, 1] }), node("Reshape", "t s", "f"), last],
    [node("Dropout", "j", "d"), node("Reshape", "d s", "y")],
  ];
  const view = pick(random, views);
  return {
    opset: pick(random, [11, 13, 21]),
    input,
    nodes: [node("Conv", "x w", "a", { pads: [1, 1, 1, 1] }), node("Conv", "x v", "b"), join, ...view],
    constants: {
      w: randomTensor([outer, 2, 3, 3], random.integer(1000)),
      v: randomTensor([second, 2, 1, 1], random.integer(1000)),
      s: whole(0, -1),
      ...(view.includes(last) && { g: randomTensor([values, 3], random.integer(1000)) }),
    },
  };
};

const clip: Draw = (random) => {
  const isOld = pick(random, [true, false]);
  const highest = pick(random, [0.3, 1, 6]);
  const isOpen = pick(random, [true, false]);
  return {
    opset: isOld ? pick(random, [7, 10]) : pick(random, [11, 13, 21]),
    input: imageOf(random, 2, pick(random, [1, 2])),
    nodes: [
      isOld
        ? node("Clip", "x", "y", { min: { f: 0 }, ...(!isOpen && { max: { f: highest } }) })
        : node("Clip", isOpen ? "x zero" : "x zero most", "y"),
    ],
    constants: { zero: { dims: [], data: [0] }, most: { dims: [], data: [highest] } },
  };
};

const product: Draw = (random) => {
  const [inputs, units] = [from(random, 2, 9), from(random, 1, 6)];
  const added = pick(random, ["m b", "b m"]);
  return {
    opset: pick(random, [7, 9, 13, 21]),
    input: [pick(random, ["N", 1]), inputs],
    nodes: [node("MatMul", "x w", "m"), node("Add", added, "y")],
    constants: {
      w: randomTensor([inputs, units], random.integer(1000)),
      b: randomTensor(pick(random, [[units], [1, units], [1], []]), random.integer(1000)),
    },
  };
};

const wholePool: Draw = (random) => {
  const rank = pick(random, [1, 2]);
  const axes =
    rank === 1
      ? [2]
      : pick(random, [
          [2, 3],
          [-1, -2],
        ]);
  const op = pick(random, ["GlobalAveragePool", "GlobalMaxPool", "ReduceMean", "ReduceMax"]);
  const attributes = op.startsWith("Reduce") ? { axes, keepdims: random.integer(2) } : {};
  return {
    opset: pick(random, [11, 12, 13]),
    input: imageOf(random, 3, rank),
    nodes: [node(op, "x", "p", attributes), node("Flatten", "p", "y")],
    constants: {},
  };
};

const quantised: Draw = (random) => {
  const channels = from(random, 1, 4);
  const isPerChannel = pick(random, [true, false]);
  const type = pick(random, ["int8", "uint8"] as const);
  const [low, high] = type === "int8" ? [-128, 127] : [0, 255];
  const count = isPerChannel ? channels : 1;
  const dims = isPerChannel ? [channels] : [];
  const codes = { dims: [channels, 2, 3, 3], data: many(channels * 18, () => from(random, low, high)), type };
  const scale = 0.002 + 0.02 * random.uniform();
  return {
    opset: 13,
    input: imageOf(random, 2, 2),
    nodes: [
      node("DequantizeLinear", "q s z", "w", isPerChannel ? { axis: 0 } : {}),
      node("Conv", "x w", "c"),
      node("Relu", "c", "r"),
      node("QuantizeLinear", "r a u", "e"),
      node("DequantizeLinear", "e a u", "y"),
    ],
    constants: {
      q: codes,
      s: { dims, data: many(count, () => 0.01 + 0.01 * random.uniform()) },
      // In the middle, so that not all weights have one sign and all sums end at 0.
      z: { dims, data: many(count, () => from(random, low + 100, high - 100)), type },
      a: { dims: [], data: [scale] },
      u: { dims: [], data: [0], type: "uint8" },
    },
  };
};

const draws: Readonly<Record<string, Draw>> = {
  Conv: convolution,
  MaxPool: pool("MaxPool"),
  AveragePool: pool("AveragePool"),
  Gemm: gemm,
  "MatMul and Add": product,
  Clip: clip,
  "pools of whole images": wholePool,
  "QuantizeLinear, DequantizeLinear": quantised,
  "Pad and what takes it in": padAndConvolution,
  BatchNormalization: norm,
  "Add, Sub, Mul, Div, Neg": arithmetic,
  "Concat, Add, Flatten, Reshape, Transpose, Dropout": branches,
};

/** What cannot be held by layers here, however it is said. */
const reasons = /must have a kernel of at most|count it \(count_include_pad 1\)|windows that fit whole/;

for (const [name, draw] of Object.entries(draws)) {
  test(`${name}: drawn at random, as onnxruntime has it`, async () => {
    let read = 0;
    const count = 20;
    for (let index = 0; index < count; index++) {
      const graph = draw(new Random({ seed: 12, trial: -1, purpose: "test-onnx-random", index }));
      try {
        await readOnnx(onnxFile(graph), "random.onnx");
      } catch (error) {
        assert.ok(error instanceof InvalidValueError && reasons.test(error.message), `${index}: ${error}`);
        continue;
      }
      await agree(graph).catch((error: unknown) => {
        throw new Error(`drawing ${index}: ${JSON.stringify(graph.nodes)} on [${graph.input}]`, {
          cause: error,
        });
      });
      read++;
    }
    assert.ok(read >= count / 2, `${read} of ${count} read`);
  });
}
