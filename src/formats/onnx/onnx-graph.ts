// The graph of an ONNX file, checked: one input, one output, every value made once, no cycles, nothing missing.
// Nodes that the output does not need are left out.

import { FormatError, InvalidValueError } from "../../base/errors.ts";
import type { OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from "./onnx-schema.ts";

export interface Node {
  /** What its file calls it. Default: node. */
  readonly word?: string;
  /** Its own, or made of its kind and place. */
  readonly name: string;
  readonly op: string;
  /** The kind as its file calls it. Default: `op`. */
  readonly shownAs?: string;
  readonly domain: string;
  /** Names of values; "" where an optional one is not given. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

export type Attributes = ReadonlyMap<string, OnnxNode["attribute"][number]>;

export interface Graph<N extends Node = Node> {
  readonly name: string;
  readonly opset: number;
  readonly input: OnnxValue;
  readonly outputs: readonly string[];
  /** Those the output needs, each behind all it takes values from. */
  readonly nodes: readonly N[];
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
}

const [oldestOpset, newestOpset] = [7, 26];
const mostNodes = 20_000;

/**
 * @param outputName - the one value to compute, an output or not. Default: all outputs of the file
 * @throws {FormatError} naming what is missing, made twice or goes round in a circle
 */
export function checkedGraph(model: OnnxModel, where: string, outputName?: string): Graph {
  const { graph } = model;
  if (graph === undefined) throw new FormatError(where, "must be an ONNX file with a graph", "none");
  const opset = opsetOf(model, where);
  if (graph.sparseInitializer.length > 0) {
    throw new FormatError(where, "must have no sparse tensors", graph.sparseInitializer.length);
  }
  const initializers = new Map<string, OnnxTensor>();
  for (const tensor of graph.initializer) initializers.set(tensor.name ?? "", tensor);
  // Files before IR version 4 list parameters among the inputs.
  const inputs = graph.input.filter(({ name = "" }) => !initializers.has(name));
  if (inputs.length !== 1) {
    const names = inputs.map(({ name = "" }) => short(name));
    throw new FormatError(where, "must have one input", names.length === 0 ? "none" : names.slice(0, 10));
  }
  const own = graph.output.map(({ name = "" }) => name);
  const outputs = outputName === undefined ? own : [outputName];
  if (outputName !== undefined && !graph.node.some(({ output }) => output.includes(outputName))) {
    const listed = own.slice(0, 10).map(short);
    throw new InvalidValueError(
      "outputName",
      `must be a value that ${where} computes`,
      outputName,
      `It gives ${listed.join(", ")}.`,
    );
  }
  if (outputs.length === 0) throw new FormatError(where, "must have an output", "none");
  if (graph.node.length > mostNodes) {
    throw new FormatError(where, `must have at most ${mostNodes} nodes`, graph.node.length);
  }
  const nodes = graph.node.map(nodeOf);
  const [input] = inputs;
  const given = new Set([input.name ?? "", ...initializers.keys()]);
  const name = short(graph.name ?? "");
  return { name, opset, input, outputs, nodes: inOrder(nodes, given, outputs, where), initializers };
}

function opsetOf({ operatorSet }: OnnxModel, where: string): number {
  const opset = operatorSet.find(({ domain = "" }) => domain === "" || domain === "ai.onnx")?.version;
  if (opset !== undefined && opset >= oldestOpset && opset <= newestOpset) return opset;
  throw new FormatError(
    where,
    `must have an opset from ${oldestOpset} to ${newestOpset}`,
    opset ?? "none",
    "Export the network again, with such an opset.",
  );
}

function nodeOf(node: OnnxNode, index: number): Node {
  const op = short(node.opType ?? "");
  const domain = node.domain === undefined || node.domain === "ai.onnx" ? "" : short(node.domain);
  const attributes = new Map(node.attribute.map((attribute) => [attribute.name ?? "", attribute]));
  const name = short(node.name ?? "") || `${op}${index + 1}`;
  return { name, op, domain, inputs: node.input, outputs: node.output, attributes };
}

/**
 * Those the outputs need, each behind all it takes values from. Depth first from the outputs, with a stack of its
 * own: files may be deeper than calls can be.
 *
 * @param given - values that are there without a node
 * @throws {FormatError} naming what is missing, made twice or goes round in a circle
 */
export function inOrder<N extends Node>(
  nodes: readonly N[],
  given: ReadonlySet<string>,
  outputs: readonly string[],
  where: string,
): readonly N[] {
  const maker = new Map<string, N>();
  const named = ({ word = "node", name }: Node): string => `${word} ${name}`;
  for (const node of nodes) {
    for (const output of node.outputs) {
      if (output === "") continue;
      if (given.has(output) || maker.has(output)) {
        throw new FormatError(`${where}: ${named(node)}`, "must give values of its own", short(output));
      }
      maker.set(output, node);
    }
  }
  const ordered: N[] = [];
  const state = new Map<N, "open" | "done">();
  const stack: { readonly node: N; next: number }[] = [];
  const enter = (value: string, user: string): void => {
    if (value === "" || given.has(value)) return;
    const node = maker.get(value);
    if (node === undefined)
      throw new FormatError(`${where}: ${user}`, "must take values that are there", short(value));
    if (state.get(node) === "open") {
      throw new FormatError(`${where}: ${named(node)}`, "must not depend on itself", short(value));
    }
    if (state.has(node)) return;
    state.set(node, "open");
    stack.push({ node, next: 0 });
  };
  for (const output of outputs) {
    enter(output, "output");
    while (stack.length > 0) {
      const top = stack[stack.length - 1];
      if (top.next < top.node.inputs.length) {
        enter(top.node.inputs[top.next++], named(top.node));
        continue;
      }
      state.set(top.node, "done");
      ordered.push(top.node);
      stack.pop();
    }
  }
  return inFileOrder(nodes, ordered, given);
}

/** As the file has them, which is an order of computation in files that keep to the rules. */
function inFileOrder<N extends Node>(
  nodes: readonly N[],
  ordered: readonly N[],
  given: ReadonlySet<string>,
): readonly N[] {
  const needed = new Set(ordered);
  const inFile = nodes.filter((node) => needed.has(node));
  const known = new Set(given);
  for (const { inputs, outputs } of inFile) {
    if (inputs.some((input) => input !== "" && !known.has(input))) return ordered;
    for (const output of outputs) known.add(output);
  }
  return inFile;
}

/** A name from the file, as far as a message can hold it. */
export function short(name: string): string {
  return name.length > 100 ? `${name.slice(0, 100)}…` : name;
}
