// How far a trial's figure may be off for being a sample: what noisy optimisation wants to know.

import type { Interval } from "../statistics/interval.ts";
import { normalQuantile, studentQuantile } from "../statistics/quantiles.ts";

/**
 * The standard error behind an interval, from how the interval says it was made; null where it is no sampling
 * error, as a profile's uncertainty, which all designs share. Student's intervals may be cut short at one end.
 */
export function standardErrorOf({ value, low, high, confidence, method }: Interval): number | null {
  const [, kind, count] = /^(Wilson|Student t), (\d+)/.exec(method) ?? [];
  if (kind === undefined) return null;
  const tail = 0.5 + confidence / 2;
  if (kind === "Wilson") return (high - low) / 2 / normalQuantile(tail);
  return Math.max(value - low, high - value) / studentQuantile(tail, Number(count) - 1);
}
