// exp and log of the event kernels, operation for operation: see assembly/event-math.ts.

const real = new Float64Array(1);
const words = new Uint32Array(real.buffer);
/** Where the exponent stands. */
const high = new Uint8Array(Float64Array.of(1).buffer)[7] === 0x3f ? 1 : 0;

/** Coefficients from the highest power down. */
const exponential = [6227020800, 479001600, 39916800, 3628800, 362880, 40320, 5040, 720, 120, 24, 6, 2, 1, 1];
const logarithm = [21, 19, 17, 15, 13, 11, 9, 7, 5, 3, 1];

/** e^x, x cut to [−700, 700]. */
export function expF64(x: number): number {
  const within = Math.max(-700, Math.min(700, x));
  const n = Math.floor(within * Math.LOG2E + 0.5);
  const r = within - n * 0.6931471803691238 - n * 1.9082149292705877e-10;
  let y = 0;
  for (const factorial of exponential) y = y * r + 1 / factorial;
  return y * 2 ** n;
}

/** ln z of a normal number above 0. */
export function logF64(z: number): number {
  real[0] = z;
  let exponent = (words[high] >>> 20) - 1023;
  words[high] = (words[high] & 0x000fffff) | 0x3ff00000;
  let m = real[0];
  if (m > Math.SQRT2) {
    m *= 0.5;
    exponent += 1;
  }
  const f = (m - 1) / (m + 1);
  const s = f * f;
  let y = 0;
  for (const odd of logarithm) y = y * s + 1 / odd;
  return exponent * Math.LN2 + 2 * f * y;
}
