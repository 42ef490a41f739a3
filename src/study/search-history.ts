// The trials of a study as a search is told of them, objectives on their scales: log10 of energies. Samplers that
// model the objectives, hypervolumes and the stall rule see all alike.

import type { PastTrial } from "../optimize/sampler.ts";
import type { Interval } from "../pipeline/evaluation.ts";
import type { Objective } from "../pipeline/objective.ts";
import { errorOnScale, onScale } from "../pipeline/objective-scale.ts";
import type { DesignValues } from "../space/space.ts";
import type { JudgedTrial } from "./judged-trial.ts";
import { standardErrorOf } from "./standard-error.ts";
import type { TrialRecord } from "./storage.ts";

type ErrorOf = (interval: Interval, fidelity: number) => number;

const wholeError: ErrorOf = (interval) => standardErrorOf(interval) ?? 0;

/**
 * @param history - finished trials
 * @param judged - the complete ones among them
 * @param errorOf - the standard errors to tell
 * @returns one a finished trial, with objectives in their units
 */
export function searchHistory(
  history: readonly TrialRecord[],
  judged: readonly JudgedTrial[],
  errorOf: ErrorOf = wholeError,
): readonly PastTrial[] {
  const byNumber = new Map(judged.map((trial) => [trial.trial, trial]));
  return history.map(({ number, design }): PastTrial => {
    const trial = byNumber.get(number);
    if (trial !== undefined) return pastTrial(trial, errorOf);
    return { number, design: design as DesignValues, objectives: null, violation: Infinity };
  });
}

/** With its objectives in their units. */
export function pastTrial(
  { trial, design, fidelity, intervals, objectives, violation, constraints }: JudgedTrial,
  errorOf: ErrorOf = wholeError,
): PastTrial {
  const standardErrors = intervals.map((interval) => errorOf(interval, fidelity));
  return {
    number: trial,
    design: { ...design },
    objectives,
    violation,
    standardErrors,
    constraints,
    ...(fidelity < 1 && { fidelity }),
  };
}

/** The same trial with its objectives on their scales. */
export function scaledTrial(trial: PastTrial, objectives: readonly Objective[]): PastTrial {
  const { objectives: values, standardErrors } = trial;
  if (values === null) return trial;
  return {
    ...trial,
    objectives: scaledValues(values, objectives),
    ...(standardErrors && {
      standardErrors: standardErrors.map((error, i) => errorOnScale(objectives[i], values[i], error)),
    }),
  };
}

export function scaledValues(values: readonly number[], objectives: readonly Objective[]): readonly number[] {
  return values.map((value, i) => onScale(objectives[i], value));
}
