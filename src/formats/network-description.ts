// A network written down by hand, as JSON: the network of a network file, with what goes without saying left
// out. For the parameters of another framework, whose files do not say how layers are connected.
//
//   { "name": "small", "inputShape": [1, 28, 28], "layers": [
//       { "kind": "conv2d", "channels": 8, "kernel": 3, "padding": 1 }, { "kind": "relu" },
//       { "kind": "averagePool", "kernel": 2 }, { "kind": "flatten" }, { "kind": "dense", "units": 10 } ] }
//
// A layer without `inputs` follows the one before it; `inputs` are ids, or { "from", "delay" }. Ids are kind and
// count (`conv2d1`, `relu1`) unless given, the output is the last layer unless given.

import { FormatError, InvalidValueError } from "../base/errors.ts";
import type { Connection, Layer, LayerKind, Network } from "../model/network.ts";
import { inferShapes, inputId } from "../model/shapes.ts";

type Read = (value: unknown, where: string) => unknown;

interface DescribedField {
  readonly read: Read;
  /** Taken where nothing is given; without it, the field must be given. */
  readonly otherwise?: unknown;
  /** The field whose value is taken where nothing is given. */
  readonly like?: string;
  readonly isOptional?: boolean;
}

const whole = { read: number };
const pair = { read: readPair };
const pool = { kernel: pair, stride: { ...pair, like: "kernel" } };
const bias = { read: flag, otherwise: true };

/** The layers of ANNs, with the fields each has besides id, kind and inputs. */
const kinds: Readonly<Partial<Record<LayerKind, Readonly<Record<string, DescribedField>>>>> = {
  dense: { units: whole, bias },
  conv1d: {
    channels: whole,
    kernel: whole,
    stride: { ...whole, otherwise: 1 },
    padding: { ...whole, otherwise: 0 },
    dilation: { ...whole, otherwise: 1 },
    groups: { ...whole, otherwise: 1 },
    bias,
  },
  conv2d: {
    channels: whole,
    kernel: pair,
    stride: { ...pair, otherwise: 1 },
    padding: { ...pair, otherwise: 0 },
    dilation: { ...pair, isOptional: true },
    groups: { ...whole, otherwise: 1 },
    bias,
  },
  averagePool: pool,
  sumPool: pool,
  maxPool: pool,
  flatten: {},
  batchNorm: {
    epsilon: { read: number, otherwise: 1e-5 },
    momentum: { read: number, otherwise: 0.1 },
    steps: { ...whole, isOptional: true },
  },
  relu: { bounded: { read: flag, isOptional: true }, levels: { ...whole, isOptional: true } },
  add: {},
  concat: {},
};

/**
 * @param where - the file's name, for messages
 * @throws {FormatError} naming the layer and field that is unknown, missing or of another type,
 * {InvalidValueError} when layers do not fit each other
 */
export function readNetworkDescription(text: string, where: string): Network {
  const described = parse(text, where);
  refuseUnknown(described, ["name", "inputShape", "layers", "output"], where);
  const { name = "network", inputShape, layers: given, output } = described;
  if (typeof name !== "string") throw new FormatError(`${where}: name`, "must be a text", name);
  if (!Array.isArray(inputShape) || !inputShape.every((size) => typeof size === "number")) {
    throw new FormatError(`${where}: inputShape`, "must be a list of sizes, e.g. [1, 28, 28]", inputShape);
  }
  if (!Array.isArray(given) || given.length === 0) {
    throw new FormatError(`${where}: layers`, "must be a list of layers", given);
  }
  const counts = new Map<string, number>();
  const layers: Layer[] = [];
  given.forEach((entry: unknown, i) => {
    layers.push(readLayer(entry, `${where}: layers[${i}]`, layers.at(-1)?.id ?? inputId, counts));
  });
  const last = output ?? layers[layers.length - 1].id;
  if (typeof last !== "string") throw new FormatError(`${where}: output`, "must be a layer's id", last);
  const network: Network = { name, inputShape, layers, output: last };
  try {
    inferShapes(network);
  } catch (error) {
    if (error instanceof InvalidValueError)
      throw new FormatError(where, "must describe a sound network", error.message);
    throw error;
  }
  return network;
}

function parse(text: string, where: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new FormatError(where, "must be JSON", error instanceof Error ? error.message : "another text");
  }
  return record(value, where);
}

function readLayer(value: unknown, where: string, before: string, counts: Map<string, number>): Layer {
  const described = record(value, where);
  const { kind, id, inputs } = described;
  if (typeof kind !== "string" || !Object.hasOwn(kinds, kind)) {
    throw new FormatError(`${where}.kind`, `must be one of ${Object.keys(kinds).join(", ")}`, kind);
  }
  const fields = kinds[kind as LayerKind] ?? {};
  refuseUnknown(described, ["kind", "id", "inputs", ...Object.keys(fields)], where);
  const count = (counts.get(kind) ?? 0) + 1;
  counts.set(kind, count);
  if (id !== undefined && typeof id !== "string") throw new FormatError(`${where}.id`, "must be a text", id);
  const layer: Record<string, unknown> = {
    id: id ?? `${kind}${count}`,
    kind,
    inputs: readInputs(inputs, before, `${where}.inputs`),
  };
  for (const [name, { read, otherwise, like = "", isOptional = false }] of Object.entries(fields)) {
    const wanted = described[name] ?? otherwise ?? described[like];
    if (wanted !== undefined || !isOptional) layer[name] = read(wanted, `${where}.${name}`);
  }
  return layer as unknown as Layer;
}

function readInputs(value: unknown, before: string, where: string): readonly Connection[] {
  const list = value ?? [before];
  if (!Array.isArray(list)) throw new FormatError(where, "must be a list of layer ids", value);
  return list.map((input: unknown, i) => {
    if (typeof input === "string") return { from: input, delay: 0 };
    const { from, delay = 0, ...rest } = record(input, `${where}[${i}]`);
    refuseUnknown(rest, [], `${where}[${i}]`);
    if (typeof from !== "string") throw new FormatError(`${where}[${i}].from`, "must be a layer's id", from);
    return { from, delay: number(delay, `${where}[${i}].delay`) };
  });
}

function record(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw new FormatError(where, "must be an object", value);
}

function refuseUnknown(value: object, known: readonly string[], where: string): void {
  const stray = Object.keys(value).find((name) => !known.includes(name));
  if (stray === undefined) return;
  throw new FormatError(where, `must have no other fields than ${known.join(", ")}`, stray);
}

function number(value: unknown, where: string): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new FormatError(where, "must be a number", value);
}

function flag(value: unknown, where: string): boolean {
  if (typeof value === "boolean") return value;
  throw new FormatError(where, "must be true or false", value);
}

/** [vertical, horizontal], or one number for both. */
function readPair(value: unknown, where: string): readonly [number, number] {
  if (typeof value === "number") return [value, value];
  if (Array.isArray(value) && value.length === 2) return [number(value[0], where), number(value[1], where)];
  throw new FormatError(where, "must be a number or [vertical, horizontal]", value);
}
