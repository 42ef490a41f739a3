// Events of a batch, sample by sample in the order of their times: what passes between layers.

import { requireLength } from "./require-length.ts";

export interface EventLists {
  /** First event of every sample and the end of the last. Shape [samples + 1]. */
  readonly starts: Int32Array;
  /** Seconds. Shape [events]. */
  readonly times: Float32Array;
  /** Which spike of the layer below an event is. Shape [events]. */
  readonly slots: Int32Array;
  /** Which neuron or input it is of. Shape [events]. */
  readonly units: Int32Array;
}

/** @throws {InvalidValueError} when a list is shorter than its starts say */
export function requireLists(
  where: string,
  samples: number,
  { starts, times, slots, units }: EventLists,
): void {
  requireLength(`${where} starts`, starts, samples + 1);
  for (const [name, list] of Object.entries({ times, slots, units })) {
    requireLength(`${where} ${name}`, list, starts[samples]);
  }
}
