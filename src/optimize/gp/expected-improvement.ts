// Logarithm of the expected improvement of a normal variable, accurate where the improvement itself is 0 in
// floating point (Ament et al. 2023, "Unexpected improvements to expected improvement").
//
//   h(z) = φ(z) + z Φ(z)          E[(t − Y)⁺] = σ h((t − μ)/σ) for Y ~ N(μ, σ²)
//   z < −1:  h(z) = φ(z) (1 − √(π/2) |z| erfcx(|z|/√2));   |z| ≥ 100: the bracket's series 1/z² − 3/z⁴ + …

import { erfcx, logNormalCdf, logNormalDensity, normalCdf } from "../normal-distribution.ts";

const rootHalfPi = Math.sqrt(Math.PI / 2);

/** log h(z); −∞ at −∞. */
export function logImprovement(z: number): number {
  if (z > -1) return Math.log(Math.exp(logNormalDensity(z)) + z * normalCdf(z));
  if (z === -Infinity) return z;
  if (z > -100) return logNormalDensity(z) + Math.log1p(rootHalfPi * z * erfcx(-z * Math.SQRT1_2));
  const t = 1 / (z * z);
  return logNormalDensity(z) + Math.log(t) + Math.log1p(t * (-3 + t * (15 - 105 * t)));
}

/**
 * log(h(b) − h(a)) for a < b: what a threshold adds that is moved up from a to b.
 *
 * @param logAtA - log h(a)
 * @param logAtB - log h(b)
 */
export function logImprovementBetween(a: number, b: number, logAtA: number, logAtB: number): number {
  if (a === -Infinity) return logAtB;
  const width = b - a;
  // h' = Φ, nearly constant over a narrow interval; the difference of logarithms would lose its digits there.
  const middle = 0.5 * (a + b);
  if (width * Math.max(1, Math.abs(middle)) < 1e-4) return Math.log(width) + logNormalCdf(middle);
  return logAtB + Math.log1p(-Math.exp(logAtA - logAtB));
}
