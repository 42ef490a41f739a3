// Slopes that stand for a spike's on the way back, in float32: the kernel's twins, in the kernel's order.
//
// With x = v − θ and slope k:
//   atan             (k/2) / (1 + (π/2 · k x)²)
//   fastSigmoid      1 / (k|x| + 1)²
//   sigmoid          k e / (1 + e)², e = exp(−k|x|)
//   triangle         k max(0, 1 − k|x|)
//   superSpike       k / (|x| + 1)²
//   straightThrough  1

export const surrogateNames = [
  "atan",
  "fastSigmoid",
  "sigmoid",
  "triangle",
  "superSpike",
  "straightThrough",
] as const;
export type SurrogateName = (typeof surrogateNames)[number];

const { fround } = Math;
const single = Float32Array.of(0);
const bits = new Int32Array(single.buffer);

/** @param x - float32 */
export function surrogateSlopeScalar(name: SurrogateName, x: number, slope: number): number {
  const k = fround(slope);
  const size = Math.abs(x);
  switch (name) {
    case "atan": {
      const y = fround(fround(fround(Math.PI / 2) * k) * x);
      return fround(fround(k / 2) / fround(1 + fround(y * y)));
    }
    case "fastSigmoid":
      return inverseSquare(1, fround(fround(k * size) + 1));
    case "sigmoid": {
      const e = exponential(Math.max(-87, -fround(k * size)));
      const q = fround(1 + e);
      return fround(fround(k * e) / fround(q * q));
    }
    case "triangle":
      return fround(k * Math.max(0, fround(1 - fround(k * size))));
    case "superSpike":
      return inverseSquare(k, fround(size + 1));
    case "straightThrough":
      return 1;
  }
}

function inverseSquare(k: number, q: number): number {
  return fround(k / fround(q * q));
}

/** exp of numbers from −87 to 0 by a power of two and a polynomial, rounded where the kernel rounds. */
function exponential(x: number): number {
  const n = nearestEven(fround(x * fround(Math.LOG2E)));
  const high = fround(x - fround(n * fround(0.693359375)));
  const r = fround(high - fround(n * fround(-2.1219444e-4)));
  let sum = fround(1 / 720);
  for (const factor of [1 / 120, 1 / 24, 1 / 6, 0.5, 1, 1]) sum = fround(fround(sum * r) + fround(factor));
  bits[0] = (n + 127) << 23;
  return fround(sum * single[0]);
}

/** Ties go to the even number, as float32's nearest does. */
function nearestEven(x: number): number {
  const low = Math.floor(x);
  const above = x - low;
  if (above !== 0.5) return above < 0.5 ? low : low + 1;
  return low % 2 === 0 ? low : low + 1;
}
