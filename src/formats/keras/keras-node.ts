// A layer of a Keras network as a node of a graph, and its settings, checked as they are read.

import { refuse } from "../onnx/onnx-attributes.ts";
import type { Constant } from "../onnx/onnx-constant.ts";
import type { Attributes, Node } from "../onnx/onnx-graph.ts";

/** As JSON has them. */
export type Settings = Readonly<Record<string, unknown>>;

export interface KerasNode extends Node {
  readonly settings: Settings;
  /** In Keras's order: kernel, bias; gamma, beta, mean, variance; those that are there. */
  readonly weights: readonly Constant[];
}

/** The node as ONNX would have it: another kind, and attributes. */
export function asOnnx(
  node: KerasNode,
  op: string,
  attributes: Readonly<Record<string, number | string | readonly number[] | { readonly f: number }>> = {},
): Node {
  const entries = Object.entries(attributes).map(([name, value]): [string, Attribute] => {
    const blank = { name, f: undefined, i: undefined, s: undefined, t: undefined };
    const lists = { floats: [], ints: [], strings: [] };
    if (typeof value === "number") return [name, { ...blank, ...lists, i: value }];
    if (typeof value === "string") return [name, { ...blank, ...lists, s: value }];
    if ("f" in value) return [name, { ...blank, ...lists, f: value.f }];
    return [name, { ...blank, ...lists, ints: value }];
  });
  return { ...node, op, shownAs: node.op, attributes: new Map(entries) };
}

type Attribute = Attributes extends ReadonlyMap<string, infer A> ? A : never;

/** A number or a list of `rank` of them, each from 1 on. */
export function sizesSetting(
  node: KerasNode,
  name: string,
  rank: number,
  otherwise: readonly number[] | number = 1,
): readonly number[] {
  const value = node.settings[name] ?? otherwise;
  const sizes = typeof value === "number" ? new Array<number>(rank).fill(value) : value;
  const isSound =
    Array.isArray(sizes) &&
    sizes.length === rank &&
    sizes.every((size) => Number.isInteger(size) && size >= 1 && size <= 65_536);
  if (!isSound) refuse(node, `must have ${rank} whole numbers from 1 to 65536 as ${name}`, value);
  return sizes;
}

export function numberSetting(node: KerasNode, name: string, otherwise: number): number {
  const value = node.settings[name] ?? otherwise;
  if (typeof value !== "number" || !Number.isFinite(value)) {
    return refuse(node, `must have a number as ${name}`, value);
  }
  return value;
}

export function flagSetting(node: KerasNode, name: string, otherwise: boolean): boolean {
  const value = node.settings[name] ?? otherwise;
  return typeof value === "boolean" ? value : refuse(node, `must have true or false as ${name}`, value);
}

export function textSetting(node: KerasNode, name: string, otherwise: string): string {
  const value = node.settings[name] ?? otherwise;
  return typeof value === "string" ? value : refuse(node, `must have a word as ${name}`, value);
}

/** Whether an axis (in Keras one number, or a list of one) is the last of `rank`, the batch among them. */
export function isLastAxis(axis: unknown, rank: number): boolean {
  const [only, ...others]: readonly unknown[] = Array.isArray(axis) ? axis : [axis];
  return others.length === 0 && (only === -1 || only === rank - 1);
}

/** Keras can have images channels first; layers are read channels last, its default. */
export function requireChannelsLast(node: KerasNode): void {
  const format = textSetting(node, "data_format", "channels_last");
  if (format === "channels_last") return;
  refuse(node, "must have its channels last", format, "Export the network as ONNX, which has them first.");
}
