// Intervals of any statistic, by drawing the sample again from itself (Efron 1979).
//
// A statistic is a function of the places drawn, so what belongs together (ANN and SNN under one mask)
// is drawn together: read both arrays at the same places, and the bootstrap is paired.
//
//   percentile   see percentile-interval.ts
//   bca          levels Φ(z₀ + (z₀ + z)/(1 − a(z₀ + z))): z₀ the bias, Φ⁻¹ of the share of draws below
//                the value; a the acceleration from leaving each place out (Efron 1987, eqs. 2.3, 6.6)
//
// Values that are all equal give an interval without width: the bootstrap knows no more than it saw.

import { InvalidValueError } from "../base/errors.ts";
import { Random, type StreamKey } from "../base/random.ts";
import { requireCount, requireShare } from "./input-rules.ts";
import { type Interval, usualConfidence } from "./interval.ts";
import { drawAt, percentileInterval } from "./percentile-interval.ts";
import { normalCdf, normalQuantile } from "./quantiles.ts";

/** @param places - indices into the sample, with repetitions; lent for the call only */
export type Statistic = (places: Int32Array) => number;

export interface BootstrapOptions {
  /** Of the sample. */
  readonly size: number;
  readonly statistic: Statistic;
  readonly key: StreamKey;
  /** The interval of a sample of fewer than two, e.g. [-1, 1]. */
  readonly range: readonly [low: number, high: number];
  readonly kind?: "percentile" | "bca";
  readonly draws?: number;
  readonly confidence?: number;
  /** What the sample is of, for `method`, e.g. "fault seeds". */
  readonly what?: string;
}

/**
 * @throws {InvalidValueError} for an empty sample, or a statistic that is not finite for a resample
 */
export function bootstrapInterval(options: BootstrapOptions): Interval {
  const { size, range, kind = "bca", draws = 2000, confidence = usualConfidence, what = "values" } = options;
  requireCount("size", size, 1, 2 ** 31 - 1);
  requireCount("draws", draws, 100, 1e7);
  requireShare("confidence", confidence);
  const statistic: Statistic = (places) => finite(options.statistic(places));
  const value = statistic(Int32Array.from({ length: size }, (_, i) => i));
  if (size < 2) {
    return { value, low: range[0], high: range[1], confidence, method: `${what}: too few for an interval` };
  }
  const drawn = resample({ size, statistic, draws, random: new Random(options.key) });
  const method = `${kind === "bca" ? "BCa" : "percentile"} bootstrap, ${size} ${what}`;
  if (kind === "percentile") return percentileInterval(drawn, { value, confidence, units: size, method });
  drawn.sort();
  const z0 = bias(drawn, value);
  const a = acceleration(size, statistic);
  const end = (z: number): number => {
    const shrink = 1 - a * (z0 + z);
    // Past the pole of the correction the end is the last draw there is.
    return drawAt(drawn, normalCdf(shrink > 0 ? z0 + (z0 + z) / shrink : (z0 + z) * Infinity));
  };
  const z = normalQuantile(0.5 + confidence / 2);
  return { value, low: end(-z), high: end(z), confidence, method };
}

function finite(value: number): number {
  if (Number.isFinite(value)) return value;
  throw new InvalidValueError(
    "statistic",
    "must be finite for every resample",
    value,
    "A ratio whose denominator can be 0 has no bootstrap interval; take pairedRatio.",
  );
}

function resample({
  size,
  statistic,
  draws,
  random,
}: {
  size: number;
  statistic: Statistic;
  draws: number;
  random: Random;
}): Float64Array {
  const places = new Int32Array(size);
  return Float64Array.from({ length: draws }, () => {
    for (let i = 0; i < size; i++) places[i] = random.integer(size);
    return statistic(places);
  });
}

/** z₀; draws equal to the value count half, and a share of 0 or 1 as half a draw. */
function bias(draws: Float64Array, value: number): number {
  let below = 0;
  for (const draw of draws) below += draw < value ? 1 : draw === value ? 0.5 : 0;
  const share = Math.min(1 - 0.5 / draws.length, Math.max(0.5 / draws.length, below / draws.length));
  return normalQuantile(share);
}

function acceleration(size: number, statistic: Statistic): number {
  const places = Int32Array.from({ length: size - 1 }, (_, i) => i + 1);
  const left = new Float64Array(size);
  for (let out = 0; out < size; out++) {
    left[out] = statistic(places);
    // Place `out` comes back where the next one to leave out stood.
    if (out < size - 1) places[out] = out;
  }
  const mean = left.reduce((sum, x) => sum + x, 0) / size;
  let [squares, cubes] = [0, 0];
  for (const x of left) {
    squares += (mean - x) ** 2;
    cubes += (mean - x) ** 3;
  }
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
}
