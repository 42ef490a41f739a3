// Spikes of a batch in compressed rows: the events of sample s are those from offsets[s] up to
// offsets[s + 1], sorted by time, then neuron. Silent neurons take no room.
//
// A neuron may spike several times, even at one time: every event counts, so two at one time act as one
// with twice the weight.

import { InvalidValueError } from "../base/errors.ts";

export interface SpikeTrains {
  readonly samples: number;
  readonly neurons: number;
  /** Where each sample's events begin; the last is the count of all. Shape [samples + 1]. */
  readonly offsets: Uint32Array;
  /** Shape [events]. */
  readonly neuron: Uint32Array;
  /** Seconds from the sample's start. Shape [events]. */
  readonly timeS: Float64Array;
}

/** Events of one sample in any order. */
export interface SampleEvents {
  readonly neuron: ArrayLike<number>;
  readonly timeS: ArrayLike<number>;
}

export interface TrainRules {
  readonly neurons: number;
  readonly windowS: number;
  /**
   * What to do with events after the window, which can cause nothing. Default "refuse": most often they tell
   * of milliseconds taken for seconds. "drop" is for times that noise has moved.
   */
  readonly late?: "refuse" | "drop";
}

/**
 * Sort and check the events of every sample.
 *
 * @throws {InvalidValueError} naming sample and event, for neurons that do not exist, times that are negative,
 * infinite or no number, and late ones unless they are to be dropped
 */
export function spikeTrainsOf(samples: readonly SampleEvents[], rules: TrainRules): SpikeTrains {
  const kept = samples.map((events, s) => keptEvents(events, s, rules));
  const offsets = new Uint32Array(samples.length + 1);
  for (const [s, order] of kept.entries()) offsets[s + 1] = offsets[s] + order.length;
  const neuron = new Uint32Array(offsets[samples.length]);
  const timeS = new Float64Array(offsets[samples.length]);
  for (const [s, order] of kept.entries()) {
    for (const [i, e] of order.entries()) {
      neuron[offsets[s] + i] = samples[s].neuron[e];
      timeS[offsets[s] + i] = samples[s].timeS[e];
    }
  }
  return { samples: samples.length, neurons: rules.neurons, offsets, neuron, timeS };
}

/** The events of one sample, as views. */
export function sampleOf(
  { offsets, neuron, timeS }: SpikeTrains,
  sample: number,
): { readonly neuron: Uint32Array; readonly timeS: Float64Array } {
  const [from, to] = [offsets[sample], offsets[sample + 1]];
  return { neuron: neuron.subarray(from, to), timeS: timeS.subarray(from, to) };
}

/** Indices of events by time, then neuron, then index. */
export function eventOrder(neuron: ArrayLike<number>, timeS: ArrayLike<number>): number[] {
  return Array.from({ length: timeS.length }, (_, e) => e).sort(
    (d, e) => timeS[d] - timeS[e] || neuron[d] - neuron[e] || d - e,
  );
}

function keptEvents({ neuron, timeS }: SampleEvents, s: number, rules: TrainRules): readonly number[] {
  const { neurons, windowS, late = "refuse" } = rules;
  if (neuron.length !== timeS.length) {
    throw new InvalidValueError(
      `sample ${s}`,
      `must have a neuron for each of ${timeS.length} times`,
      neuron.length,
    );
  }
  let hasLate = false;
  for (let e = 0; e < timeS.length; e++) {
    if (!(Number.isInteger(neuron[e]) && neuron[e] >= 0 && neuron[e] < neurons)) {
      throw new InvalidValueError(
        `sample ${s}, event ${e}`,
        `must be of a neuron from 0 to ${neurons - 1}`,
        neuron[e],
      );
    }
    const time = timeS[e];
    if (!(time >= 0 && time < Infinity)) {
      throw new InvalidValueError(
        `sample ${s}, event ${e}`,
        "must be at a finite time of 0 or later",
        time,
        "Leave out neurons that do not spike.",
      );
    }
    if (time <= windowS) continue;
    if (late === "refuse") {
      throw new InvalidValueError(
        `sample ${s}, event ${e}`,
        `must be within the window of ${windowS} s`,
        `${time} s`,
        "Times are in seconds; lengthen the window, or have late events dropped.",
      );
    }
    hasLate = true;
  }
  const order = eventOrder(neuron, timeS);
  return hasLate ? order.filter((e) => timeS[e] <= windowS) : order;
}
