// The mean of something over a population of faults, from a sample of faults in one or more strata.
//
//   m = Σ W_h m_h,   V = Σ W_h² s_h²/n_h (1 − n_h/N_h),   W_h = N_h/N          (Cochran 1977, eqs. 5.1 and 5.7)
//   m ± t √V,        degrees (Σ v_h)² / Σ v_h²/(n_h − 1)                         (Satterthwaite 1946)
//
// The unit is the fault: a fault gives one number, such as the share of images whose class it changes, however
// many images it was tried on; the images are taken as they are. Of an exhaustive campaign the mean is the
// mean, without an interval. Where all faults drawn gave the same, Student's interval would have no width: the
// ends then say how many faults may do anything else (the score interval of none). A stratum nobody drew from
// may hold anything.

import { type Interval, usualConfidence } from "../statistics/interval.ts";
import { studentQuantile } from "../statistics/quantiles.ts";
import { stratifiedProportion } from "../statistics/stratified-proportion.ts";
import { wilsonInterval } from "../statistics/wilson-interval.ts";

/** One number a fault, summed over the faults drawn from a stratum. */
export interface SampledStratum {
  /** Infinity for draws of a fault model. */
  readonly population: number;
  readonly sampled: number;
  readonly sum: number;
  /** Of squares. */
  readonly squares: number;
}

/**
 * @param strata - at least one, none without faults; of a population without end only one
 * @param range - ends of what a fault can give
 * @param what - what was drawn, for `method`
 */
export function meanOfFaults(
  strata: readonly SampledStratum[],
  range: readonly [low: number, high: number],
  confidence = usualConfidence,
  what = "faults",
): Interval {
  const seen = strata.filter(({ sampled }) => sampled > 0);
  const population = total(strata.map((stratum) => stratum.population));
  const sampled = total(seen.map((stratum) => stratum.sampled));
  const [least, most] = range;
  const method = `Student t, ${drawn(sampled, population)} ${what}${inStrata(strata)}`;
  if (sampled === 0)
    return { value: 0, low: least, high: most, confidence, method: `none of the ${what} drawn` };
  const covered = total(seen.map((stratum) => stratum.population));
  const parts = seen.map((stratum) =>
    partOf(stratum, seen.length === 1 ? 1 : stratum.population / covered, range),
  );
  const value = total(parts.map(({ mean }) => mean));
  const variance = total(parts.map((part) => part.variance));
  const known = covered === population ? 1 : covered / population;
  const widened = (low: number, high: number): Interval => ({
    value,
    low: known * Math.max(least, low) + (1 - known) * least,
    high: known * Math.min(most, high) + (1 - known) * most,
    confidence,
    method,
  });
  if (sampled === population)
    return { value, low: value, high: value, confidence, method: `all ${sampled} ${what}` };
  if (variance > 0) {
    const squares = total(parts.map((part) => part.variance ** 2 / part.degrees));
    const half =
      studentQuantile(0.5 + confidence / 2, wholeDegrees(variance ** 2 / squares)) * Math.sqrt(variance);
    return widened(value - half, value + half);
  }
  const others = shareOfFaults(
    seen.map((stratum) => ({ ...stratum, sum: 0 })),
    confidence,
    what,
  ).high;
  return {
    ...widened(value - others * (value - least), value + others * (most - value)),
    method: `${method}, all alike`,
  };
}

/**
 * The share of faults that do something, from numbers of 0 or 1; of shares an interval that is never too narrow,
 * as nothing between 0 and 1 varies more than 0 and 1 themselves. `sum` is rounded down for the lower end and up
 * for the upper.
 */
export function shareOfFaults(
  strata: readonly Omit<SampledStratum, "squares">[],
  confidence = usualConfidence,
  what = "faults",
): Interval {
  const interval = (round: (sum: number) => number): Interval => {
    const [{ population, sampled, sum }] = strata;
    if (strata.length === 1)
      return wilsonInterval({ hits: round(sum), sampled, population, confidence, what });
    return stratifiedProportion(
      strata.map((stratum) => ({
        population: stratum.population,
        sampled: stratum.sampled,
        hits: round(stratum.sum),
      })),
      confidence,
    );
  };
  const all = total(strata.map(({ population }) => population));
  const run = total(strata.map(({ sampled }) => sampled));
  if (run === all) {
    const value = total(strata.map(({ sum }) => sum)) / all;
    return { value, low: value, high: value, confidence, method: `all ${all} ${what}` };
  }
  const [lower, upper] = [interval(Math.floor), interval(Math.ceil)];
  const seen = strata.filter(({ sampled }) => sampled > 0);
  const covered = total(seen.map(({ population }) => population));
  const weight = (population: number): number => (seen.length === 1 ? 1 : population / covered);
  const value = total(seen.map(({ population, sampled, sum }) => (weight(population) * sum) / sampled));
  return { ...lower, value, high: upper.high };
}

/** Rounded down, and no more than make a difference: both widen the interval, by less than can be read. */
function wholeDegrees(degrees: number): number {
  return Math.min(10_000, Math.max(1, Math.floor(degrees + 1e-9)));
}

/** A stratum's share of the mean and of its variance. */
function partOf(
  { population, sampled, sum, squares }: SampledStratum,
  weight: number,
  [least, most]: readonly [low: number, high: number],
): { readonly mean: number; readonly variance: number; readonly degrees: number } {
  const mean = sum / sampled;
  // Of a single draw nothing is known but how far it can be from the others.
  const spread =
    sampled === 1
      ? ((most - least) / 2) ** 2
      : Math.max(0, (squares - sampled * mean * mean) / (sampled - 1));
  // Values that are all alike leave a rounding error.
  const own = spread < 1e-18 ? 0 : spread;
  const left = population === Infinity ? 1 : 1 - sampled / population;
  return {
    mean: weight * mean,
    variance: (weight * weight * own * left) / sampled,
    degrees: Math.max(1, sampled - 1),
  };
}

function drawn(sampled: number, population: number): string {
  return population === Infinity ? String(sampled) : `${sampled} of ${population}`;
}

function inStrata({ length }: readonly unknown[]): string {
  return length === 1 ? "" : ` in ${length} strata`;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
