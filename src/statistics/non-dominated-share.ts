// How surely is a point on the front? Measured objectives have errors, so a front drawn through the
// estimates promises too much. With the objectives resampled together (same networks, masks and images
// for all points), the share of draws in which no other point dominates is each point's probability of
// being non-dominated.

import { InvalidValueError } from "../base/errors.ts";
import { type NumberList, requireCount } from "./input-rules.ts";

/**
 * @param objectives - [draws, points, objectives], to be minimised; Infinity for what failed
 * @returns [points] shares in [0, 1]. Equal points are all on the front.
 * @throws {InvalidValueError} for a NaN, or a length that is not the product of the shape
 */
export function nonDominatedShare(
  objectives: NumberList,
  shape: { readonly draws: number; readonly points: number; readonly objectives: number },
): Float64Array {
  const { draws, points, objectives: count } = shape;
  for (const [name, size] of Object.entries(shape)) requireCount(name, size, 1, 2 ** 31 - 1);
  if (objectives.length !== draws * points * count) {
    const rule = `must hold draws × points × objectives = ${draws * points * count} numbers`;
    throw new InvalidValueError("objectives", rule, objectives.length);
  }
  for (let i = 0; i < objectives.length; i++) {
    if (Number.isNaN(objectives[i])) throw new InvalidValueError(`objectives[${i}]`, "must be a number", NaN);
  }
  const shares = new Float64Array(points);
  for (let draw = 0; draw < draws; draw++) {
    const start = draw * points * count;
    for (let point = 0; point < points; point++) {
      const at = start + point * count;
      let isOnFront = true;
      for (let other = 0; other < points && isOnFront; other++) {
        isOnFront = !dominates(objectives, start + other * count, at, count);
      }
      if (isOnFront) shares[point]++;
    }
  }
  return shares.map((times) => times / draws);
}

/** Whether the vector at a is nowhere above and somewhere below the one at b. */
function dominates(values: NumberList, a: number, b: number, count: number): boolean {
  let isBetter = false;
  for (let m = 0; m < count; m++) {
    if (values[a + m] > values[b + m]) return false;
    if (values[a + m] < values[b + m]) isBetter = true;
  }
  return isBetter;
}
