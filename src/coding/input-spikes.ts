// A set of samples that already are spikes: event recordings, deltas of time series, anybody's trains.

import { InvalidValueError } from "../base/errors.ts";

export interface InputSpikes {
  readonly samples: number;
  readonly steps: number;
  readonly inputs: number;
  /**
   * Indices, sample after sample, step after step, ascending within a step; an input may stand several
   * times. What follows the last end is not read.
   */
  readonly events: Int32Array;
  /** End of every segment, segment = sample · steps + step. Shape [samples · steps]. */
  readonly ends: Int32Array;
}

/** @throws {InvalidValueError} naming sample, step and event of the first mistake */
export function checkInputSpikes(spikes: InputSpikes, inputs: number, steps: number): void {
  const { samples, events, ends } = spikes;
  if (!(Number.isInteger(samples) && samples >= 0)) {
    throw new InvalidValueError("spikes.samples", "must be a whole number of at least 0", samples);
  }
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
  for (let segment = 0, at = 0; segment < ends.length; segment++) {
    const end = ends[segment];
    if (end < at || end > events.length) {
      throw new InvalidValueError(
        `${segmentName(segment, steps)}'s end in spikes.ends`,
        `must be from ${at} to ${events.length}`,
        end,
      );
    }
    // 0 before every step, so that one comparison finds both mistakes.
    for (let before = 0; at < end; at++) {
      const index = events[at];
      if (index >= before && index < inputs) before = index;
      else throw eventMistake(`${segmentName(segment, steps)}, event ${at}`, index, inputs);
    }
  }
}

function segmentName(segment: number, steps: number): string {
  return `spikes: sample ${Math.floor(segment / steps)}, step ${segment % steps}`;
}

function eventMistake(where: string, index: number, inputs: number): InvalidValueError {
  return index >= 0 && index < inputs
    ? new InvalidValueError(
        where,
        "must not be below the event before it",
        index,
        "Sort every step's events.",
      )
    : new InvalidValueError(where, `must be an input from 0 to ${inputs - 1}`, index);
}
