// Arithmetic of sizes as ONNX defines it: strides, broadcasting, permuted axes, reshaping by −1 and 0.

import type { Shape } from "../../model/network.ts";
import { sizeOf } from "../../model/shapes.ts";
import { refuse, wholeAttribute } from "./onnx-attributes.ts";
import type { Node } from "./onnx-graph.ts";

export function stridesOf(sizes: Shape): readonly number[] {
  const strides = new Array<number>(sizes.length).fill(1);
  for (let axis = sizes.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1] * sizes[axis + 1];
  return strides;
}

export function broadcastShape(node: Node, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [left, right] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    if (left !== right && left !== 1 && right !== 1) refuse(node, `must take sizes that go with [${a}]`, b);
    return left === 1 ? right : left;
  });
}

/** @returns for an index into a tensor of `sizes`, the one into a tensor of `from` that stands there */
export function broadcastTo(from: Shape, sizes: Shape): (index: number) => number {
  if (String(from) === String(sizes)) return (index) => index;
  if (sizeOf(from) === 1) return () => 0;
  const strides = stridesOf(sizes);
  const own = stridesOf(from);
  const skipped = sizes.length - from.length;
  return (index) => {
    let at = 0;
    for (let axis = skipped; axis < sizes.length; axis++) {
      if (from[axis - skipped] === 1) continue;
      at += (Math.floor(index / strides[axis]) % sizes[axis]) * own[axis - skipped];
    }
    return at;
  };
}

/** @returns the sizes behind the permutation, and for each index there the index before */
export function permuted(
  node: Node,
  sizes: Shape,
  perm: readonly number[] = sizes.map((_, axis) => sizes.length - 1 - axis),
): { readonly sizes: Shape; readonly order: Int32Array } {
  const isPermutation =
    perm.length === sizes.length && [...perm].sort((a, b) => a - b).every((axis, i) => axis === i);
  if (!isPermutation) refuse(node, `must permute ${sizes.length} axes`, perm);
  const after = perm.map((axis) => sizes[axis]);
  const before = stridesOf(sizes);
  const strides = stridesOf(after);
  const order = new Int32Array(sizeOf(sizes));
  for (let i = 0; i < order.length; i++) {
    let at = 0;
    for (let axis = 0; axis < perm.length; axis++) {
      at += (Math.floor(i / strides[axis]) % after[axis]) * before[perm[axis]];
    }
    order[i] = at;
  }
  return { sizes: after, order };
}

/** The sizes a Reshape asks for: 0 keeps one, −1 takes what is left. */
export function reshapedSizes(node: Node, sizes: Shape, wanted: readonly number[]): Shape {
  if (wanted.length > 8) refuse(node, "must reshape to at most 8 axes", wanted.length);
  const keepsZeros = wholeAttribute(node, "allowzero", 0) === 1;
  const asked = wanted.map((size, axis) => (size === 0 && !keepsZeros ? (sizes[axis] ?? 0) : size));
  const known = asked.filter((size) => size !== -1);
  if (asked.length - known.length > 1 || known.some((size) => !Number.isSafeInteger(size) || size < 0)) {
    refuse(node, "must reshape to sizes of 0 or more, one of them −1", wanted);
  }
  const rest = sizeOf(sizes) / sizeOf(known);
  const result = asked.map((size) => (size === -1 ? rest : size));
  if (!result.every(Number.isSafeInteger) || sizeOf(result) !== sizeOf(sizes)) {
    refuse(node, `must keep the ${sizeOf(sizes)} elements of [${sizes}]`, wanted);
  }
  return result;
}
