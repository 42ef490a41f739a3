// In a study of several methods a method may have no point on the front. Its best trial is looked at closely all the
// same, as a reference: a reader who asks what a method costs gets figures of the same images, faults and intervals.

import type { Finalist } from "./finalists.ts";
import type { JudgedTrial } from "./judged-trial.ts";
import type { StudyJudge } from "./study-judge.ts";

/**
 * @param trials - measured whole
 * @param points - of the front
 */
export function bestOfMethods(
  trials: readonly JudgedTrial[],
  points: readonly JudgedTrial[],
  judge: StudyJudge,
): readonly JudgedTrial[] {
  const methodOf = ({ design }: JudgedTrial) => design["method"];
  const shown = new Set(points.map(methodOf));
  const absent = (judge.settings.methods ?? []).filter((method) => !shown.has(method));
  return absent.flatMap((method) =>
    judge.byMerit(trials.filter((trial) => methodOf(trial) === method)).slice(0, 1),
  );
}

export function bestFinalist({ trial, design }: JudgedTrial, judge: StudyJudge): Finalist {
  const method = design["method"];
  return {
    id: `best-${method}`,
    label: `SNN, best of ${method} (trial ${trial})`,
    role: "snn",
    plan: judge.planOf(design, "final"),
    trial: -1,
    listsZeroSkipping: false,
  };
}
