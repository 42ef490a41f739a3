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

/** Spikes of the fullest step: in all, and of one input. */
export interface SpikeCrowding {
  readonly mostPerStep: number;
  readonly multiplicity: number;
}

/**
 * @param range - the samples to be looked at; default: all
 * @returns how crowded their steps are
 * @throws {InvalidValueError} naming sample, step and event of the first mistake
 */
export function checkInputSpikes(
  spikes: InputSpikes,
  inputs: number,
  steps: number,
  range?: { readonly first: number; readonly count: number },
): SpikeCrowding {
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
  const { first, count } = range ?? { first: 0, count: samples };
  let at = first === 0 ? 0 : ends[first * steps - 1];
  let mostPerStep = 0;
  let multiplicity = 1;
  for (let segment = first * steps; segment < (first + count) * steps; segment++) {
    const end = ends[segment];
    if (!(end >= at && end <= events.length && at >= 0)) {
      throw new InvalidValueError(
        `${segmentName(segment, steps)}'s end in spikes.ends`,
        `must be from ${Math.max(0, at)} to ${events.length}`,
        end,
      );
    }
    mostPerStep = Math.max(mostPerStep, end - at);
    // 0 before every step, so that one comparison finds both mistakes.
    for (let before = 0, run = 0; at < end; at++) {
      const index = events[at];
      if (!(index >= before && index < inputs)) {
        throw eventMistake(`${segmentName(segment, steps)}, event ${at}`, index, inputs);
      }
      run = index === before ? run + 1 : 1;
      if (run > multiplicity) multiplicity = run;
      before = index;
    }
  }
  return { mostPerStep, multiplicity };
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
