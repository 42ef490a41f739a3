// Attributes of a node, with the default of the specification where the file has none, and the one way to
// refuse a node.

import { InvalidValueError } from "../../base/errors.ts";
import type { Node } from "./onnx-graph.ts";

/** @throws {InvalidValueError} always: the network cannot be read with this node as it is */
export function refuse(node: Node, rule: string, got: unknown, hint = ""): never {
  throw new InvalidValueError(whereOf(node), rule, got, hint);
}

/** A node as messages name it: by its own name and its kind. */
export function whereOf({ word = "node", name, op, shownAs = op }: Node): string {
  return `${word} ${JSON.stringify(name)} (${shownAs})`;
}

export function wholeAttribute(node: Node, name: string, otherwise: number): number {
  const value = node.attributes.get(name)?.i ?? otherwise;
  if (!Number.isSafeInteger(value)) refuse(node, `must have a whole number as ${name}`, value);
  return value;
}

/** Undefined where the file has none. */
export function wholeAttributes(node: Node, name: string): readonly number[] | undefined {
  const values = node.attributes.get(name)?.ints;
  if (values === undefined || values.length === 0) return undefined;
  if (values.length > 8 || !values.every(Number.isSafeInteger)) {
    refuse(node, `must have at most 8 whole numbers as ${name}`, values.slice(0, 9));
  }
  return values;
}

export function realAttribute(node: Node, name: string, otherwise: number): number {
  return node.attributes.get(name)?.f ?? otherwise;
}

export function textAttribute(node: Node, name: string, otherwise: string): string {
  return node.attributes.get(name)?.s ?? otherwise;
}

/** An axis counted from the front. */
export function axisFrom(node: Node, axis: number, rank: number): number {
  const fromFront = axis < 0 ? axis + rank : axis;
  if (!(fromFront >= 0 && fromFront < Math.max(rank, 1)))
    refuse(node, `must have an axis of its ${rank}`, axis);
  return fromFront;
}
