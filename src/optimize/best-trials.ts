// The best of some trials, whatever the number of objectives.

import { referencePointOf } from "./hypervolume.ts";
import { selectByHypervolume } from "./hypervolume-contributions.ts";
import { type Direction, minimised, nonDominatedRanks } from "./pareto.ts";
import type { PastTrial } from "./sampler.ts";

/** What trials are judged by. */
export type Judged = Pick<PastTrial, "number" | "objectives" | "violation">;

/** Whether the trial has objectives to compare. */
export function isMeasured({ objectives }: Judged): boolean {
  return objectives !== null && !objectives.some(Number.isNaN);
}

/** Whether the trial meets its constraints. */
export function isFeasible({ violation }: Judged): boolean {
  return violation <= 0;
}

/**
 * The best trials: those that meet the constraints by their objectives, then the others, the smallest
 * violation first. The same whatever the order of the trials.
 *
 * @param trials - all measured
 */
export function bestTrials<T extends Judged>(
  trials: readonly T[],
  count: number,
  directions: readonly Direction[],
): readonly T[] {
  const sorted = [...trials].sort((a, b) => a.number - b.number);
  const feasible = sorted.filter(isFeasible);
  if (feasible.length >= count) return bestByObjectives(feasible, count, directions);
  const missed = ({ violation }: T): number => (Number.isNaN(violation) ? Infinity : violation);
  const others = sorted.filter((trial) => !isFeasible(trial));
  others.sort((a, b) => compare(missed(a), missed(b)) || a.number - b.number);
  return [...feasible, ...others.slice(0, count - feasible.length)];
}

/**
 * The best trials by objectives alone, in any order: with one objective the best values, with several whole
 * ranks of non-domination, the last one broken by greedy hypervolume subset selection.
 */
export function bestByObjectives<T extends Judged>(
  trials: readonly T[],
  count: number,
  directions: readonly Direction[],
): readonly T[] {
  if (count >= trials.length) return trials;
  const points = minimised(
    trials.map(({ objectives }) => objectives ?? []),
    directions,
  );
  const byRank = [...trials.keys()];
  if (directions.length === 1) {
    byRank.sort((a, b) => compare(points[a][0], points[b][0]) || a - b);
    return byRank.slice(0, count).map((i) => trials[i]);
  }
  const ranks = nonDominatedRanks(points);
  const chosen: number[] = [];
  for (let rank = 0; chosen.length < count; rank++) {
    const members = byRank.filter((i) => ranks[i] === rank);
    const room = count - chosen.length;
    chosen.push(...(members.length <= room ? members : breakTie(points, members, room)));
  }
  return chosen.map((i) => trials[i]);
}

function breakTie(points: readonly number[][], members: readonly number[], room: number): readonly number[] {
  const rank = members.map((i) => points[i]);
  return selectByHypervolume(rank, room, referencePointOf(rank)).map((k) => members[k]);
}

function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
