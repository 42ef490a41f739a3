// How far a search has come, trial by trial: hypervolume from the study's reference point, objectives on their
// scales.

import { type HypervolumeAt, hypervolumeHistory } from "../optimize/hypervolume-history.ts";
import type { PastTrial } from "../optimize/sampler.ts";
import { scaledTrial, scaledValues, searchHistory } from "./search-history.ts";
import type { TrialRecord } from "./storage.ts";
import type { StudyJudge } from "./study-judge.ts";

/** Finished trials as the hypervolume sees them. */
export interface ScaledSearch {
  readonly trials: readonly PastTrial[];
  readonly directions: StudyJudge["directions"];
  /** On the objectives' scales. */
  readonly reference: readonly number[];
}

/** null where no reference point is declared. */
export function scaledSearch(judge: StudyJudge, history: readonly TrialRecord[]): ScaledSearch | null {
  const { objectives, directions, reference } = judge;
  if (reference === null) return null;
  const trials = searchHistory(history, judge.judge(history));
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
