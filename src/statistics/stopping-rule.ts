// Sampling until the interval is narrow enough, without paying for it in confidence.
//
// Who looks at every result and stops at a lucky one covers less than he says. So the looks are fixed
// before anything is drawn (sizes in geometric growth), and the error 1 − confidence is shared among
// them (Bonferroni): all their intervals hold together with the stated confidence, so the one at the
// stop does. Looks are few, as growth is geometric, so this costs little: of 7 looks at 99 %, each has
// the quantile 3.19 in place of 2.58. The last look is of the size that reaches the margin whatever
// the proportion (`sampleSize`), or all there are.

import { InvalidValueError } from "../base/errors.ts";
import { requireCount, requireShare } from "./input-rules.ts";
import type { Interval } from "./interval.ts";
import { sampleSize } from "./sample-size.ts";

/** Plain data: to be kept with the results, as it was fixed before them. */
export interface StoppingRule {
  /** Half the width of the interval at which to stop. */
  readonly margin: number;
  /** Of the interval at the stop. */
  readonly confidence: number;
  /** Of the interval made at each look. */
  readonly lookConfidence: number;
  /** How many are drawn in total at each look, growing. */
  readonly looks: readonly number[];
}

export interface StoppingOptions {
  readonly population: number;
  readonly margin: number;
  readonly confidence?: number;
  /** Size of the first look. */
  readonly first?: number;
  /** Size of a look by that of the look before. */
  readonly growth?: number;
}

/**
 * Fix the looks for a proportion.
 *
 * @throws {InvalidValueError} for a margin or confidence outside (0, 1), or a growth below 1.1
 */
export function stoppingRule(options: StoppingOptions): StoppingRule {
  const { population, margin, confidence = 0.99, first = 500, growth = 2 } = options;
  requireShare("margin", margin);
  requireShare("confidence", confidence);
  requireCount("population", population, 1);
  requireCount("first", first, 1, Number.MAX_SAFE_INTEGER);
  if (!(growth >= 1.1 && growth < Infinity)) {
    throw new InvalidValueError(
      "growth",
      "must be at least 1.1",
      growth,
      "Looks in small steps cost confidence and gain little.",
    );
  }
  // More looks ask for a larger last one, which may ask for more looks.
  for (let count = 1; ; count++) {
    const lookConfidence = 1 - (1 - confidence) / count;
    const last = sampleSize({ population, margin, confidence: lookConfidence });
    const earlier = Array.from({ length: count - 1 }, (_, k) => Math.ceil(first * growth ** k));
    if (first * growth ** (count - 1) < last) continue;
    return { margin, confidence, lookConfidence, looks: [...earlier.filter((size) => size < last), last] };
  }
}

/**
 * Judge one look.
 *
 * @param look - index into `rule.looks`; that many have been drawn
 * @param intervalAt - makes the interval of what was drawn at a confidence
 * @returns whether to stop, and the interval, which holds with `rule.confidence` at whichever look it is
 * @throws {InvalidValueError} for a look that was not planned
 */
export function judgeLook(
  rule: StoppingRule,
  look: number,
  intervalAt: (confidence: number) => Interval,
): { readonly isDone: boolean; readonly interval: Interval } {
  requireCount("look", look, 0, rule.looks.length - 1);
  const made = intervalAt(rule.lookConfidence);
  const method = `${made.method}, look ${look + 1} of ${rule.looks.length}`;
  return {
    isDone: look === rule.looks.length - 1 || (made.high - made.low) / 2 <= rule.margin,
    interval: { ...made, confidence: rule.confidence, method },
  };
}
