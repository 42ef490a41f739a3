// Sampled signals as events: send on delta.
//
//   r begins at a given level; while |x[t] − r| ≥ θ: an event of the sign of x[t] − r, and r moves by θ that way
//
// Where `deltaSpikes` compares a sample with the one before, r is what events have told so far: a slow rise is not
// lost, and the events' sum stays within θ of the signal (Miskowicz 2006).

import { InvalidValueError } from "../base/errors.ts";
import type { EventRecording } from "../data/event-recording.ts";

export interface SampledSignals {
  /** Shape [samples, channels]. */
  readonly values: ArrayLike<number>;
  readonly channels: number;
  readonly sampleUs: number;
}

/** More events of one sample are a mistake in θ. */
const mostAtOnce = 1000;

/**
 * @param threshold - θ > 0, in the values' unit
 * @param start - level that r begins with
 * @returns channels as columns; polarity 1 is a rise
 * @throws {InvalidValueError} for values that are no numbers, or a threshold far too small for them
 */
export function levelCrossings(
  { values, channels, sampleUs }: SampledSignals,
  { threshold, start }: { readonly threshold: number; readonly start: number },
): EventRecording {
  if (!(threshold > 0)) throw new InvalidValueError("threshold", "must be above 0", threshold);
  const level = new Float64Array(channels).fill(start);
  const [timeUs, x, polarity]: [number[], number[], number[]] = [[], [], []];
  for (let at = 0; at < values.length; at++) {
    const channel = at % channels;
    const difference = values[at] - level[channel];
    const count = Math.floor(Math.abs(difference) / threshold);
    if (!(count <= mostAtOnce)) {
      const place = `sample ${Math.floor(at / channels)}, channel ${channel}`;
      throw new InvalidValueError(
        place,
        `must be within ${mostAtOnce} thresholds of ${level[channel]}`,
        values[at],
      );
    }
    level[channel] += Math.sign(difference) * count * threshold;
    for (let i = 0; i < count; i++) {
      timeUs.push(Math.floor(at / channels) * sampleUs);
      x.push(channel);
      polarity.push(difference > 0 ? 1 : 0);
    }
  }
  return {
    width: channels,
    height: 1,
    polarities: 2,
    timeUs: Uint32Array.from(timeUs),
    x: Uint16Array.from(x),
    y: new Uint16Array(x.length),
    polarity: Uint8Array.from(polarity),
  };
}
