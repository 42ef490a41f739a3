// How far a search has come, trial by trial: hypervolume from the study's reference point, objectives on their
// scales.

import { type HypervolumeAt, hypervolumeHistory } from "../optimize/hypervolume-history.ts";
import type { PastTrial } from "../optimize/sampler.ts";
import { scaledTrial, scaledValues } from "./search-history.ts";
import type { StudyJudge } from "./study-judge.ts";

/** Finished trials as the hypervolume sees them. */
export interface ScaledSearch {
  readonly trials: readonly PastTrial[];
  readonly directions: StudyJudge["directions"];
  /** On the objectives' scales. */
  readonly reference: readonly number[];
}

/**
 * @param trials - objectives in their units
 * @returns null where no reference point is declared
 */
export function scaledSearch(
  { objectives, directions, reference }: StudyJudge,
  trials: readonly PastTrial[],
): ScaledSearch | null {
  if (reference === null) return null;
  return {
    trials: trials.map((trial) => scaledTrial(trial, objectives)),
    directions,
    reference: scaledValues(
      reference.map(({ value }) => value),
      objectives,
    ),
  };
}

/** After each trial, by number; those that failed or miss a requirement add nothing. */
export function searchVolumes({ trials, directions, reference }: ScaledSearch): readonly HypervolumeAt[] {
  return hypervolumeHistory(trials, directions, reference);
}
