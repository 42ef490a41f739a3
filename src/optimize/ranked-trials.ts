import { crowdingDistance, type Direction, minimised, nonDominatedRanks } from "./pareto.ts";
import type { PastTrial } from "./sampler.ts";

/**
 * Trials with objectives, best first: less violation, then lower rank of non-domination, then more crowding
 * distance (Deb et al. 2002), then the earlier one. The same whatever the order of the history.
 */
export function rankedTrials(
  history: readonly PastTrial[],
  directions: readonly Direction[],
): readonly PastTrial[] {
  const finished = history
    .filter(({ objectives }) => objectives !== null)
    .sort((a, b) => a.number - b.number);
  const points = minimised(
    finished.map(({ objectives }) => objectives ?? []),
    directions,
  );
  const ranks = nonDominatedRanks(points);
  const crowding = new Array<number>(points.length).fill(0);
  for (let rank = 0; rank <= Math.max(-1, ...ranks); rank++) {
    const members = [...points.keys()].filter((i) => ranks[i] === rank);
    const distances = crowdingDistance(members.map((i) => points[i]));
    for (const [k, i] of members.entries()) crowding[i] = distances[k];
  }
  return [...points.keys()]
    .sort(
      (a, b) =>
        compare(violationOf(finished[a]), violationOf(finished[b])) ||
        ranks[a] - ranks[b] ||
        compare(crowding[b], crowding[a]) ||
        finished[a].number - finished[b].number,
    )
    .map((i) => finished[i]);
}

/** A violation that is no number is the worst. */
function violationOf({ violation }: PastTrial): number {
  return Number.isNaN(violation) ? Infinity : violation;
}

function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
