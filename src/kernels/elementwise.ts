// Small passes over arrays: sums, conversions, counts. Kernel and twin agree bit for bit.

import { requireSameLength } from "../base/errors.ts";
import { addressOf, type Kernels } from "./kernels.ts";
import { requireLength } from "./require-length.ts";

export interface AddIntoArgs {
  readonly x: Float32Array;
  /** y += x. */
  readonly y: Float32Array;
}

export function addInto(kernels: Kernels, { x, y }: AddIntoArgs): void {
  requireSameLength({ x, y });
  kernels.exports["addInto"](addressOf(kernels, "x", x), addressOf(kernels, "y", y), x.length);
}

export function addIntoScalar({ x, y }: AddIntoArgs): void {
  for (let i = 0; i < x.length; i++) y[i] += x[i];
}

export interface PixelsToFloatArgs {
  readonly pixels: Uint8Array;
  /** Output: pixel · scale + offset, each rounded to float32. */
  readonly out: Float32Array;
  readonly scale: number;
  readonly offset: number;
}

export function pixelsToFloat(kernels: Kernels, { pixels, out, scale, offset }: PixelsToFloatArgs): void {
  requireSameLength({ pixels, out });
  const from = addressOf(kernels, "pixels", pixels);
  kernels.exports["pixelsToFloat"](from, addressOf(kernels, "out", out), out.length, scale, offset);
}

export function pixelsToFloatScalar({ pixels, out, scale, offset }: PixelsToFloatArgs): void {
  for (let i = 0; i < out.length; i++) {
    out[i] = Math.fround(pixels[i] * Math.fround(scale)) + Math.fround(offset);
  }
}

export interface CountNonZeroArgs {
  /** Shape [rows, columns]. */
  readonly x: Float32Array;
  /** Output: values of each row that are not 0. Shape [rows]. */
  readonly counts: Int32Array;
  readonly rows: number;
  readonly columns: number;
}

/** @returns the sum of the counts */
export function countNonZero(kernels: Kernels, { x, counts, rows, columns }: CountNonZeroArgs): number {
  requireLength("countNonZero x", x, rows * columns);
  requireLength("countNonZero counts", counts, rows);
  return kernels.exports["countNonZero"](
    addressOf(kernels, "x", x),
    addressOf(kernels, "counts", counts),
    rows,
    columns,
  );
}

export function countNonZeroScalar({ x, counts, rows, columns }: CountNonZeroArgs): number {
  let total = 0;
  for (let r = 0; r < rows; r++) {
    counts[r] = 0;
    for (let j = 0; j < columns; j++) counts[r] += x[r * columns + j] === 0 ? 0 : 1;
    total += counts[r];
  }
  return total;
}

export interface AddRowSumsArgs {
  /** Shape [rows, columns]. */
  readonly y: Float32Array;
  /** sum += Σ over rows, rows ascending. Shape [columns]. */
  readonly sum: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** The gradient of a bias. */
export function addRowSums(kernels: Kernels, { y, sum, rows, columns }: AddRowSumsArgs): void {
  requireLength("addRowSums y", y, rows * columns);
  requireLength("addRowSums sum", sum, columns);
  kernels.exports["addRowSums"](addressOf(kernels, "y", y), addressOf(kernels, "sum", sum), rows, columns);
}

export function addRowSumsScalar({ y, sum, rows, columns }: AddRowSumsArgs): void {
  for (let r = 0; r < rows; r++) for (let j = 0; j < columns; j++) sum[j] += y[r * columns + j];
}
