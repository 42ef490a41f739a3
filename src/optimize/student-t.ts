// Student's t distribution for whole degrees of freedom, by the finite sums of Abramowitz & Stegun (1964,
// 26.7.3 and 26.7.4): with θ = atan(t/√ν), P(|T| ≤ t) is
//
//   ν odd    2/π (θ + sin θ (cos θ + 2/3 cos³ θ + … ))
//   ν even   sin θ (1 + 1/2 cos² θ + (1·3)/(2·4) cos⁴ θ + … )

/**
 * P(T > t).
 *
 * @param degrees - ν, a whole number from 1
 */
export function studentTail(t: number, degrees: number): number {
  if (t < 0) return 1 - studentTail(-t, degrees);
  const angle = Math.atan(t / Math.sqrt(degrees));
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const isOdd = degrees % 2 === 1;
  let term = isOdd ? cosine : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let k = isOdd ? 3 : 2; k <= degrees - 2; k += 2) {
    term *= (cosine * cosine * (k - 1)) / k;
    sum += term;
  }
  const within = isOdd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
  return Math.max(0, (1 - within) / 2);
}
