// How kernels are told about spikes: packed lists, cut into segments of one step of one image.

import { requireLength } from "./require-length.ts";

export interface SpikeSegments {
  /** Indices of firing inputs, segment after segment. */
  readonly events: Int32Array;
  /** Where every segment ends in `events`; it begins where the one before ends. Shape [≥ segments]. */
  readonly ends: Int32Array;
  readonly segments: number;
  /** A real value for every event, for held input. Absent for spikes, which count as 1. */
  readonly values?: Float32Array;
}

/** @throws {InvalidValueError} when the lists are shorter than their segments say */
export function requireSegments(where: string, { events, ends, segments, values }: SpikeSegments): void {
  requireLength(`${where} ends`, ends, segments);
  const last = segments === 0 ? 0 : ends[segments - 1];
  requireLength(`${where} events`, events, last);
  if (values !== undefined) requireLength(`${where} values`, values, last);
}
