// The principal branch W of Lambert's function on [−1/e, 0), where neurons of equal time constants need it.
//
//   W e^W = z,  W ≥ −1
//
// Near z = −1/e, where the potential just touches the threshold, all digits of z that matter are lost to
// rounding. So z is given by its depth d = −ln(−z) − 1 ≥ 0, and 1 + W is returned, which solves
//
//   −w − ln(1 − w) = d,  w = 1 + W in [0, 1)
//
// Corless, Gonnet, Hare, Jeffrey & Knuth, On the Lambert W function (1996), §3 and §5.

/** Below it the square root of the branch point rules, above it the logarithm. */
const shallow = 0.3;

/**
 * 1 + W(−e^(−1 − depth)), to the last digits.
 *
 * @param depth - at least 0; at 0 the two branches meet and the result is 0
 */
export function onePlusLambertW(depth: number): number {
  return depth < shallow ? fromBranchPoint(depth) : fromLogarithm(depth);
}

function fromBranchPoint(depth: number): number {
  const s = Math.sqrt(2 * depth);
  // d = w²/2 + w³/3 + …, inverted.
  let w = s * (1 + s * (-1 / 3 + s * (1 / 36 + s * (1 / 270 + s * (1 / 4320 - s / 17010)))));
  // Nearer than this the series is exact to rounding, and −w − ln(1 − w) is not.
  if (s < 0.01) return w;
  for (let i = 0; i < 3; i++) w -= ((-w - Math.log1p(-w) - depth) * (1 - w)) / w;
  return w;
}

function fromLogarithm(depth: number): number {
  // y = ln(−W) by Newton on e^y − y = 1 + d; it converges from the left of the root.
  let y = -1 - depth;
  for (let i = 0; i < 8; i++) {
    const step = (Math.exp(y) - y - 1 - depth) / Math.expm1(y);
    y -= step;
    if (Math.abs(step) < 1e-16 * depth) break;
  }
  return -Math.expm1(y);
}
