// Means over few seeds: Student's t (mean ± t_{n−1} s/√n). One value has no interval: it is then
// as wide as `range` allows, never falsely narrow.

import { type Interval, usualConfidence } from "./interval.ts";
import { type MeanEstimate, meanEstimate } from "./mean-estimate.ts";
import { studentQuantile } from "./quantiles.ts";

/**
 * Mean of the values of all seeds with Student's interval.
 *
 * @param range - the interval of a single value, and the bounds of every interval
 * @throws {InvalidValueError} for a value that is NaN or infinite
 */
export function meanInterval(
  values: readonly number[],
  range: readonly [low: number, high: number],
  what: string,
  confidence = usualConfidence,
): Interval {
  return studentInterval(meanEstimate(values), range, what, confidence);
}

/** The interval of a mean, or of a difference of means. */
export function studentInterval(
  { value, standardError, degrees, method }: MeanEstimate,
  range: readonly [low: number, high: number],
  what: string,
  confidence = usualConfidence,
): Interval {
  if (degrees === 0) {
    return { value, low: range[0], high: range[1], confidence, method: `${what}: too few for an interval` };
  }
  const half = studentQuantile(0.5 + confidence / 2, degrees) * standardError;
  return {
    value,
    low: Math.max(range[0], value - half),
    high: Math.min(range[1], value + half),
    confidence,
    method: `${method} ${what}`,
  };
}
