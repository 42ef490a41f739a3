// Are two means the same, for all practical purposes? Not "no difference was found", which few data
// always give, but "a difference of `margin` or more was ruled out": two one-sided tests (TOST,
// Schuirmann 1987), H0: |δ| ≥ margin, at level α = 1 − confidence:
//   p = max(1 − F_ν((d + margin)/se), 1 − F_ν((margin − d)/se)),    equivalent if p < α,
// which is so exactly when the interval of confidence 1 − 2α lies inside (−margin, margin).

import { InvalidValueError } from "../base/errors.ts";
import { requireShare } from "./input-rules.ts";
import { type Interval, usualConfidence } from "./interval.ts";
import type { MeanEstimate } from "./mean-estimate.ts";
import { studentInterval } from "./mean-interval.ts";
import { studentCdf } from "./quantiles.ts";

export interface EquivalenceTest {
  readonly isEquivalent: boolean;
  /** The larger p of the two tests; 1 with too few values. */
  readonly p: number;
  /** Of the difference, of confidence 1 − 2α. */
  readonly interval: Interval;
}

/** The confidence of the interval that decides a test of equivalence: 0.90 for 0.95. */
export function equivalenceConfidence(confidence: number): number {
  return 1 - 2 * (1 - confidence);
}

/**
 * Test a difference of means for equivalence.
 *
 * @param difference - from `pairedDifference` or `unpairedDifference`
 * @param margin - the least difference that matters, in the unit of the values; above 0
 * @param range - the bounds a difference can have
 * @param what - what the values are of, e.g. "networks"
 * @throws {InvalidValueError} for a margin that is not above 0, or a confidence of 0.5 or less
 */
export function equivalenceTest(
  difference: MeanEstimate,
  {
    margin,
    range,
    what,
    confidence = usualConfidence,
  }: {
    readonly margin: number;
    readonly range: readonly [low: number, high: number];
    readonly what: string;
    readonly confidence?: number;
  },
): EquivalenceTest {
  if (!(margin > 0 && margin < Infinity)) throw new InvalidValueError("margin", "must be above 0", margin);
  requireShare("confidence", confidence);
  if (confidence <= 0.5) throw new InvalidValueError("confidence", "must be above 0.5", confidence);
  const interval = studentInterval(difference, range, what, equivalenceConfidence(confidence));
  const { value, standardError, degrees } = difference;
  if (degrees === 0) return { isEquivalent: false, p: 1, interval };
  const tail = (room: number): number =>
    // Values that do not vary leave no error: their difference is what it is.
    standardError === 0 ? (room > 0 ? 0 : 1) : 1 - studentCdf(room / standardError, degrees);
  const p = Math.max(tail(margin + value), tail(margin - value));
  return { isEquivalent: p < 1 - confidence, p, interval };
}
