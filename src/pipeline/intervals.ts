// Intervals for what is measured on samples.
//
// Proportions: Wilson's score interval (Wilson 1927), which behaves at 0 and 1:
//   (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n)
// Means over few seeds: Student's t (mean ± t_{n−1} s/√n). One value has no interval: it is then
// as wide as `range` allows, never falsely narrow.

import type { Interval } from "./evaluation.ts";

const defaultConfidence = 0.95;

/** Accuracy `correct / total` with Wilson's interval. total 0 gives the whole of [0, 1]. */
export function accuracyInterval(correct: number, total: number, confidence = defaultConfidence): Interval {
  const method = `Wilson, ${total} images`;
  if (total === 0) return { value: 0, low: 0, high: 1, confidence, method };
  const z = normalQuantile(0.5 + confidence / 2);
  const p = correct / total;
  const centre = p + (z * z) / (2 * total);
  const half = z * Math.sqrt((p * (1 - p)) / total + (z * z) / (4 * total * total));
  const scale = 1 + (z * z) / total;
  const low = correct === 0 ? 0 : (centre - half) / scale;
  const high = correct === total ? 1 : (centre + half) / scale;
  return { value: p, low, high, confidence, method };
}

/**
 * Mean of the values of all seeds with Student's interval.
 *
 * @param range - the interval of a single value, and the bounds of every interval
 */
export function meanInterval(
  values: readonly number[],
  range: readonly [low: number, high: number],
  what: string,
  confidence = defaultConfidence,
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

/** Φ⁻¹(p) by bisection on Marsaglia's series for Φ (2004, eq. 1); to about 1e-12 for |z| < 6. */
export function normalQuantile(p: number): number {
  return bisect(p, -8, 8, (x) => {
    let sum = x;
    let term = x;
    for (let k = 3; Math.abs(term) > 1e-17 && k < 400; k += 2) {
      term *= (x * x) / k;
      sum += term;
    }
    return 0.5 + (sum * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI);
  });
}

/** Quantile of Student's t with whole degrees of freedom ν ≥ 1. */
export function studentQuantile(p: number, degrees: number): number {
  return bisect(p, -1e4, 1e4, (t) => studentCdf(t, degrees));
}

/** Finite series for whole ν (Abramowitz & Stegun 26.7.3 and 26.7.4), θ = atan(t/√ν). */
function studentCdf(t: number, degrees: number): number {
  const theta = Math.atan(t / Math.sqrt(degrees));
  const cos2 = Math.cos(theta) ** 2;
  if (degrees === 1) return 0.5 + theta / Math.PI;
  const odd = degrees % 2 === 1;
  let term = odd ? Math.cos(theta) : 1;
  let sum = 0;
  for (let k = odd ? 1 : 0; k <= degrees - 2; k += 2) {
    if (k > (odd ? 1 : 0)) term *= (cos2 * (k - 1)) / k;
    sum += term;
  }
  const share = odd ? (2 / Math.PI) * (theta + Math.sin(theta) * sum) : Math.sin(theta) * sum;
  return 0.5 + share / 2;
}

function bisect(target: number, from: number, to: number, increasing: (x: number) => number): number {
  let [low, high] = [from, to];
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (increasing(middle) < target) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
