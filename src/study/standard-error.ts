// How far a trial's figure may be off for being a sample: what noisy optimisation wants to know.

import type { Interval } from "../statistics/interval.ts";
import { normalQuantile, studentQuantile } from "../statistics/quantiles.ts";

/**
 * The standard error behind an interval, from how the interval says it was made; null where it is no sampling
 * error, as a profile's uncertainty, which all designs share. Student's intervals may be cut short at one end.
 */
export function standardErrorOf(interval: Interval): number | null {
  return imageError(interval) ?? drawError(interval);
}

/**
 * The part of it that another design does not share: designs see the same images, whose luck is the same for all
 * to first order, and each has its own fault masks and noise. 0 where all is shared.
 *
 * @param fidelity - share of the images seen: what the others would have said is not known of this design
 */
export function ownErrorOf(interval: Interval, fidelity = 1): number {
  return Math.hypot(drawError(interval) ?? 0, (imageError(interval) ?? 0) * Math.sqrt(1 - fidelity));
}

/** Of the images. */
function imageError({ low, high, confidence, method }: Interval): number | null {
  if (!/^(Wilson|Normal), /.test(method)) return null;
  return (high - low) / 2 / normalQuantile(0.5 + confidence / 2);
}

/** Of masks and other draws. */
function drawError({ value, low, high, confidence, method }: Interval): number | null {
  const [, count] = /^Student t, (\d+)/.exec(method) ?? [];
  if (count === undefined) return null;
  const tail = 0.5 + confidence / 2;
  return Math.max(value - low, high - value) / studentQuantile(tail, Number(count) - 1);
}
