// Dominance between points of several objectives.
//
// a dominates b when it is nowhere worse and somewhere better. NaN is worse than everything.

export type Direction = "minimize" | "maximize";

/** The points with every objective to be minimised; NaN becomes ∞. */
export function minimised(
  points: readonly (readonly number[])[],
  directions: readonly Direction[],
): number[][] {
  return points.map((point) =>
    point.map((value, i) => (Number.isNaN(value) ? Infinity : directions[i] === "maximize" ? -value : value)),
  );
}

/** Whether a dominates b, both minimised. */
export function dominates(a: readonly number[], b: readonly number[]): boolean {
  let isBetter = false;
  for (let i = 0; i < a.length; i++) {
    if (a[i] > b[i]) return false;
    if (a[i] < b[i]) isBetter = true;
  }
  return isBetter;
}

/** Indices of the points no other dominates, in their order. Equal points are all on the front. */
export function paretoFront(
  points: readonly (readonly number[])[],
  directions: readonly Direction[],
): number[] {
  const all = minimised(points, directions);
  return [...all.keys()].filter((i) => !all.some((other) => dominates(other, all[i])));
}

/**
 * Rank of every (minimised) point: 0 for the front, 1 for the front of the rest, … (Deb et al. 2002). In
 * lexicographic order no point is dominated by a later one, so each goes to the first front that does not
 * dominate it (Zhang et al. 2015).
 */
export function nonDominatedRanks(points: readonly (readonly number[])[]): number[] {
  const ranks = new Array<number>(points.length).fill(0);
  const fronts: (readonly number[])[][] = [];
  for (const i of [...points.keys()].sort((a, b) => lexicographic(points[a], points[b]))) {
    let rank = 0;
    while (rank < fronts.length && fronts[rank].some((other) => dominates(other, points[i]))) rank++;
    if (rank === fronts.length) fronts.push([]);
    fronts[rank].push(points[i]);
    ranks[i] = rank;
  }
  return ranks;
}

function lexicographic(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) {
    if (a[i] < b[i]) return -1;
    if (a[i] > b[i]) return 1;
  }
  return 0;
}

/**
 * Crowding distance (Deb et al. 2002): summed over objectives, the gap between a point's neighbours
 * as a share of the range; ∞ at the ends. The direction of objectives makes no difference.
 */
export function crowdingDistance(points: readonly (readonly number[])[]): number[] {
  const distances = new Array<number>(points.length).fill(0);
  for (let m = 0; m < (points[0]?.length ?? 0); m++) {
    const order = [...points.keys()].sort((a, b) => points[a][m] - points[b][m] || a - b);
    const range = points[order[order.length - 1]][m] - points[order[0]][m];
    distances[order[0]] = Infinity;
    distances[order[order.length - 1]] = Infinity;
    if (!(range > 0 && range < Infinity)) continue;
    for (let k = 1; k < order.length - 1; k++) {
      distances[order[k]] += (points[order[k + 1]][m] - points[order[k - 1]][m]) / range;
    }
  }
  return distances;
}
