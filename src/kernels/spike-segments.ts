// How kernels are told about spikes: packed lists, cut into segments of one step of one image.

import { InvalidValueError } from "../base/errors.ts";

export interface SpikeSegments {
  /** Indices of firing inputs, segment after segment. */
  readonly events: Int32Array;
  /** Where every segment ends in `events`; it begins where the one before ends. Shape [≥ segments]. */
  readonly ends: Int32Array;
  readonly segments: number;
  /** A real value for every event, for held input. Absent for spikes, which count as 1. */
  readonly values?: Float32Array;
}

/** @throws {InvalidValueError} when `where`'s view is shorter than `length` */
export function requireAtLeast(where: string, view: { readonly length: number }, length: number): void {
  if (view.length >= length) return;
  throw new InvalidValueError(where, `must have at least ${length} values`, view.length);
}

/** @throws {InvalidValueError} when the lists are shorter than their segments say */
export function requireSegments(where: string, { events, ends, segments, values }: SpikeSegments): void {
  requireAtLeast(`${where} ends`, ends, segments);
  const last = segments === 0 ? 0 : ends[segments - 1];
  requireAtLeast(`${where} events`, events, last);
  if (values !== undefined) requireAtLeast(`${where} values`, values, last);
}
