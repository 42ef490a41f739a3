// The knee of a front: where going on in one objective begins to cost much in the others.
//
// With every objective scaled to 0 at its best and 1 at its worst value on the front, the knee is the point
// farthest below the plane through the corners where one objective is worst and the others best:
// (1 − Σ x_i) / √m is largest (Das 1999; the line through the ends, for two objectives).

import { type Direction, minimised, paretoFront } from "./pareto.ts";

/**
 * Index of the knee among the points, or null when there is none: fewer than three different points on the
 * front, or none of them below the plane. Points that are not finite or not on the front count nothing.
 */
export function knee(
  points: readonly (readonly number[])[],
  directions: readonly Direction[],
): number | null {
  const finite = [...points.keys()].filter((i) => points[i].every(Number.isFinite));
  const members = paretoFront(
    finite.map((i) => points[i]),
    directions,
  ).map((k) => finite[k]);
  const front = minimised(
    members.map((i) => points[i]),
    directions,
  );
  if (new Set(front.map((point) => point.join())).size < 3) return null;
  const ranges = directions.map((_, k) => {
    const values = front.map((point) => point[k]);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return { low, width: high - low };
  });
  const depths = front.map((point) => {
    // An objective that is the same everywhere is no trade-off: it lies at its best.
    const sum = point.reduce(
      (total, value, k) => total + (ranges[k].width > 0 ? (value - ranges[k].low) / ranges[k].width : 0),
      0,
    );
    return (1 - sum) / Math.sqrt(directions.length);
  });
  const deepest = depths.indexOf(Math.max(...depths));
  return depths[deepest] > 1e-12 ? members[deepest] : null;
}
