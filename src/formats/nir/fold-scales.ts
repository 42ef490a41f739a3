// Scale nodes become part of their neighbours: factors on the rows of the weights before, on the columns of those
// behind, or on a neuron's gain. Where none will do they become weights of their own.

import { InvalidValueError } from "../../base/errors.ts";
import { type FlatGraph, type FlatSource, flatInput } from "./flat-graph.ts";
import type { NirArray, NirNode, NirValue } from "./nir-graph.ts";

/** Largest vector that may be scaled by weights of its own, a matrix with factors on its diagonal. */
const mostDiagonal = 4096;

/** @throws {InvalidValueError} naming a Scale that cannot be held */
export function foldScales(graph: FlatGraph, where: string): FlatGraph {
  const nodes = new Map(graph.nodes);
  const sources = new Map(graph.sources);
  let { output } = graph;
  const usersOf = (name: string): readonly string[] =>
    [...sources].filter(([, from]) => from.some((source) => source.from === name)).map(([user]) => user);
  for (const [name, node] of graph.nodes) {
    if (node.type !== "Scale") continue;
    const factors = numbersOf(node, "scale", `${where}: ${name}`);
    const [source, ...others] = sources.get(name) ?? [];
    const isOnlyUse =
      source !== undefined &&
      usersOf(source.from).length === 1 &&
      !output.some(({ from }) => from === source.from);
    const before =
      source && others.length === 0 && source.delayS === 0 && isOnlyUse ? nodes.get(source.from) : undefined;
    const rows = before && source.from !== flatInput ? timesRows(before, factors) : undefined;
    if (rows !== undefined && source !== undefined) nodes.set(source.from, rows);
    else {
      nodes.set(name, ownWeights(factors, `${where}: ${name}`));
      continue;
    }
    // Whoever read the Scale now reads what it scaled.
    const passOn = (list: readonly FlatSource[]): readonly FlatSource[] =>
      list.map((one) => (one.from === name ? { ...source, delayS: one.delayS } : one));
    for (const [user, list] of sources) sources.set(user, passOn(list));
    output = passOn(output);
    nodes.delete(name);
    sources.delete(name);
  }
  return { ...graph, nodes, sources, output };
}

/** Weights and biases times one factor a row; undefined for nodes that have none, or factors that differ in a row. */
export function timesRows(node: NirNode, { shape, data }: NirArray): NirNode | undefined {
  const { type, parameters } = node;
  if (type !== "Affine" && type !== "Linear" && type !== "Conv1d" && type !== "Conv2d") return undefined;
  const weight = parameters["weight"];
  if (typeof weight === "string") return undefined;
  const rows = weight.shape[0];
  const factors = perChannel(data, shape, rows);
  if (factors === undefined) return undefined;
  const scaled = (value: NirArray): NirArray => {
    const inRow = value.data.length / rows;
    return { ...value, data: value.data.map((w, i) => w * factors[Math.floor(i / inRow)]) };
  };
  const changed: Record<string, NirValue> = { ...parameters, weight: scaled(weight) };
  const bias = parameters["bias"];
  if (bias !== undefined && typeof bias !== "string") changed["bias"] = scaled(bias);
  return { type, parameters: changed };
}

/** One factor a channel, or undefined where a channel's differ. */
function perChannel(
  data: Float64Array,
  shape: readonly number[],
  channels: number,
): Float64Array | undefined {
  if (data.length === 1) return new Float64Array(channels).fill(data[0]);
  if (shape[0] !== channels) return undefined;
  const inChannel = data.length / channels;
  const factors = Float64Array.from({ length: channels }, (_, c) => data[c * inChannel]);
  return data.every((value, i) => value === factors[Math.floor(i / inChannel)]) ? factors : undefined;
}

function ownWeights(factors: NirArray, where: string): NirNode {
  const { shape, data } = factors;
  const channels = shape[0] ?? 0;
  const each = perChannel(data, shape, channels);
  const ofType = (numbers: Float64Array, shape: readonly number[]): NirArray => ({
    shape,
    data: numbers,
    type: "float64",
  });
  if (shape.length === 1 && channels <= mostDiagonal) {
    const weight = new Float64Array(channels * channels);
    for (let c = 0; c < channels; c++) weight[c * channels + c] = data[c];
    return { type: "Linear", parameters: { weight: ofType(weight, [channels, channels]) } };
  }
  if (shape.length < 2 || shape.length > 3 || each === undefined) {
    const rule = "must follow weights, or scale a vector or whole channels";
    throw new InvalidValueError(where, rule, `a scale of shape ${shape.join(" × ") || "one number"}`);
  }
  const axes = shape.length - 1;
  const perAxis = (value: number): NirArray => ofType(new Float64Array(axes).fill(value), [axes]);
  return {
    type: axes === 1 ? "Conv1d" : "Conv2d",
    parameters: {
      weight: ofType(each, [channels, 1, ...new Array<number>(axes).fill(1)]),
      bias: ofType(new Float64Array(channels), [channels]),
      stride: perAxis(1),
      padding: perAxis(0),
      dilation: perAxis(1),
      groups: ofType(Float64Array.of(channels), []),
    },
  };
}

function numbersOf({ parameters }: NirNode, field: string, where: string): NirArray {
  const value = parameters[field];
  if (typeof value === "object") return value;
  throw new InvalidValueError(`${where} ${field}`, "must be numbers", value ?? "nothing");
}
