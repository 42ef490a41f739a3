// Delta encoding of time series: a spike where a value has risen far enough since the step before.
//
//   on   x[t] − x[t − 1] ≥ θ        off   x[t] − x[t − 1] ≤ −θ        in float32
//
// x[−1] is 0, as snnTorch's `spikegen.delta` has it by default, or x[0] (its `padding`). A slow rise
// never fires: steps are compared with the step before, not with the last spike's value. Off-spikes,
// where wanted, are further inputs behind the on-spikes.

import { InvalidValueError } from "../base/errors.ts";
import type { InputSpikes } from "./input-spikes.ts";

export interface DeltaOptions {
  /** Shape [samples, steps, features]. */
  readonly values: Float32Array;
  readonly steps: number;
  readonly features: number;
  /** θ > 0, in the values' unit. */
  readonly threshold: number;
  /** Whether falls make spikes, too: twice as many inputs. */
  readonly hasOffSpikes: boolean;
  /** What the first step is compared with: 0, or itself, which keeps it silent. Default "zero". */
  readonly before?: "zero" | "first";
}

/** @throws {InvalidValueError} for a threshold of 0 or less, or values that are no whole samples or no numbers */
export function deltaSpikes(options: DeltaOptions): InputSpikes {
  requireSeries(options);
  const { values, steps, features, hasOffSpikes, before = "zero" } = options;
  const threshold = Math.fround(options.threshold);
  const segments = values.length / features;
  const events = new Int32Array(values.length);
  const ends = new Int32Array(segments);
  const off = new Int32Array(features);
  let end = 0;
  for (let segment = 0; segment < segments; segment++) {
    const isFirst = segment % steps === 0;
    let falls = 0;
    for (let f = 0, at = segment * features; f < features; f++, at++) {
      const earlier = !isFirst ? values[at - features] : before === "first" ? values[at] : 0;
      const rise = Math.fround(values[at] - earlier);
      if (rise >= threshold) events[end++] = f;
      else if (hasOffSpikes && rise <= -threshold) off[falls++] = features + f;
    }
    events.set(off.subarray(0, falls), end);
    end += falls;
    ends[segment] = end;
  }
  const inputs = features * (hasOffSpikes ? 2 : 1);
  return { samples: segments / steps, steps, inputs, events: events.slice(0, end), ends };
}

function requireSeries({ values, steps, features, threshold }: DeltaOptions): void {
  if (!(Math.fround(threshold) > 0)) throw new InvalidValueError("threshold", "must be above 0", threshold);
  for (const [name, size] of Object.entries({ steps, features })) {
    if (Number.isInteger(size) && size >= 1) continue;
    throw new InvalidValueError(name, "must be a whole number of at least 1", size);
  }
  if (values.length % (steps * features) !== 0) {
    throw new InvalidValueError("values", `must be whole samples of ${steps} × ${features}`, values.length);
  }
  const bad = values.findIndex((x) => !Number.isFinite(x));
  if (bad === -1) return;
  const segment = Math.floor(bad / features);
  const place = `sample ${Math.floor(segment / steps)}, step ${segment % steps}, feature ${bad % features}`;
  throw new InvalidValueError(place, "must be a finite number", values[bad]);
}
