// The proportion of a population cut into strata (layers, bits), each sampled on its own:
//   p = Σ W_h x_h/n_h, W_h = N_h/N,     V(P) = Σ W_h² p_h(1−p_h)/n'_h, n'_h = n_h(N_h−1)/(N_h−n_h)
// The interval holds all P with (p − P)² ≤ z² V(P), where p_h are the likeliest proportions under
// Σ W_h p_h = P (score interval of a linear combination; Martín Andrés et al. 2011). Unlike the closed
// variance at p_h = x_h/n_h it does not collapse where strata have no hit; one stratum gives Wilson's.
//
// With the multiplier λ, p_h solves a p² − (n' + a) p + x' = 0, a = λ W_h, and P falls as λ rises: each
// end is one bisection over λ. Strata nobody sampled may hold anything, and widen both ends by their W.

import { InvalidValueError } from "../base/errors.ts";
import { requireCount, requireShare } from "./input-rules.ts";
import { type Interval, usualConfidence } from "./interval.ts";
import { normalQuantile } from "./quantiles.ts";
import { effectiveSize } from "./wilson-interval.ts";

export interface Stratum {
  readonly population: number;
  /** Drawn without replacement. */
  readonly sampled: number;
  readonly hits: number;
}

interface Weighted {
  readonly weight: number;
  readonly share: number;
  /** n'_h; without end where all were drawn. */
  readonly size: number;
}

/**
 * The share of hits in the whole population. `value` is over the strata sampled.
 *
 * @throws {InvalidValueError} for no stratum, an empty one, or counts that cannot be
 */
export function stratifiedProportion(strata: readonly Stratum[], confidence = usualConfidence): Interval {
  checkStrata(strata);
  requireShare("confidence", confidence);
  const population = sum(strata.map((stratum) => stratum.population));
  const sampled = sum(strata.map((stratum) => stratum.sampled));
  const method = `stratified score, ${sampled} of ${population} in ${strata.length} strata`;
  const seen = strata.filter((stratum) => stratum.sampled > 0);
  const covered = sum(seen.map((stratum) => stratum.population));
  if (covered === 0) return { value: 0, low: 0, high: 1, confidence, method };
  const weighted = seen.map((stratum) => ({
    weight: stratum.population / covered,
    share: stratum.hits / stratum.sampled,
    size: effectiveSize(stratum.sampled, stratum.population),
  }));
  const value = sum(weighted.map(({ weight, share }) => weight * share));
  const z = normalQuantile(0.5 + confidence / 2);
  const known = covered / population;
  const hits = sum(strata.map((stratum) => stratum.hits));
  return {
    value,
    low: Math.max(known * scoreEnd(weighted, value, z, 1), hits / population),
    high: Math.min(known * scoreEnd(weighted, value, z, -1) + (1 - known), 1 - (sampled - hits) / population),
    confidence,
    method,
  };
}

function checkStrata(strata: readonly Stratum[]): void {
  if (strata.length === 0) throw new InvalidValueError("strata", "must hold at least one stratum", "none");
  for (const [i, { population, sampled, hits }] of strata.entries()) {
    requireCount(`strata[${i}].population`, population, 1, Number.MAX_SAFE_INTEGER);
    requireCount(`strata[${i}].sampled`, sampled, 0, population);
    requireCount(`strata[${i}].hits`, hits, 0, sampled);
  }
}

/** @param side - sign of λ: 1 for the lower end, −1 for the upper */
function scoreEnd(strata: readonly Weighted[], value: number, z: number, side: 1 | -1): number {
  if (strata.every(({ size }) => size === Infinity)) return value;
  const isWithin = (multiplier: number): boolean => {
    const { proportion, variance } = likeliest(strata, side * multiplier);
    // Where all p_h stand at 0 or 1 both sides are rounding errors, and the end lies further out.
    return (proportion - value) ** 2 <= z * z * Math.max(0, variance) + 1e-24;
  };
  let [inside, outside] = [0, 1];
  while (isWithin(outside) && outside < 1e100) [inside, outside] = [outside, outside * 4];
  for (let i = 0; i < 200; i++) {
    const middle = (inside + outside) / 2;
    if (isWithin(middle)) inside = middle;
    else outside = middle;
  }
  return Math.min(1, Math.max(0, likeliest(strata, side * outside).proportion));
}

/** P and V(P) at the multiplier λ. */
function likeliest(strata: readonly Weighted[], lambda: number): { proportion: number; variance: number } {
  let [proportion, variance] = [0, 0];
  for (const { weight, share, size } of strata) {
    if (size === Infinity) {
      proportion += weight * share;
      continue;
    }
    const a = lambda * weight;
    const b = size + a;
    // Of equal forms of the root, those that subtract no equal numbers.
    const root = Math.sqrt(
      a > 0 ? (size - a) ** 2 + 4 * a * size * (1 - share) : b * b - 4 * a * size * share,
    );
    const p = b > 0 ? (2 * size * share) / (b + root) : b < 0 || a < 0 ? (b - root) / (2 * a) : share;
    proportion += weight * p;
    variance += (weight * weight * p * (1 - p)) / size;
  }
  return { proportion, variance };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
