// Rows of spikes as the lists that spike kernels read: the places of what is not 0.

import { addressOf, type Kernels } from "./kernels.ts";
import { requireLength } from "./require-length.ts";

export interface ListSpikesArgs {
  /** Shape [rows, size]. */
  readonly spikes: Float32Array;
  readonly size: number;
  readonly rows: number;
  /** Output: places in their row; one entry more than there are spikes is written. Length ≥ rows · size + 1. */
  readonly events: Int32Array;
  /** Output: where every row ends. Shape [rows]. */
  readonly ends: Int32Array;
}

/** @throws {InvalidValueError} when a view is too short or not in kernel memory */
export function listSpikes(kernels: Kernels, { spikes, size, rows, events, ends }: ListSpikesArgs): void {
  requireLength("listSpikes spikes", spikes, rows * size);
  requireLength("listSpikes events", events, rows * size + 1);
  requireLength("listSpikes ends", ends, rows);
  const address = (name: string, view: ArrayBufferView): number =>
    addressOf(kernels, `listSpikes ${name}`, view);
  const lists = [address("events", events), address("ends", ends)] as const;
  kernels.exports["listSpikes"](address("spikes", spikes), size, rows, ...lists);
}

/** Scalar twin of {@link listSpikes}: defines what is correct. */
export function listSpikesScalar({ spikes, size, rows, events, ends }: ListSpikesArgs): void {
  let end = 0;
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < size; i++) if (spikes[row * size + i] !== 0) events[end++] = i;
    ends[row] = end;
  }
}
