// The figures of a trial: what its evaluation says of the study's objectives, step by step and by hash, kept
// beside it so that exports and SQL can read them.

import type { Evaluation } from "../pipeline/evaluation.ts";
import { standardErrorOf } from "./standard-error.ts";
import type { Storage, TrialFigures } from "./storage.ts";
import type { StudyJudge } from "./study-judge.ts";

/** @throws {InvalidValueError} when the evaluation has not what an objective needs */
export function trialFigures(judge: StudyJudge, evaluation: Evaluation): TrialFigures {
  const { settings, objectives, context } = judge;
  return {
    values: objectives.map((objective) => {
      const interval = objective.score(evaluation, context);
      return {
        objective: objective.name,
        fidelity: Math.min(1, evaluation.images / settings.evaluation.images),
        repeat: 0,
        seed: settings.seed,
        value: interval.value,
        standardError: standardErrorOf(interval),
      };
    }),
    metrics: evaluation.correctPerStep.map((correct, i) => ({
      name: "accuracy",
      step: i + 1,
      value: correct / evaluation.images,
    })),
    artefacts: { network: evaluation.network },
  };
}

/** Fill in the figures of complete trials that have none, as those from before figures were kept. */
export async function completeFigures(storage: Storage, judge: StudyJudge): Promise<void> {
  const key = judge.settings.name;
  const known = new Set<number>();
  for (const { number, values } of await storage.listDetails(key)) if (values.length > 0) known.add(number);
  for (const { number, state, result } of await storage.listTrials(key)) {
    if (state !== "complete" || known.has(number)) continue;
    await storage.replaceFigures(key, number, trialFigures(judge, result as unknown as Evaluation));
  }
}
