// Wilson's score interval of a proportion (Wilson 1927): all P with |p − P| ≤ z √(P(1−P)/n),
//   (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n),
// which behaves at 0 and 1. Of a finite population of N, n drawn without replacement, the variance has
// the factor (N−n)/(N−1) (Cochran 1977, eq. 3.8), as if n(N−1)/(N−n) had been drawn; and what was seen
// bounds the truth: at least the hits found are in the population, and at least the misses.

import { requireCount, requireShare } from "./input-rules.ts";
import { type Interval, usualConfidence } from "./interval.ts";
import { normalQuantile } from "./quantiles.ts";

export interface ProportionSample {
  readonly hits: number;
  readonly sampled: number;
  /** What was drawn from, without replacement; without end when left out. */
  readonly population?: number | undefined;
  readonly confidence?: number;
  /** What was drawn, for `method`, e.g. "faults". */
  readonly what?: string;
}

/**
 * The share of hits. Nothing sampled gives the whole of [0, 1], all sampled the share itself.
 *
 * @throws {InvalidValueError} for counts that cannot be
 */
export function wilsonInterval(sample: ProportionSample): Interval {
  const { hits, sampled, population = Infinity, confidence = usualConfidence, what = "drawn" } = sample;
  requireCount("population", population, 0);
  requireCount("sampled", sampled, 0, population);
  requireCount("hits", hits, 0, sampled);
  requireShare("confidence", confidence);
  const of = population === Infinity ? "" : ` of ${population}`;
  const method = `Wilson, ${sampled}${of} ${what}`;
  if (sampled === 0) return { value: 0, low: 0, high: 1, confidence, method };
  const value = hits / sampled;
  if (sampled === population) return { value, low: value, high: value, confidence, method };
  const [low, high] = wilsonEnds(value, effectiveSize(sampled, population), confidence);
  return {
    value,
    low: Math.max(low, hits / population),
    high: Math.min(high, 1 - (sampled - hits) / population),
    confidence,
    method,
  };
}

/** How many draws with replacement tell as much as `sampled` of `population` without: n(N−1)/(N−n). */
export function effectiveSize(sampled: number, population: number): number {
  if (sampled === population) return Infinity;
  return population === Infinity ? sampled : (sampled * (population - 1)) / (population - sampled);
}

/** Both ends for the share p of n draws; n may be fractional or without end. */
function wilsonEnds(p: number, n: number, confidence: number): readonly [low: number, high: number] {
  const z = normalQuantile(0.5 + confidence / 2);
  const centre = p + (z * z) / (2 * n);
  const half = z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  const scale = 1 + (z * z) / n;
  // At the edges the difference of two equal numbers must not leave a rounding error.
  return [p === 0 ? 0 : (centre - half) / scale, p === 1 ? 1 : (centre + half) / scale];
}
