// The standard normal distribution, exact far into its tails.
//
//   φ(z) = exp(−z²/2) / √2π        Φ(z) = ½ erfc(−z/√2)
//   erfcx(x) = exp(x²) erfc(x)      log Φ(z) = log(½ erfcx(−z/√2)) − z²/2   for z < 0
//
// Everything rests on erfcx, which neither under- nor overflows for x ≥ 0: where Φ(z) is 0 in
// floating point, its logarithm is still known to 15 digits. erfcx by the rational approximations of
// Cody (1969, Math. Comp. 23, 631), relative error below 1e-15.

const sqrt2 = Math.SQRT2;
const logSqrt2Pi = 0.5 * Math.log(2 * Math.PI);
const inverseSqrtPi = 1 / Math.sqrt(Math.PI);

/** log φ(z). */
export function logNormalDensity(z: number): number {
  return -0.5 * z * z - logSqrt2Pi;
}

/** Φ(z). */
export function normalCdf(z: number): number {
  return z < 0 ? upperShare(-z) : 1 - upperShare(z);
}

/** log Φ(z): finite for every finite z above about −1e154. */
export function logNormalCdf(z: number): number {
  if (z < 0) return Math.log(0.5 * erfcx(-z / sqrt2)) - 0.5 * z * z;
  return Math.log1p(-upperShare(z));
}

/** log(Φ(b) − Φ(a)) for a ≤ b; −∞ when they are equal. */
export function logNormalMass(a: number, b: number): number {
  if (!(a < b)) return a === b ? -Infinity : Number.NaN;
  if (a > 0) return logNormalMass(-b, -a);
  const width = b - a;
  const middle = 0.5 * (a + b);
  if (width * Math.max(1, -middle) < 0.02) return logNarrowMass(middle, width);
  if (b > 0) return Math.log1p(-normalCdf(a) - normalCdf(-b));
  if (a === -Infinity) return logNormalCdf(b);
  // Φ(a)/Φ(b) from erfcx and a product, or the digits of two large logarithms would cancel.
  const ratio = (erfcx(-a / sqrt2) / erfcx(-b / sqrt2)) * Math.exp(width * middle);
  return logNormalCdf(b) + Math.log1p(-ratio);
}

/** The z with log Φ(z) = `logP`; `logP` at most 0. */
export function inverseLogNormalCdf(logP: number): number {
  if (logP === -Infinity) return -Infinity;
  if (logP >= 0) return logP === 0 ? Infinity : Number.NaN;
  if (logP > -Math.LN2) return -inverseLogNormalCdf(Math.log(-Math.expm1(logP)));
  // log Φ is concave: Newton's method climbs to the root from wherever its first step lands.
  let z = -Math.sqrt(-2 * (logP + Math.LN2));
  for (let i = 0; i < 40; i++) {
    const value = logNormalCdf(z);
    const step = (logP - value) * Math.exp(value - logNormalDensity(z));
    z += step;
    if (Math.abs(step) <= 1e-14 * Math.max(1, -z)) break;
  }
  return z;
}

/** The z with Φ(z) = p; p in [0, 1]. */
export function normalQuantile(p: number): number {
  return p <= 0.5 ? inverseLogNormalCdf(Math.log(p)) : -inverseLogNormalCdf(Math.log1p(-p));
}

/** The z in [a, b] below which lies the share u of a standard normal cut to [a, b]. */
export function truncatedNormalQuantile(u: number, a: number, b: number): number {
  const logMass = logNormalMass(a, b);
  // Measured from the nearer tail, where logarithms of shares keep their digits.
  const z =
    a < 0
      ? inverseLogNormalCdf(logSum(logNormalCdf(a), Math.log(u) + logMass))
      : -inverseLogNormalCdf(logSum(logNormalCdf(-b), Math.log1p(-u) + logMass));
  return Math.min(b, Math.max(a, z));
}

/** exp(x²) erfc(x). Overflows below −26. */
export function erfcx(x: number): number {
  if (x < 0) return 2 * Math.exp(x * x) - erfcx(-x);
  if (x <= 0.46875) return Math.exp(x * x) * (1 - smallErf(x));
  if (x <= 4) return ratio(middleUp, middleDown, x);
  if (x >= 1e8) return inverseSqrtPi / x;
  const t = 1 / (x * x);
  return (inverseSqrtPi - t * ratio(largeUp, largeDown, t)) / x;
}

/** 1 − Φ(z) for z ≥ 0. */
function upperShare(z: number): number {
  const x = z / sqrt2;
  return x <= 0.46875 ? 0.5 - 0.5 * smallErf(x) : 0.5 * Math.exp(-0.5 * z * z) * erfcx(x);
}

/** φ integrated over a narrow interval by its Taylor series about the middle. */
function logNarrowMass(middle: number, width: number): number {
  const m2 = middle * middle;
  const w2 = width * width;
  const bend = ((m2 - 1) * w2) / 24 + ((m2 * m2 - 6 * m2 + 3) * w2 * w2) / 1920;
  return logNormalDensity(middle) + Math.log(width) + Math.log1p(bend);
}

/** log(eᵃ + eᵇ). */
function logSum(a: number, b: number): number {
  const high = Math.max(a, b);
  return high === -Infinity ? high : Math.min(0, high + Math.log1p(Math.exp(Math.min(a, b) - high)));
}

// Cody's coefficients, highest power first.
const smallUp = [
  0.18577770618460315, 3.1611237438705655, 113.86415415105016, 377.485237685302, 3209.3775891384694,
];
const smallDown = [1, 23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171];
const middleUp = [
  2.1531153547440383e-8, 0.5641884969886701, 8.883149794388377, 66.11919063714163, 298.6351381974001,
  881.952221241769, 1712.0476126340707, 2051.0783778260716, 1230.3393547979972,
];
const middleDown = [
  1, 15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903, 3290.7992357334597,
  4362.619090143247, 3439.3676741437216, 1230.3393548037495,
];
const largeUp = [
  0.016315387137302097, 0.30532663496123236, 0.36034489994980445, 0.12578172611122926, 0.016083785148742275,
  0.0006587491615298378,
];
const largeDown = [
  1, 2.568520192289822, 1.8729528499234673, 0.5279051029514285, 0.06051834131244132, 0.0023352049762686918,
];

/** erf(x) for |x| ≤ 0.46875. */
function smallErf(x: number): number {
  return x * ratio(smallUp, smallDown, x * x);
}

function ratio(up: readonly number[], down: readonly number[], x: number): number {
  let top = up[0];
  let bottom = down[0];
  for (let i = 1; i < up.length; i++) top = top * x + up[i];
  for (let i = 1; i < down.length; i++) bottom = bottom * x + down[i];
  return top / bottom;
}
