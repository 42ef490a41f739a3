// ONNX files written for tests, through the tables they are read by; what they mean is said by onnxruntime, which
// runs them.

import * as ort from "onnxruntime-web";
import { Random } from "../src/base/random.ts";
import { type ElementType, elementTypes, modelMessage } from "../src/formats/onnx/onnx-schema.ts";
import { encodeMessage } from "../src/formats/onnx/write-message.ts";

export interface TestTensor {
  readonly dims: readonly number[];
  readonly data: ArrayLike<number>;
  /** Default: float. */
  readonly type?: "float" | "int64" | "int8" | "uint8" | "int32" | "int4";
}

export interface TestNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly name?: string;
  readonly domain?: string;
  readonly attributes?: Readonly<
    Record<string, number | string | readonly number[] | { readonly f: number } | TestTensor>
  >;
}

export interface TestGraph {
  readonly opset?: number;
  /** With the batch; a string is a size left open. */
  readonly input: readonly (number | string)[];
  readonly nodes: readonly TestNode[];
  readonly constants?: Readonly<Record<string, TestTensor>>;
  readonly outputs?: readonly string[];
}

const arrays = {
  float: Float32Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int32: Int32Array,
} as const;

export function tensorData({ dims, data, type = "float" }: TestTensor, name = ""): Record<string, unknown> {
  const array = arrayOf(data, type);
  return { dims, dataType: elementTypes[type as ElementType], name, rawData: new Uint8Array(array.buffer) };
}

function arrayOf(data: ArrayLike<number>, type: NonNullable<TestTensor["type"]>) {
  if (type === "int64") return BigInt64Array.from(Array.from(data, BigInt));
  if (type !== "int4") return arrays[type].from(data);
  // Two to a byte, the lower half first.
  return Uint8Array.from(
    { length: Math.ceil(data.length / 2) },
    (_, i) => (data[2 * i] & 15) | (((data[2 * i + 1] ?? 0) & 15) << 4),
  );
}

/** The plain data of a model's message, to be changed and encoded. */
export function onnxData(graph: TestGraph): Record<string, unknown> {
  const { opset = 13, input, nodes, constants = {}, outputs = ["y"] } = graph;
  const dim = input.map((size) => (typeof size === "string" ? { parameter: size } : { value: size }));
  return {
    irVersion: 8,
    producerName: "a test",
    operatorSet: [{ domain: "", version: opset }],
    graph: {
      name: "graph",
      node: nodes.map(nodeData),
      initializer: Object.entries(constants).map(([name, tensor]) => tensorData(tensor, name)),
      input: [{ name: "x", type: { tensor: { elementType: elementTypes.float, shape: { dim } } } }],
      output: outputs.map((name) => ({ name, type: { tensor: { elementType: elementTypes.float } } })),
    },
  };
}

function nodeData({
  op,
  inputs,
  outputs,
  name = "",
  domain,
  attributes = {},
}: TestNode): Record<string, unknown> {
  const attribute = Object.entries(attributes).map(([key, value]) => {
    // Types: 1 a number, 2 a whole number, 3 text, 4 a tensor, 7 whole numbers.
    const type = attributeType(value);
    const data =
      type === 1
        ? { f: (value as { f: number }).f }
        : {
            [{ 2: "i", 3: "s", 4: "t", 7: "ints" }[type] as string]:
              type === 4 ? tensorData(value as TestTensor) : value,
          };
    return { name: key, type, ...data };
  });
  return { input: inputs, output: outputs, name, opType: op, domain, attribute };
}

function attributeType(value: unknown): 1 | 2 | 3 | 4 | 7 {
  if (typeof value === "number") return 2;
  if (typeof value === "string") return 3;
  if (Array.isArray(value)) return 7;
  return "f" in (value as object) ? 1 : 4;
}

/** onnxruntime wants to know the type of every attribute, which nothing here reads. */
const attributeTypes = { type: { no: 20, type: "int64", isMany: false } } as const;

export function onnxBytes(data: Readonly<Record<string, unknown>>): Uint8Array<ArrayBuffer> {
  const { graph } = modelMessage;
  const node = graph.type.node;
  const attribute = { ...node.type.attribute, type: { ...node.type.attribute.type, ...attributeTypes } };
  const nodes = { ...node, type: { ...node.type, attribute } };
  const message = { ...modelMessage, graph: { ...graph, type: { ...graph.type, node: nodes } } };
  return encodeMessage(message, data);
}

export function onnxFile(graph: TestGraph): Uint8Array<ArrayBuffer> {
  return onnxBytes(onnxData(graph));
}

/** Seeded values about 0. */
export function randomTensor(dims: readonly number[], seed: number, reach = 1): TestTensor {
  const random = new Random({ seed, trial: -1, purpose: "test-onnx", index: 0 });
  const count = dims.reduce((all, size) => all * size, 1);
  return { dims, data: Float32Array.from({ length: count }, () => reach * (2 * random.uniform() - 1)) };
}

ort.env.wasm.numThreads = 1;

/** What onnxruntime makes of a file's first output. */
export async function runOnnx(
  bytes: Uint8Array<ArrayBuffer>,
  input: Float32Array,
  dims: readonly number[],
): Promise<ArrayLike<number>> {
  const session = await ort.InferenceSession.create(bytes, {
    executionProviders: ["wasm"],
    // Its optimiser takes zeros before a max pool for nothing, which the operators themselves do not.
    graphOptimizationLevel: "disabled",
    logSeverityLevel: 3,
  });
  try {
    const results = await session.run({ [session.inputNames[0]]: new ort.Tensor("float32", input, dims) });
    return results[session.outputNames[0]].data as Float32Array;
  } finally {
    await session.release();
  }
}
