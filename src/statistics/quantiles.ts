// The normal and Student's distribution, and their quantiles by bisection on the distribution functions.

import { InvalidValueError } from "../base/errors.ts";

/** Φ(z) by Marsaglia's series (2004, eq. 1); to about 1e-15 absolutely. */
export function normalCdf(z: number): number {
  // Beyond, a double beside 1 shows no difference, and the series would overflow.
  if (Math.abs(z) > 8.3) return z < 0 ? 0 : 1;
  let sum = z;
  let term = z;
  for (let k = 3; Math.abs(term) > 1e-17 && k < 400; k += 2) {
    term *= (z * z) / k;
    sum += term;
  }
  return 0.5 + (sum * Math.exp(-0.5 * z * z)) / Math.sqrt(2 * Math.PI);
}

/** Φ⁻¹(p); to about 1e-12 for |z| < 6, and within ±8 always. */
export function normalQuantile(p: number): number {
  return bisect(p, -8, 8, normalCdf);
}

/** Quantile of Student's t. @throws {InvalidValueError} for degrees of freedom that are not whole or below 1 */
export function studentQuantile(p: number, degrees: number): number {
  if (!(Number.isInteger(degrees) && degrees >= 1))
    throw new InvalidValueError("degrees of freedom", "must be a whole number of at least 1", degrees);
  // Cauchy's distribution: its quantiles leave every fixed bracket.
  if (degrees === 1) return Math.tan(Math.PI * (p - 0.5));
  return bisect(p, -1e4, 1e4, (t) => studentCdf(t, degrees));
}

/** Student's distribution for whole ν: finite series (Abramowitz & Stegun 26.7.3 and 26.7.4), θ = atan(t/√ν). */
export function studentCdf(t: number, degrees: number): number {
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
