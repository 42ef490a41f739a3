// Means over few seeds: Student's t (mean ± t_{n−1} s/√n). One value has no interval: it is then
// as wide as `range` allows, never falsely narrow.

import { type Interval, usualConfidence } from "./interval.ts";
import { studentQuantile } from "./quantiles.ts";

/**
 * Mean of the values of all seeds with Student's interval.
 *
 * @param range - the interval of a single value, and the bounds of every interval
 */
export function meanInterval(
  values: readonly number[],
  range: readonly [low: number, high: number],
  what: string,
  confidence = usualConfidence,
): Interval {
  const n = values.length;
  const value = n === 0 ? 0 : values.reduce((sum, x) => sum + x, 0) / n;
  if (n < 2)
    return { value, low: range[0], high: range[1], confidence, method: `${what}: too few for an interval` };
  const variance = values.reduce((sum, x) => sum + (x - value) ** 2, 0) / (n - 1);
  const half = studentQuantile(0.5 + confidence / 2, n - 1) * Math.sqrt(variance / n);
  return {
    value,
    low: Math.max(range[0], value - half),
    high: Math.min(range[1], value + half),
    confidence,
    method: `Student t, ${n} ${what}`,
  };
}
