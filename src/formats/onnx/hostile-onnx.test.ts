// Files that are broken, that want too much, or that hold what cannot be read: each gives one clear error, soon.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  onnxBytes,
  onnxData,
  onnxFile,
  randomTensor,
  type TestGraph,
  type TestNode,
  tensorData,
} from "../../../test/onnx-files.ts";
import { isExpected } from "../../base/errors.ts";
import { Random } from "../../base/random.ts";
import { type OnnxOptions, readOnnx } from "../read-onnx.ts";

const node = (
  op: string,
  inputs: readonly string[],
  output: string,
  rest: Partial<TestNode> = {},
): TestNode => ({
  op,
  inputs,
  outputs: [output],
  name: `the ${op}`,
  ...rest,
});
const dense: TestGraph = {
  input: ["N", 4],
  nodes: [node("MatMul", ["x", "w"], "m"), node("Relu", ["m"], "y")],
  constants: { w: randomTensor([4, 3], 1) },
};
const whole = (...data: number[]) => ({ dims: [data.length], data, type: "int64" as const });

async function refuses(bytes: Uint8Array, message: RegExp, options: OnnxOptions = {}): Promise<void> {
  await assert.rejects(readOnnx(bytes, "a.onnx", options), (error: Error) => {
    assert.ok(isExpected(error), String(error.stack));
    assert.match(error.message, message);
    return true;
  });
}
const refusesGraph = (graph: Partial<TestGraph>, message: RegExp): Promise<void> =>
  refuses(onnxFile({ ...dense, ...graph }), message);

/** The file with one initializer's data exchanged. */
function withTensor(change: Record<string, unknown>): Uint8Array {
  const data = onnxData(dense);
  const tensor = { ...tensorData(randomTensor([4, 3], 1), "w"), ...change };
  return onnxBytes({ ...data, graph: { ...(data["graph"] as object), initializer: [tensor] } });
}

test("all nodes that cannot be read are named at once, each with its reason", async () => {
  const nodes = [
    node("LeakyRelu", ["x"], "a"),
    node("Conv", ["a", "w"], "b"),
    node("LSTM", ["b"], "c", { name: "/rnn/LSTM" }),
    node("Fused", ["x"], "d", { domain: "com.example" }),
    node("Gemm", ["x", "w"], "e", { attributes: { transA: 1 } }),
    node("Sum", ["c", "d", "e"], "y"),
  ];
  await refusesGraph(
    { nodes },
    /^a\.onnx must hold only nodes that can be read, but got "4 that cannot"\.[\s\S]*node "the LeakyRelu" \(LeakyRelu\) must[\s\S]*"\/rnn\/LSTM" \(LSTM\)[\s\S]*"com\.example\.Fused"[\s\S]*"the Gemm" \(Gemm\) must not transpose/,
  );
});

test("nodes are refused for what they would do otherwise", async () => {
  const image: Partial<TestGraph> = {
    input: [1, 2, 7, 7],
    constants: { k: randomTensor([2, 2, 3, 3], 1), p: randomTensor([1, 2, 7, 7], 2) },
  };
  const pool = { kernel_shape: [2, 2], strides: [2, 2] };
  const cases: readonly [Partial<TestGraph>, RegExp][] = [
    [
      { ...image, nodes: [node("AveragePool", ["x"], "y", { attributes: { ...pool, ceil_mode: 1 } })] },
      /windows that fit whole/,
    ],
    [
      { ...image, nodes: [node("MaxPool", ["x"], "y", { attributes: { ...pool, pads: [1, 1, 1, 1] } })] },
      /stand behind a relu/,
    ],
    [
      { ...image, nodes: [node("AveragePool", ["x"], "y", { attributes: { ...pool, pads: [0, 0, 1, 1] } })] },
      /count it/,
    ],
    [{ ...image, nodes: [node("Conv", ["x", "x"], "y")] }, /constant weight/],
    [{ ...image, nodes: [node("Add", ["x", "p"], "y")] }, /one number a channel/],
    [
      {
        ...image,
        nodes: [
          node("Transpose", ["x"], "t", { attributes: { perm: [0, 1, 3, 2] } }),
          node("Conv", ["x", "k"], "u"),
          node("Conv", ["t", "k"], "v"),
          node("Add", ["u", "v"], "y"),
        ],
      },
      /as it comes/,
    ],
    [
      {
        ...image,
        nodes: [
          node("Pad", ["x"], "q", { attributes: { pads: [0, 0, 1, 1, 0, 0, 1, 1] } }),
          node("Relu", ["q"], "y"),
        ],
        opset: 9,
      },
      /right before a convolution or a pool/,
    ],
    [
      { nodes: [node("Softmax", ["x"], "s"), node("MatMul", ["s", "w"], "y")] },
      /at the end of a network only/,
    ],
    [
      {
        nodes: [...dense.nodes, node("Clip", ["y"], "z", { attributes: { min: { f: -1 } } })],
        outputs: ["y", "z"],
        opset: 9,
      },
      /only one, the class scores/,
    ],
    [{ nodes: [node("Reshape", ["x", "s"], "y")], constants: { s: whole(4) } }, /batch as its first axis/],
    [
      {
        nodes: [node("MatMul", ["x", "w"], "y", { outputs: ["y", "extra"] }), node("Relu", ["extra"], "z")],
        outputs: ["z"],
      },
      /first value only/,
    ],
    [{ nodes: [node("Relu", ["x"], "y")], input: ["N", "size"] }, /fixed sizes besides the batch/],
    [{ nodes: [node("Identity", ["x"], "y")] }, /a layer that computes something/],
    [{ opset: 6 }, /opset from 7/],
  ];
  for (const [graph, message] of cases) await refusesGraph(graph, message);
});

test("graphs that go in circles, lack a value or make one twice are refused", async () => {
  const circle = [node("Add", ["x", "b"], "a"), node("Relu", ["a"], "b"), node("Relu", ["b"], "y")];
  await refusesGraph({ nodes: circle }, /must not depend on itself/);
  await refusesGraph({ nodes: [node("Relu", ["nowhere"], "y")] }, /values that are there, but got "nowhere"/);
  await refusesGraph({ nodes: [node("Relu", ["x"], "y"), node("Relu", ["x"], "y")] }, /values of its own/);
  await refusesGraph({ outputs: ["z"] }, /values that are there/);
  const deep = Array.from({ length: 12_000 }, (_, i) =>
    node("Identity", [i === 0 ? "x" : `v${i}`], `v${i + 1}`),
  );
  const model = await readOnnx(
    onnxFile({ ...dense, nodes: [...deep.reverse(), node("MatMul", ["v12000", "w"], "y")] }),
    "deep.onnx",
  );
  assert.equal(model.network.layers.length, 1);
});

test("tensors whose sizes and data do not fit are refused before anything is allocated", async () => {
  await refuses(withTensor({ dims: [4, 4] }), /must have 64 bytes of data/);
  await refuses(withTensor({ dims: [2 ** 40, 2 ** 40] }), /at most 8 axes and \d+ elements/);
  await refuses(withTensor({ dims: [-4, -3] }), /sizes of 0 or more/);
  await refuses(withTensor({ dims: new Array(40).fill(1) }), /at most 8 axes/);
  await refuses(withTensor({ dataType: 8 }), /must hold real numbers/);
  await refuses(withTensor({ rawData: undefined, floatData: [1, 2, 3] }), /must have 12 values/);
  await refuses(withTensor({ rawData: new Uint8Array(48).fill(255) }), /must be a finite number/);
});

test("external data is read through the caller only, and within its bounds", async () => {
  const outside = (offset: number) =>
    withTensor({
      rawData: undefined,
      dataLocation: 1,
      externalData: [
        { key: "location", value: "weights.bin" },
        { key: "offset", value: String(offset) },
        { key: "length", value: "48" },
      ],
    });
  await refuses(outside(0), /data in the file itself/);
  const externalData = (name: string): Uint8Array | undefined =>
    name === "weights.bin"
      ? new Uint8Array(Float32Array.from({ length: 14 }, (_, i) => i).buffer)
      : undefined;
  await refuses(outside(16), /within the 56 bytes/, { externalData });
  await refuses(outside(-8), /within the 56 bytes/, { externalData });
  const model = await readOnnx(outside(8), "a.onnx", { externalData });
  assert.deepEqual([...model.tensors["the_MatMul.weight"].data.subarray(0, 4)], [2, 5, 8, 11]);
});

test("a few bytes cannot ask for much memory or time", async () => {
  const doubled = Array.from({ length: 60 }, (_, i) =>
    node("Concat", [`c${i}`, `c${i}`], `c${i + 1}`, { attributes: { axis: 0 } }),
  );
  const last = node("MatMul", ["x", "c60"], "y");
  await refusesGraph(
    { nodes: [...doubled, last], constants: { c0: randomTensor([4, 3], 1) } },
    /beyond \d+ elements|at most 8 axes/,
  );
  const filled = [node("ConstantOfShape", ["s"], "w"), node("MatMul", ["x", "w"], "y")];
  await refusesGraph({ nodes: filled, constants: { s: whole(2 ** 30, 2 ** 30) } }, /elements/);
  await refusesGraph(
    { nodes: filled, constants: { s: whole(4, 2 ** 19) } },
    /constants beyond 10\d{5} elements/,
  );
  await refusesGraph({ input: [1, 2 ** 40], nodes: [node("Relu", ["x"], "y")] }, /elements|at most/);
  const pads = { attributes: { pads: [60_000, 60_000, 60_000, 60_000] } };
  const huge = { input: [1, 1, 1, 1], constants: { k: randomTensor([64, 1, 1, 1], 1) } };
  await refusesGraph({ ...huge, nodes: [node("Conv", ["x", "k"], "y", pads)] }, /at most \d+ values/);
  // Taps of 0 stand for uneven padding; and many layers may want the weights of one tensor.
  const uneven = { attributes: { pads: [0, 0, 3000, 3000] } };
  await refusesGraph(
    { ...huge, nodes: [node("Conv", ["x", "k"], "y", uneven)] },
    /a kernel can take in|values/,
  );
  const shared = Array.from({ length: 40 }, (_, i) =>
    node("MatMul", [i === 0 ? "x" : `v${i}`, "w"], i === 39 ? "y" : `v${i + 1}`),
  );
  const square = { input: [1, 1024], nodes: shared, constants: { w: randomTensor([1024, 1024], 1) } };
  await refusesGraph(square, /must not bring the weights of the network beyond 2\d{7}/);
  // Field 7, the graph, with a million empty nodes; then groups in groups.
  const empty = new Uint8Array(2_000_004).map((_, i) => (i % 2 === 0 ? 0x0a : 0));
  empty.set([0x3a, 0x80, 0x89, 0x7a]);
  await refuses(empty, /names and messages/);
  await refuses(new Uint8Array(100_000).fill(0x7b), /whole protobuf message/);
});

test("a file cut anywhere, or of another kind, is refused", async () => {
  const bytes = onnxFile(dense);
  let refused = 0;
  for (let length = 0; length < bytes.length; length++) {
    await readOnnx(bytes.subarray(0, length), "cut.onnx").catch((error: unknown) => {
      assert.ok(isExpected(error), String(error));
      refused++;
    });
  }
  assert.equal(refused, bytes.length, "no part of the file is a whole one");
  await refuses(new TextEncoder().encode("<!doctype html><title>404</title>"), /must have|must be/);
});

const file = fileURLToPath(new URL("../../../../shared/models/onnx-mnist/mnist-8.onnx", import.meta.url));

test("no mutation of a real file crashes the reader", {
  skip: !existsSync(file) && "no ../shared/models/onnx-mnist",
}, async () => {
  const bytes = new Uint8Array(readFileSync(file));
  let [read, refused] = [0, 0];
  for (let index = 0; index < 1500; index++) {
    const random = new Random({ seed: 9, trial: -1, purpose: "test-mutations", index });
    const mutated = bytes.slice();
    // Weights are most of the file; the structure is what mutations shall meet.
    const end = index % 3 === 0 ? bytes.length : 1200;
    for (let i = 0; i <= index % 4; i++) {
      const at =
        index % 2 === 0
          ? Math.floor(random.uniform() * end)
          : bytes.length - 1 - Math.floor(random.uniform() * end);
      mutated[at] = Math.floor(random.uniform() * 256);
    }
    await readOnnx(mutated, "mutated.onnx").then(
      () => read++,
      (error: unknown) => {
        assert.ok(isExpected(error), error instanceof Error ? `${index}: ${error.stack}` : String(error));
        refused++;
      },
    );
  }
  assert.ok(read > 50 && refused > 300, `${read} read, ${refused} refused`);
});
