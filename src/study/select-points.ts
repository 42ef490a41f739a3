// Which trials of a search are looked at closely.

import { paretoFront } from "../optimize/pareto.ts";
import type { JudgedTrial } from "./judged-trial.ts";
import type { RaceFigures } from "./racing/race-designs.ts";
import type { StudyJudge } from "./study-judge.ts";

/**
 * The points to look at: the trials no other trial beats in every objective, or, after a race, those it has left;
 * when there are more than `final.points`, those that break requirements least and, among equals, lie far apart.
 */
export function selectPoints(
  trials: readonly JudgedTrial[],
  judge: StudyJudge,
  race: RaceFigures | null,
): readonly JudgedTrial[] {
  const limit = judge.settings.final.points;
  const front = paretoFront(
    trials.map(({ objectives }) => objectives),
    judge.directions,
  ).map((index) => trials[index]);
  const left = race === null ? front : leftBy(race, trials, front);
  const byViolation = [...left].sort((a, b) => a.violation - b.violation || a.trial - b.trial);
  const feasible = byViolation.filter(({ violation }) => violation === 0);
  const kept = feasible.length > limit ? judge.spread(feasible, limit) : byViolation.slice(0, limit);
  return [...kept].sort((a, b) => a.trial - b.trial);
}

/** Designs that a race has kept, and those of the front that were no match for any that raced. */
function leftBy(
  { designs, kept }: RaceFigures,
  trials: readonly JudgedTrial[],
  front: readonly JudgedTrial[],
): readonly JudgedTrial[] {
  const raced = trials.filter(({ trial }) => designs.includes(trial));
  const allMeet = raced.every(({ violation }) => violation === 0);
  const others = allMeet ? front.filter(({ violation }) => violation > 0) : [];
  return [...raced.filter(({ trial }) => kept.includes(trial)), ...others];
}
