// A set of samples that already are spikes: event recordings, deltas of time series, anybody's trains.

import { InvalidValueError } from "../base/errors.ts";

export interface InputSpikes {
  readonly samples: number;
  readonly steps: number;
  readonly inputs: number;
  /** Indices, sample after sample, step after step, ascending within a step; an input may stand several times. */
  readonly events: Int32Array;
  /** End of every segment, segment = sample · steps + step. Shape [samples · steps]. */
  readonly ends: Int32Array;
}

/** @throws {InvalidValueError} naming sample, step and event of the first mistake */
export function checkInputSpikes(spikes: InputSpikes, inputs: number, steps: number): void {
  const { samples, events, ends } = spikes;
  if (spikes.inputs !== inputs)
    throw new InvalidValueError("spikes.inputs", `must be ${inputs}`, spikes.inputs);
  if (spikes.steps !== steps) throw new InvalidValueError("spikes.steps", `must be ${steps}`, spikes.steps);
  if (ends.length !== samples * steps) {
    throw new InvalidValueError(
      "spikes.ends",
      `must have an end for each of ${samples} samples × ${steps} steps`,
      ends.length,
    );
  }
  let at = 0;
  for (let segment = 0; segment < ends.length; segment++) {
    const where = `spikes of sample ${Math.floor(segment / steps)}, step ${segment % steps}`;
    const end = ends[segment];
    if (end < at || end > events.length) {
      throw new InvalidValueError(where, `must end from ${at} to ${events.length}`, end);
    }
    for (; at < end; at++) {
      const index = events[at];
      if (!(index >= 0 && index < inputs)) {
        throw new InvalidValueError(
          `${where}, event ${at}`,
          `must be an input from 0 to ${inputs - 1}`,
          index,
        );
      }
      if (at > (segment === 0 ? 0 : ends[segment - 1]) && index < events[at - 1]) {
        throw new InvalidValueError(`${where}, event ${at}`, "must not be below the one before it", index);
      }
    }
  }
}
