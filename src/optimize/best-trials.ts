// The best of some trials, whatever the number of objectives.

import { referencePointOf } from "./hypervolume.ts";
import { selectByHypervolume } from "./hypervolume-contributions.ts";
import { type Direction, minimised, nonDominatedRanks } from "./pareto.ts";
import type { PastTrial } from "./sampler.ts";

/** Whether the trial has objectives to compare. */
export function isMeasured({ objectives }: PastTrial): boolean {
  return objectives !== null && !objectives.some(Number.isNaN);
}

/** Whether the trial meets its constraints. */
export function isFeasible({ violation }: PastTrial): boolean {
  return violation <= 0;
}

/**
 * The best trials by objectives alone, in any order.
 *
 * @param count - from 0 to as many as there are trials
 */
export function bestByObjectives(
  trials: readonly PastTrial[],
  count: number,
  directions: readonly Direction[],
): readonly PastTrial[] {
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
