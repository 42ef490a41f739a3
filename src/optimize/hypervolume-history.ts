// How a search went: the hypervolume of all that was found so far, trial by trial.

import { InvalidValueError } from "../base/errors.ts";
import { isFeasible, isMeasured } from "./best-trials.ts";
import { hypervolume } from "./hypervolume.ts";
import { type Direction, dominates, minimised } from "./pareto.ts";
import type { PastTrial } from "./sampler.ts";

export interface HypervolumeAt {
  /** The trial's number. */
  readonly number: number;
  /** Of the trials up to and with this one. */
  readonly hypervolume: number;
}

/**
 * One entry a trial, by number. Failed trials, partial evaluations and trials that miss constraints add nothing.
 *
 * @param reference - the point beyond which nothing counts, in the objectives' own units; to be declared
 *   before the search, or curves say what one wants them to
 * @throws {InvalidValueError} when the reference has not one number an objective
 */
export function hypervolumeHistory(
  history: readonly PastTrial[],
  directions: readonly Direction[],
  reference: readonly number[],
): readonly HypervolumeAt[] {
  if (reference.length !== directions.length || reference.some(Number.isNaN))
    throw new InvalidValueError("reference", `must be ${directions.length} numbers`, reference);
  const [corner] = minimised([reference], directions);
  let front: readonly (readonly number[])[] = [];
  let volume = 0;
  return [...history]
    .sort((a, b) => a.number - b.number)
    .map((trial) => {
      const counts = isMeasured(trial) && isFeasible(trial) && (trial.fidelity ?? 1) === 1;
      const [point] = minimised([counts ? (trial.objectives ?? []) : []], directions);
      if (counts && !front.some((other) => other.every((value, i) => value <= point[i]))) {
        front = [...front.filter((other) => !dominates(point, other)), point];
        volume = hypervolume(front, corner);
      }
      return { number: trial.number, hypervolume: volume };
    });
}
