// What single points add to a hypervolume, and the greedy choice of a subset by it.
//
//   exclusive part of p in P   HV(P) − HV(P ∖ {p}) = HV({p}) − HV({max(p, q) : q ∈ P ∖ {p}})
//
// Greedy hypervolume subset selection (Guerreiro, Fonseca & Paquete 2016): take the point that adds most,
// again and again. What a point adds never grows as others are taken (submodularity), so the choice is at
// least 1 − 1/e of the best subset's volume, and old figures are upper bounds that spare most of the work.

import { hypervolume } from "./hypervolume.ts";

type Point = readonly number[];

/** What each point alone dominates: 0 for dominated, repeated and outside points. Minimised. */
export function exclusiveHypervolumes(points: readonly Point[], reference: Point): number[] {
  return points.map((point, i) =>
    addedVolume(
      point,
      points.filter((_, k) => k !== i),
      reference,
    ),
  );
}

/**
 * Indices of `count` points (or all) that together dominate much, in the order in which they are taken.
 * Of equals the lexicographically smaller point comes first, whatever the order of the points; repeated
 * points come last.
 */
export function selectByHypervolume(points: readonly Point[], count: number, reference: Point): number[] {
  const sorted = [...points.keys()].sort((a, b) => compare(points[a], points[b]) || a - b);
  const isRepeated = (place: number): boolean =>
    place > 0 && compare(points[sorted[place - 1]], points[sorted[place]]) === 0;
  const distinct = sorted.filter((_, place) => !isRepeated(place));
  const repeated = sorted.filter((_, place) => isRepeated(place)).sort((a, b) => a - b);
  if (distinct.length <= count) return [...distinct, ...repeated].slice(0, Math.min(count, points.length));
  return selectGreedily(points, distinct, count, reference);
}

function selectGreedily(
  points: readonly Point[],
  candidates: readonly number[],
  count: number,
  reference: Point,
): number[] {
  const bounds = candidates.map((i) => addedVolume(points[i], [], reference));
  const open = new Set(candidates.keys());
  const taken: number[] = [];
  while (taken.length < count) {
    const chosen = taken.map((i) => points[i]);
    let best = -1;
    for (const place of [...open].sort((a, b) => compareNumbers(bounds[b], bounds[a]) || a - b)) {
      if (best >= 0 && bounds[place] < bounds[best]) break;
      if (taken.length > 0) bounds[place] = addedVolume(points[candidates[place]], chosen, reference);
      if (best < 0 || bounds[place] > bounds[best] || (bounds[place] === bounds[best] && place < best))
        best = place;
    }
    open.delete(best);
    taken.push(candidates[best]);
  }
  return taken;
}

/** What `point` adds to the volume of the others. */
function addedVolume(point: Point, others: readonly Point[], reference: Point): number {
  const alone = hypervolume([point], reference);
  const shared = hypervolume(
    others.map((other) => other.map((value, i) => Math.max(value, point[i]))),
    reference,
  );
  if (shared === Infinity) return 0;
  return Math.max(0, alone - shared);
}

function compare(a: Point, b: Point): number {
  for (let i = 0; i < a.length; i++) {
    const order = compareNumbers(a[i], b[i]);
    if (order !== 0) return order;
  }
  return 0;
}

/** NaN is the largest. */
function compareNumbers(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a < b ? -1 : a > b ? 1 : 0;
}
