// Every node of a graph in its turn: constants are computed, views change, layers are added. What cannot be read
// is gathered, so that a user learns of all of it at once.

import { InvalidValueError } from "../../base/errors.ts";
import type { Tensor } from "../../model/model.ts";
import type { Layer, Shape } from "../../model/network.ts";
import { inputId, sizeOf } from "../../model/shapes.ts";
import { refuse, whereOf, wholeAttribute } from "./onnx-attributes.ts";
import { Builder, constantOf, type InputForm, type Signal, signalOf, type Value } from "./onnx-builder.ts";
import { type Constant, type ExternalData, readConstant } from "./onnx-constant.ts";
import { type FoldingContext, foldConstant, isFoldable } from "./onnx-fold-constants.ts";
import { type Graph, type Node, short } from "./onnx-graph.ts";
import type { GraphInput } from "./onnx-input.ts";

type Inputs = readonly (Value | undefined)[];

/** What the nodes of one kind of file become. */
export interface Dialect<N extends Node = Node> {
  readonly operators: Readonly<Record<string, (node: N, inputs: Inputs, builder: Builder) => Signal>>;
  /** Kinds that pass an input on when refused, so that what comes behind can be looked at. */
  readonly keepsSizes: ReadonlySet<string>;
  /** Kinds that change nothing but how values are seen. */
  readonly views: ReadonlySet<string>;
  /** Whether nodes may compute constants and sizes. */
  readonly hasConstants: boolean;
}

export interface LoweringOptions<N extends Node> {
  readonly input: GraphInput;
  readonly where: string;
  readonly external?: ExternalData | undefined;
  readonly dialect: Dialect<N>;
  /** Bytes read so far, of the file and those beside it: how many weights a network of them may need. */
  readonly fileBytes: () => number;
}

/** Weights a network may need however small its file is: kernels that copy, taps of 0, shared weights. */
const leastWeights = 2 ** 24;

/** Left out at the end of a network: the largest score stays the largest. */
const scoreScalings: ReadonlySet<string> = new Set(["Softmax", "LogSoftmax", "Sigmoid", "Tanh", "ArgMax"]);
/** Those that go over all classes together. */
const classScalings: ReadonlySet<string> = new Set(["Softmax", "LogSoftmax", "ArgMax"]);

export interface Lowered {
  readonly inputShape: Shape;
  readonly layers: readonly Layer[];
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly output: string;
  readonly notes: readonly string[];
}

/** @throws {InvalidValueError} naming every node that cannot be read, and why */
export function lowerGraph<N extends Node>(graph: Graph<N>, options: LoweringOptions<N>): Lowered {
  const { input, where } = options;
  const first = lower(graph, { shape: input.shape, order: null }, options);
  // Layers may want the input in another form than the file has it in: an image whose channels come first.
  const { wish } = first.builder;
  const { builder, output, refusals } = wish === null ? first : lower(graph, wish, options);
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

function lower<N extends Node>(
  graph: Graph<N>,
  { shape, order }: InputForm,
  { input: { batch, sizes }, where, external, dialect, fileBytes }: LoweringOptions<N>,
): Attempt {
  const input: Signal = { layer: inputId, shape, sizes, order };
  const builder = new Builder({
    batch,
    opset: graph.opset,
    input,
    // A byte is the least that a weight takes.
    mostWeights: () => leastWeights + fileBytes(),
  });
  const values = new Map<string, Value | null>([[graph.input.name ?? "", { signal: input }]]);
  const context: FoldingContext = { where, opset: graph.opset, external, made: { elements: 0 }, fileBytes };
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
  const isLast = lastValues(graph, dialect.views);
  for (const node of graph.nodes) {
    const inputs = node.inputs.map(lookUp);
    const isKnown = inputs.every((value) => value !== null);
    const result = refused((): Value | null => {
      requireReadable(node, isLast(node), dialect);
      return isKnown ? evaluate(node, inputs as Inputs, builder, { ...context, dialect }) : null;
    });
    const passed = dialect.keepsSizes.has(node.op)
      ? (inputs.find((value) => value && "signal" in value) ?? null)
      : null;
    const [output] = node.outputs;
    for (const name of node.outputs) values.set(name, name === output ? (result ?? passed) : null);
  }
  refusals.push(...strayOutputs(graph));
  const output = refusals.length > 0 ? null : refused(() => outputOf(graph, values, builder));
  return { builder, output, refusals };
}

function requireReadable<N extends Node>(node: N, isLast: boolean, dialect: Dialect<N>): void {
  const isConstant = dialect.hasConstants && (isFoldable(node.op) || isOfSizes(node.op));
  const isKnown = Object.hasOwn(dialect.operators, node.op) || isConstant;
  if (node.domain === "" && (isKnown || (isLast && scoreScalings.has(node.op)))) return;
  const op = node.domain === "" ? node.op : `${node.domain}.${node.op}`;
  refuse(node, "must be of a kind that can be read", op, cureOf(node));
}

function cureOf({ op, domain }: Node): string {
  if (scoreScalings.has(op)) return "It can be left out at the end of a network only.";
  if (/^QLinear|^QGemm|Integer|^DynamicQuantize/.test(op)) {
    return "Quantise the network statically, with QuantizeLinear and DequantizeLinear (QDQ), or take the one before.";
  }
  if (domain === "com.microsoft") return "Take the file as it was before onnxruntime optimised it.";
  return "Take another layer in its place, or export the network without it.";
}

/** Nodes that need to know only how large a value is. */
function isOfSizes(op: string): boolean {
  return op === "Shape" || op === "Size";
}

function evaluate<N extends Node>(
  node: N,
  inputs: Inputs,
  builder: Builder,
  context: FoldingContext & { readonly dialect: Dialect<N> },
): Value {
  const { operators, hasConstants } = context.dialect;
  if (
    hasConstants &&
    inputs.every((value) => value === undefined || "constant" in value) &&
    isFoldable(node.op)
  ) {
    const last = inputs.findLastIndex((value) => value !== undefined);
    const constants = inputs.slice(0, last + 1).map((value) => (value as { constant: Constant })?.constant);
    return { constant: foldConstant(node, constants, context) };
  }
  if (hasConstants && isOfSizes(node.op)) {
    const [value] = inputs;
    const isConstant = value !== undefined && "constant" in value;
    const sizes = isConstant ? value.constant.shape : [builder.batch, ...signalOf(node, value).sizes];
    if (node.op === "Size")
      return { constant: { shape: [], data: Float64Array.of(sizeOf(sizes)), type: "int64" } };
    const chosen = sizes.slice(wholeAttribute(node, "start", 0), wholeAttribute(node, "end", sizes.length));
    return { constant: { shape: [chosen.length], data: Float64Array.from(chosen), type: "int64" } };
  }
  if (hasConstants && node.op === "CastLike") {
    // What is computed is real.
    const [value] = inputs;
    if (value !== undefined && "constant" in value) return { constant: { ...value.constant, type: "float" } };
    return { signal: signalOf(node, value) };
  }
  if (scoreScalings.has(node.op)) {
    const signal = signalOf(node, inputs[0]);
    const axis = wholeAttribute(node, "axis", node.op === "ArgMax" ? 0 : builder.opset < 13 ? 1 : -1);
    if (classScalings.has(node.op) && axis !== 1 && !(axis === -1 && signal.sizes.length === 1))
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

/** Whether nothing in the graph uses a node's value but its outputs, seen in whatever way. */
function lastValues({ nodes, outputs }: Graph, views: ReadonlySet<string>): (node: Node) => boolean {
  const given = new Set(outputs);
  const used = new Set<string>();
  for (const { op, inputs, outputs: made } of [...nodes].reverse()) {
    const isSeenOnly = views.has(op) && made.every((value) => !used.has(value));
    if (!isSeenOnly) for (const value of inputs) used.add(value);
    else if (made.some((value) => given.has(value))) for (const value of inputs) given.add(value);
  }
  return ({ outputs: [value] }) => !used.has(value) && given.has(value);
}

/** Masks and indices are not made; nobody may want them. */
function strayOutputs({ nodes, outputs }: Graph): InvalidValueError[] {
  const wanted = new Set([...outputs, ...nodes.flatMap(({ inputs }) => inputs)]);
  return nodes.flatMap((node) => {
    const stray = node.outputs.slice(1).find((other) => other !== "" && wanted.has(other));
    if (stray === undefined) return [];
    return [new InvalidValueError(whereOf(node), "must be used for its first value only", short(stray))];
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
    refuse(
      node,
      "must be the only one, the class scores",
      graph.outputs.map(short),
      "Name the one to read (--output-name), or export the network with that one alone.",
    );
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
