// Every node of a graph in its turn: constants are computed, views change, layers are added. What cannot be read
// is gathered, so that a user learns of all of it at once.

import { InvalidValueError } from "../../base/errors.ts";
import type { Tensor } from "../../model/model.ts";
import type { Layer, Shape } from "../../model/network.ts";
import { inputId } from "../../model/shapes.ts";
import { refuse, wholeAttribute } from "./onnx-attributes.ts";
import { Builder, constantOf, type InputForm, type Signal, signalOf, type Value } from "./onnx-builder.ts";
import { type Constant, type ExternalData, readConstant } from "./onnx-constant.ts";
import { type FoldingContext, foldConstant, isFoldable, startBudget } from "./onnx-fold-constants.ts";
import { type Graph, type Node, short } from "./onnx-graph.ts";
import type { GraphInput } from "./onnx-input.ts";
import { conv, gemm, matMul } from "./onnx-linear.ts";
import {
  arithmetic,
  batchNormalization,
  clip,
  concat,
  dequantise,
  pass,
  quantise,
  relu,
} from "./onnx-pointwise.ts";
import { globalPool, pad, pool } from "./onnx-pooling.ts";
import { sliceImage } from "./onnx-slice.ts";
import { flatten, reshape, squeeze, transpose } from "./onnx-views.ts";

type Lower = (node: Node, inputs: readonly (Value | undefined)[], builder: Builder) => Signal;

const operators: Readonly<Record<string, Lower>> = {
  Conv: conv,
  Gemm: gemm,
  MatMul: matMul,
  Relu: relu,
  Clip: clip,
  MaxPool: pool,
  AveragePool: pool,
  GlobalAveragePool: globalPool,
  GlobalMaxPool: globalPool,
  ReduceMean: globalPool,
  ReduceMax: globalPool,
  Pad: pad,
  BatchNormalization: batchNormalization,
  Add: arithmetic,
  Sum: arithmetic,
  Sub: arithmetic,
  Mul: arithmetic,
  Div: arithmetic,
  Neg: arithmetic,
  Concat: concat,
  Flatten: flatten,
  Reshape: reshape,
  Squeeze: squeeze,
  Unsqueeze: squeeze,
  Transpose: transpose,
  Slice: sliceImage,
  Identity: pass,
  Dropout: pass,
  Cast: pass,
  QuantizeLinear: quantise,
  DequantizeLinear: dequantise,
};

/** Left out at the end of a network: the largest score stays the largest. */
const scoreScalings: ReadonlySet<string> = new Set(["Softmax", "LogSoftmax"]);

/** Pass an input on when refused, so that what comes behind can be looked at. */
const keepsSizes: ReadonlySet<string> = new Set([
  "Add",
  "Sub",
  "Mul",
  "Div",
  "Neg",
  "BatchNormalization",
  "Clip",
]);

export interface Lowered {
  readonly inputShape: Shape;
  readonly layers: readonly Layer[];
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly output: string;
  readonly notes: readonly string[];
}

/** @throws {InvalidValueError} naming every node that cannot be read, and why */
export function lowerGraph(
  graph: Graph,
  input: GraphInput,
  where: string,
  external: ExternalData | undefined,
): Lowered {
  const first = lower(graph, input, { shape: input.shape, order: null }, where, external);
  // Layers may want the input in another form than the file has it in: an image whose channels come first.
  const { wish } = first.builder;
  const { builder, output, refusals } = wish === null ? first : lower(graph, input, wish, where, external);
  if (refusals.length > 0 || output === null) throw gathered(refusals, where);
  if (wish?.order) builder.notes.add(`input taken as [${wish.shape}], where the file has [${input.sizes}]`);
  return {
    inputShape: builder.input.shape,
    layers: [...builder.layers.values()],
    tensors: builder.tensors,
    output: output.layer,
    notes: [...builder.notes],
  };
}

interface Attempt {
  readonly builder: Builder;
  readonly output: Signal | null;
  readonly refusals: readonly InvalidValueError[];
}

function lower(
  graph: Graph,
  { batch, sizes }: GraphInput,
  { shape, order }: InputForm,
  where: string,
  external: ExternalData | undefined,
): Attempt {
  const input: Signal = { layer: inputId, shape, sizes, order };
  const builder = new Builder({ batch, opset: graph.opset, input });
  const values = new Map<string, Value | null>([[graph.input.name ?? "", { signal: input }]]);
  const context: FoldingContext = { where, opset: graph.opset, external, budget: { left: startBudget } };
  const refusals: InvalidValueError[] = [];
  const refused = <T>(work: () => T): T | null => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof InvalidValueError)) throw error;
      refusals.push(error);
      return null;
    }
  };
  const lookUp = (name: string): Value | null | undefined => {
    const known = values.get(name);
    const tensor = known === undefined ? graph.initializers.get(name) : undefined;
    if (name === "" || tensor === undefined) return known;
    const value = {
      constant: readConstant(tensor, `${where}: tensor ${JSON.stringify(short(name))}`, external),
    };
    values.set(name, value);
    return value;
  };
  const isLast = lastValues(graph);
  for (const node of graph.nodes) {
    const inputs = node.inputs.map(lookUp);
    const isKnown = inputs.every((value) => value !== null);
    const result = refused((): Value | null => {
      requireReadable(node, isLast(node));
      return isKnown ? evaluate(node, inputs as (Value | undefined)[], builder, context) : null;
    });
    const passed = keepsSizes.has(node.op)
      ? (inputs.find((value) => value && "signal" in value) ?? null)
      : null;
    const [output] = node.outputs;
    for (const name of node.outputs) values.set(name, name === output ? (result ?? passed) : null);
  }
  refusals.push(...strayOutputs(graph));
  const output = refusals.length > 0 ? null : refused(() => outputOf(graph, values, builder));
  return { builder, output, refusals };
}

function requireReadable(node: Node, isLast: boolean): void {
  const isKnown = Object.hasOwn(operators, node.op) || isFoldable(node.op) || node.op === "Shape";
  if (node.domain === "" && (isKnown || (isLast && scoreScalings.has(node.op)))) return;
  const op = node.domain === "" ? node.op : `${node.domain}.${node.op}`;
  const hint = scoreScalings.has(node.op)
    ? "It can be left out at the end of a network only."
    : "Take another layer in its place, or export the network without it.";
  refuse(node, "must be of a kind that can be read", op, hint);
}

function evaluate(
  node: Node,
  inputs: readonly (Value | undefined)[],
  builder: Builder,
  context: FoldingContext,
): Value {
  if (inputs.every((value) => value === undefined || "constant" in value) && isFoldable(node.op)) {
    const last = inputs.findLastIndex((value) => value !== undefined);
    const constants = inputs.slice(0, last + 1).map((value) => (value as { constant: Constant })?.constant);
    return { constant: foldConstant(node, constants, context) };
  }
  if (node.op === "Shape") {
    const sizes = [builder.batch, ...signalOf(node, inputs[0]).sizes];
    const chosen = sizes.slice(wholeAttribute(node, "start", 0), wholeAttribute(node, "end", sizes.length));
    return { constant: { shape: [chosen.length], data: Float64Array.from(chosen), type: "int64" } };
  }
  if (scoreScalings.has(node.op)) {
    const signal = signalOf(node, inputs[0]);
    const axis = wholeAttribute(node, "axis", builder.opset < 13 ? 1 : -1);
    if (axis !== 1 && !(axis === -1 && signal.sizes.length === 1))
      refuse(node, "must go over the classes", axis);
    builder.notes.add(`${node.op} at the end left out: the largest score stays the largest`);
    return { signal };
  }
  if (!Object.hasOwn(operators, node.op)) {
    constantOf(
      node,
      inputs.find((value) => value !== undefined && "signal" in value),
      "input",
    );
  }
  return { signal: operators[node.op](node, inputs, builder) };
}

/** Whether nothing in the graph uses a node's value but its outputs. */
function lastValues({ nodes, outputs }: Graph): (node: Node) => boolean {
  const used = new Set(nodes.flatMap(({ inputs }) => inputs));
  const given = new Set(outputs);
  return ({ outputs: [value] }) => !used.has(value) && given.has(value);
}

/** Masks and indices are not made; nobody may want them. */
function strayOutputs({ nodes, outputs }: Graph): InvalidValueError[] {
  const wanted = new Set([...outputs, ...nodes.flatMap(({ inputs }) => inputs)]);
  return nodes.flatMap(({ name, op, outputs: [, ...others] }) => {
    const stray = others.find((other) => other !== "" && wanted.has(other));
    if (stray === undefined) return [];
    const where = `node ${JSON.stringify(name)} (${op})`;
    return [new InvalidValueError(where, "must be used for its first value only", short(stray))];
  });
}

function outputOf(graph: Graph, values: ReadonlyMap<string, Value | null>, builder: Builder): Signal {
  const node: Node = {
    name: "output",
    op: "output",
    domain: "",
    inputs: [],
    outputs: [],
    attributes: new Map(),
  };
  const signals = graph.outputs.map((name) => signalOf(node, values.get(name) ?? undefined));
  const [first] = signals;
  if (signals.some(({ layer }) => layer !== first.layer)) {
    refuse(node, "must be the only one, the class scores", graph.outputs.map(short));
  }
  // One score a class, in whatever shape.
  return first.order === null ? first : builder.exact(node, first);
}

function gathered(refusals: readonly InvalidValueError[], where: string): InvalidValueError {
  const listed = refusals.slice(0, 50).map(({ message }) => `  ${message}`);
  const more = refusals.length > 50 ? [`  … and ${refusals.length - 50} more`] : [];
  const rule = "must hold only nodes that can be read";
  const hint = ["In detail:", ...listed, ...more].join("\n");
  return new InvalidValueError(where, rule, `${refusals.length} that cannot`, hint);
}
