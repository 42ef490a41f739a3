// exp and log in float64 by polynomials: the machine's own would differ from the scalar twin in the last bit.
// The same operations in the same order: src/kernels/event-math.ts.

/** e^x, x cut to [-700, 700]; relative error below 1e-15. */
export function expF64(x: f64): f64 {
  x = max<f64>(-700, min<f64>(700, x));
  const n = floor(x * 1.4426950408889634 + 0.5);
  const r = x - n * 0.6931471803691238 - n * 1.9082149292705877e-10;
  let y: f64 = 1.0 / 6227020800.0;
  y = y * r + 1.0 / 479001600.0;
  y = y * r + 1.0 / 39916800.0;
  y = y * r + 1.0 / 3628800.0;
  y = y * r + 1.0 / 362880.0;
  y = y * r + 1.0 / 40320.0;
  y = y * r + 1.0 / 5040.0;
  y = y * r + 1.0 / 720.0;
  y = y * r + 1.0 / 120.0;
  y = y * r + 1.0 / 24.0;
  y = y * r + 1.0 / 6.0;
  y = y * r + 0.5;
  y = y * r + 1.0;
  y = y * r + 1.0;
  return y * reinterpret<f64>((<i64>n + 1023) << 52);
}

/** ln z of a normal number above 0; relative error below 1e-15, near 1 as well. */
export function logF64(z: f64): f64 {
  const bits = reinterpret<i64>(z);
  let exponent = <f64>((bits >> 52) - 1023);
  let m = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    exponent += 1;
  }
  const f = (m - 1) / (m + 1);
  const s = f * f;
  let y: f64 = 1.0 / 21.0;
  y = y * s + 1.0 / 19.0;
  y = y * s + 1.0 / 17.0;
  y = y * s + 1.0 / 15.0;
  y = y * s + 1.0 / 13.0;
  y = y * s + 1.0 / 11.0;
  y = y * s + 1.0 / 9.0;
  y = y * s + 1.0 / 7.0;
  y = y * s + 1.0 / 5.0;
  y = y * s + 1.0 / 3.0;
  y = y * s + 1.0;
  return exponent * 0.6931471805599453 + 2 * f * y;
}
