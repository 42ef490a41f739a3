// Delta encoding of time series: a spike where a value has risen far enough since the step before.
//
//   on   x[t] − x[t − 1] ≥ θ        off   x[t] − x[t − 1] ≤ −θ        with x[−1] = 0
//
// The first step so compares with 0, as snnTorch's `spikegen.delta` does by default. Off-spikes,
// where wanted, are further inputs behind the on-spikes.

import { InvalidValueError } from "../base/errors.ts";
import type { InputSpikes } from "./input-spikes.ts";

export interface DeltaOptions {
  /** Shape [samples, steps, features]. */
  readonly values: Float32Array;
  readonly steps: number;
  readonly features: number;
  /** θ > 0. */
  readonly threshold: number;
  /** Whether falls make spikes, too: twice as many inputs. */
  readonly hasOffSpikes: boolean;
}

/** @throws {InvalidValueError} for a threshold of 0 or less, or values that are no whole samples or no numbers */
export function deltaSpikes({ values, steps, features, threshold, hasOffSpikes }: DeltaOptions): InputSpikes {
  if (!(threshold > 0)) throw new InvalidValueError("threshold", "must be above 0", threshold);
  const samples = values.length / (steps * features);
  if (!Number.isInteger(samples)) {
    throw new InvalidValueError("values", `must be whole samples of ${steps} × ${features}`, values.length);
  }
  const events: number[] = [];
  const ends: number[] = [];
  for (let segment = 0; segment < samples * steps; segment++) {
    const off: number[] = [];
    for (let f = 0; f < features; f++) {
      const x = values[segment * features + f];
      if (!Number.isFinite(x)) {
        const place = `sample ${Math.floor(segment / steps)}, step ${segment % steps}, feature ${f}`;
        throw new InvalidValueError(place, "must be a finite number", x);
      }
      const rise = Math.fround(x - (segment % steps === 0 ? 0 : values[(segment - 1) * features + f]));
      if (rise >= Math.fround(threshold)) events.push(f);
      else if (hasOffSpikes && rise <= -Math.fround(threshold)) off.push(features + f);
    }
    events.push(...off);
    ends.push(events.length);
  }
  const inputs = features * (hasOffSpikes ? 2 : 1);
  return { samples, steps, inputs, events: Int32Array.from(events), ends: Int32Array.from(ends) };
}
