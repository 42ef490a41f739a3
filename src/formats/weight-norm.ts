// Weights that a training kept as a length and a direction (weight normalisation, Salimans & Kingma 2016):
//
//   w = g · v / ‖v‖
//
// with norms over the axes along which g has one number. PyTorch calls the two weight_g and weight_v, and since its
// version 2 parametrizations.weight.original0 and original1.

import type { Tensor } from "../model/model.ts";
import { sizeOf } from "../model/shapes.ts";

const newNames = /(^|\.)parametrizations\.weight\.original([01])$/;

/** A tensor's name as PyTorch's older weight normalisation has it; others stay. */
export function weightNormName(name: string): string {
  return name.replace(
    newNames,
    (_, dot: string, which: string) => `${dot}weight_${which === "0" ? "g" : "v"}`,
  );
}

/** A module's tensors with its weight as one; undefined where it has no such pair. */
export function withPlainWeight(
  tensors: Readonly<Record<string, Tensor>>,
): Record<string, Tensor> | undefined {
  const { weight_g: lengths, weight_v: directions, ...rest } = tensors;
  if (lengths === undefined || directions === undefined) return undefined;
  const { shape, data } = directions;
  const fits =
    lengths.shape.length === shape.length &&
    lengths.shape.every((size, axis) => size === 1 || size === shape[axis]);
  if (!fits) return undefined;
  const groupOf = (index: number): number => {
    let [group, before, left] = [0, 1, index];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (lengths.shape[axis] > 1) {
        group += (left % shape[axis]) * before;
        before *= shape[axis];
      }
      left = Math.floor(left / shape[axis]);
    }
    return group;
  };
  const squares = new Float64Array(sizeOf(lengths.shape));
  for (let i = 0; i < data.length; i++) squares[groupOf(i)] += data[i] ** 2;
  const factors = squares.map((square, group) => lengths.data[group] / Math.sqrt(square));
  const weight = Float32Array.from(data, (value, i) => value * factors[groupOf(i)]);
  return { weight: { shape, data: weight }, ...rest };
}
