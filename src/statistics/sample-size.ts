// How many of N must be drawn, and how far n of N reach, for a proportion known to ± margin:
//   n = N / (1 + e²(N−1) / (t² p(1−p)))        e = t √(p(1−p)/n · (N−n)/(N−1))
// (Leveugle et al. 2009, eq. 1, the formula of fault-injection campaigns). p = 1/2 asks for most and
// holds whatever the truth. Campaigns in print round t to 2.58 for 99 %; give `t` to follow them.

import { InvalidValueError } from "../base/errors.ts";
import { requireCount, requireShare } from "./input-rules.ts";
import { normalQuantile } from "./quantiles.ts";

interface Precision {
  /** How many there are; Infinity when without end. */
  readonly population: number;
  /** Two-sided; 0.99 when left out. */
  readonly confidence?: number;
  /** Critical value in place of the normal quantile of `confidence`. */
  readonly t?: number;
  /** The proportion expected; 0.5 when left out, the safe choice. */
  readonly p?: number;
}

/**
 * The smallest sample whose margin is at most `margin`; rounded up, never more than the population.
 *
 * @throws {InvalidValueError} for a margin, confidence or p outside (0, 1)
 */
export function sampleSize({ margin, ...precision }: Precision & { readonly margin: number }): number {
  requireShare("margin", margin);
  const { population, spread } = checked(precision);
  const without = spread / (margin * margin);
  const size = population === Infinity ? without : population / (1 + (population - 1) / without);
  // A whole number must not become the next one by its rounding error.
  return Math.min(population, Math.ceil(size * (1 - 1e-12)));
}

/** The margin that `sampled` of the population reach: 0 for all of them, 1 for none. */
export function reachedMargin({ sampled, ...precision }: Precision & { readonly sampled: number }): number {
  const { population, spread } = checked(precision);
  requireCount("sampled", sampled, 0, population);
  if (sampled === 0) return 1;
  if (sampled === population) return 0;
  const left = population === Infinity ? 1 : (population - sampled) / (population - 1);
  return Math.min(1, Math.sqrt((spread / sampled) * left));
}

/** The population, and t² p(1−p). */
function checked({ population, confidence = 0.99, t, p = 0.5 }: Precision): {
  population: number;
  spread: number;
} {
  requireCount("population", population, 1);
  requireShare("confidence", confidence);
  requireShare("p", p);
  const critical = t ?? normalQuantile(0.5 + confidence / 2);
  if (!(critical > 0 && critical < Infinity)) throw new InvalidValueError("t", "must be above 0", critical);
  return { population, spread: critical * critical * p * (1 - p) };
}
