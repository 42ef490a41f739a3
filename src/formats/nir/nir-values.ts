// Values of a file, from numbers.

import type { NirArray, NirNode } from "./nir-graph.ts";

export function float32Array(shape: readonly number[], data: ArrayLike<number>): NirArray {
  return { shape, data: Float64Array.from(data, Math.fround), type: "float32" };
}

export function wholeNumbers(...data: readonly number[]): NirArray {
  return { shape: [data.length], data: Float64Array.from(data), type: "int64" };
}

export function wholeNumber(value: number): NirArray {
  return { shape: [], data: Float64Array.of(value), type: "int64" };
}

/** A node as a file will hold it, where it was calculated with: else what is written is not what is read back. */
export function asStored<N extends NirNode>(node: N): N {
  const parameters = Object.entries(node.parameters).map(([field, value]) => {
    const isCoarser = typeof value === "object" && value.type === "float32";
    return [field, isCoarser ? float32Array(value.shape, value.data) : value] as const;
  });
  return { ...node, parameters: Object.fromEntries(parameters) };
}
