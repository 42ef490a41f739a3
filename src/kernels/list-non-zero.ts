// Values that are held as the lists that spike kernels read: places and values of what is not 0, NaN included.

import { addressOf, type Kernels } from "./kernels.ts";
import { requireLength } from "./require-length.ts";

export interface ListNonZeroArgs {
  /** Shape [rows, size]. */
  readonly values: Float32Array;
  readonly size: number;
  readonly rows: number;
  /** The most that are not 0, where fewer than all may be: no more are written than one behind them. */
  readonly most?: number;
  /** Output: places in their row. Length ≥ most + 1, or rows · size. */
  readonly events: Int32Array;
  /** Output: the values there. As long. */
  readonly listed: Float32Array;
  /** Output: where every row ends. Shape [rows]. */
  readonly ends: Int32Array;
}

/** @throws {InvalidValueError} when a view is too short or not in kernel memory */
export function listNonZero(kernels: Kernels, args: ListNonZeroArgs): void {
  const { values, size, rows, events, listed, ends } = args;
  const length = Math.min(rows * size, (args.most ?? rows * size) + 1);
  requireLength("listNonZero values", values, rows * size);
  requireLength("listNonZero events", events, length);
  requireLength("listNonZero listed", listed, length);
  requireLength("listNonZero ends", ends, rows);
  const address = (name: string, view: ArrayBufferView): number =>
    addressOf(kernels, `listNonZero ${name}`, view);
  kernels.exports["listNonZero"](
    address("values", values),
    size,
    rows,
    address("events", events),
    address("listed", listed),
    address("ends", ends),
  );
}

/** Scalar twin of {@link listNonZero}: defines what is correct. */
export function listNonZeroScalar({ values, size, rows, events, listed, ends }: ListNonZeroArgs): void {
  let end = 0;
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < size; i++) {
      const x = values[row * size + i];
      if (x === 0) continue;
      events[end] = i;
      listed[end++] = x;
    }
    ends[row] = end;
  }
}
