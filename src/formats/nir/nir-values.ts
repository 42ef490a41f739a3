// Values of a file, from numbers.

import type { NirArray } from "./nir-graph.ts";

export function float32Array(shape: readonly number[], data: ArrayLike<number>): NirArray {
  return { shape, data: Float64Array.from(data, Math.fround), type: "float32" };
}

export function wholeNumbers(...data: readonly number[]): NirArray {
  return { shape: [data.length], data: Float64Array.from(data), type: "int64" };
}

export function wholeNumber(value: number): NirArray {
  return { shape: [], data: Float64Array.of(value), type: "int64" };
}
