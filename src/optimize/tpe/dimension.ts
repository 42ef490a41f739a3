// Fields as the dimensions that Parzen estimators model: numbers on a line, or categories.
//
// Grids (whole numbers, steps, ordered words) are lines of discrete values; a matrix of blocks is one
// category a cell, so that what is learnt of an edge holds for all matrices that have it.

import { cellsOf, encodeCells } from "../../space/adjacency.ts";
import type { Field } from "../../space/field.ts";
import { countOf, indexOf, isOnLine, valueAt } from "../../space/unit-map.ts";

/** Values from low to high; `step` 0: all of them, else low, low + step, … */
export interface NumberDimension {
  readonly kind: "number";
  readonly low: number;
  readonly high: number;
  /** Kernels lie on the logarithm. */
  readonly isLog: boolean;
  readonly step: number;
}

/** Values 0 … count − 1 without an order. */
export interface CategoryDimension {
  readonly kind: "category";
  readonly count: number;
}

export type Dimension = NumberDimension | CategoryDimension;

type Value = number | string | boolean;

/** A field's dimensions, and its values as their coordinates. */
export interface FieldDimensions {
  readonly dimensions: readonly Dimension[];
  readonly encode: (value: Value) => readonly number[];
  readonly decode: (coordinates: readonly number[]) => Value;
}

/** @param field - with more than one value */
export function dimensionsOf(field: Field): FieldDimensions {
  if (field.kind === "float" || field.kind === "int") {
    const { low, high, step = field.kind === "int" ? 1 : 0 } = field;
    return {
      dimensions: [{ kind: "number", low, high, step, isLog: field.scale === "log" }],
      encode: (value) => [value as number],
      decode: ([value]) => value,
    };
  }
  if (field.kind === "adjacency") {
    const cells = cellsOf(field, field.default);
    return {
      dimensions: cells.map(() => ({ kind: "category", count: field.cells.length })),
      encode: (value) => cellsOf(field, value as string).map(({ kind }) => kind),
      decode: (kinds) => encodeCells(field, kinds),
    };
  }
  const count = countOf(field);
  return {
    dimensions: isOnLine(field)
      ? [{ kind: "number", low: 0, high: count - 1, step: 1, isLog: false }]
      : [{ kind: "category", count }],
    encode: (value) => [indexOf(field, value)],
    decode: ([index]) => valueAt(field, index),
  };
}
