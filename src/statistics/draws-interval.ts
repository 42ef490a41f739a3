// The interval of a mean from draws of a few units, e.g. five trained networks.
//
// Percentiles of draws cannot leave the hull of the units, so with few of them they cover too little
// whatever the level. Student's form can: value ± t_{n−1} √(n/(n−1)) sd(draws). Of plain means of n units
// it is Student's interval, as (n−1)/n of the variance is what resampling keeps; where lower levels (masks,
// images) are resampled too, their spread counts twice, and it is wider than needed, not narrower.

import { InvalidValueError } from "../base/errors.ts";
import { requireFinite, requireShare } from "./input-rules.ts";
import type { Interval } from "./interval.ts";
import type { PercentileOptions } from "./percentile-interval.ts";
import { studentQuantile } from "./quantiles.ts";

/**
 * @param draws - of a mean, a difference of means, or another statistic whose draws are near normal
 * @throws {InvalidValueError} for fewer than 2 draws or units, or a draw that is not finite
 */
export function drawsInterval(draws: Float64Array, options: PercentileOptions): Interval {
  const { value, confidence, units, method } = options;
  if (draws.length < 2) throw new InvalidValueError("draws", "must be at least 2", draws.length);
  if (!(units >= 2 && units < Infinity))
    throw new InvalidValueError("units", "must be from 2 to the size of the sample", units);
  requireShare("confidence", confidence);
  requireFinite("draws", draws);
  const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
  const squares = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (draws.length - 1));
  const t = studentQuantile(0.5 + confidence / 2, units - 1);
  const half = t * Math.sqrt(units / (units - 1)) * deviation;
  return { value, low: value - half, high: value + half, confidence, method };
}
