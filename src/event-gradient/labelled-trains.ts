// Labelled spike trains: what training and evaluation run on. Sets are coded once, in parts, into memory that threads may
// share; batches are gathered from them, with noise on their times if asked.

import { InvalidValueError, requireSameLength } from "../base/errors.ts";
import { Random } from "../base/random.ts";
import { float, type Values } from "../space/field.ts";
import { type LatencyInputs, latencyFields, latencyTrains } from "./latency-trains.ts";
import { type SampleEvents, type SpikeTrains, sampleOf, spikeTrainsOf } from "./spike-trains.ts";

export interface LabelledTrains {
  readonly trains: SpikeTrains;
  /** Class of every sample. Shape [samples]. */
  readonly labels: Uint8Array;
}

/** How values become spikes. */
export const eventCodingFields = {
  ...latencyFields,
  biasS: float({
    about: "time at which one more input spikes in every sample; −1: there is none",
    unit: "s",
    low: -1,
    high: 1e6,
    default: -1,
  }),
};

export type EventCoding = Values<typeof eventCodingFields>;

/** Inputs of the network for so many values. */
export function inputsOf(values: number, { biasS }: EventCoding): number {
  return biasS < 0 ? values : values + 1;
}

/**
 * Code values as spikes; arrays of the result lie in shared memory where there is such.
 *
 * @param labels - shape [samples]
 * @throws {InvalidValueError} as `latencyTrains` and `spikeTrainsOf` do, and for labels that are not one a sample
 */
export function labelledTrains(
  { values, inputs }: LatencyInputs,
  labels: Uint8Array,
  { coding, windowS }: { readonly coding: EventCoding; readonly windowS: number },
): LabelledTrains {
  const samples = values.length / inputs;
  if (labels.length !== samples)
    throw new InvalidValueError("labels", `must be those of ${samples} samples`, labels.length);
  const together = 1000;
  const parts: SpikeTrains[] = [];
  for (let from = 0; from < samples; from += together) {
    const some = values.subarray(from * inputs, Math.min(samples, from + together) * inputs);
    parts.push(withBias(latencyTrains({ values: some, inputs }, coding), coding, windowS));
  }
  return { trains: joined(parts, inputsOf(inputs, coding)), labels: Uint8Array.from(labels) };
}

function withBias(trains: SpikeTrains, coding: EventCoding, windowS: number): SpikeTrains {
  const { biasS } = coding;
  const neurons = inputsOf(trains.neurons, coding);
  const last = trains.timeS.reduce((latest, time) => Math.max(latest, time), biasS);
  // Input is only sorted again where something is added or must be refused.
  if (biasS < 0 && last <= windowS) return trains;
  const samples = Array.from({ length: trains.samples }, (_, s): SampleEvents => {
    const { neuron, timeS } = sampleOf(trains, s);
    return biasS < 0 ? { neuron, timeS } : { neuron: [...neuron, trains.neurons], timeS: [...timeS, biasS] };
  });
  return spikeTrainsOf(samples, { neurons, windowS });
}

function joined(parts: readonly SpikeTrains[], neurons: number): SpikeTrains {
  const samples = parts.reduce((sum, part) => sum + part.samples, 0);
  const events = parts.reduce((sum, part) => sum + part.timeS.length, 0);
  const trains = {
    samples,
    neurons,
    offsets: new Uint32Array(shareable(4 * (samples + 1))),
    neuron: new Uint32Array(shareable(4 * events)),
    timeS: new Float64Array(shareable(8 * events)),
  };
  let [sample, event] = [0, 0];
  for (const part of parts) {
    for (let s = 1; s <= part.samples; s++) trains.offsets[sample + s] = event + part.offsets[s];
    trains.neuron.set(part.neuron, event);
    trains.timeS.set(part.timeS, event);
    sample += part.samples;
    event += part.timeS.length;
  }
  return trains;
}

/** Browsers give shared memory to isolated pages only. */
function shareable(bytes: number): ArrayBuffer | SharedArrayBuffer {
  return typeof SharedArrayBuffer === "undefined" ? new ArrayBuffer(bytes) : new SharedArrayBuffer(bytes);
}

export interface InputNoise {
  /** Standard deviation, s. */
  readonly noiseS: number;
  readonly windowS: number;
  readonly seed: number;
  readonly epoch: number;
}

/**
 * The samples named, in that order. Noise moves every event by a normal draw; what would come before 0 is mirrored
 * (Göltz et al. 2021), what comes after the window is lost.
 *
 * @param order - places in the set
 */
export function gatherTrains(trains: SpikeTrains, order: ArrayLike<number>, noise: InputNoise): SpikeTrains {
  if (noise.noiseS > 0) {
    const samples = Array.from(order, (s) => jittered(sampleOf(trains, s), s, trains.samples, noise));
    return spikeTrainsOf(samples, { neurons: trains.neurons, windowS: noise.windowS, late: "drop" });
  }
  const offsets = new Uint32Array(order.length + 1);
  for (let i = 0; i < order.length; i++) {
    offsets[i + 1] = offsets[i] + trains.offsets[order[i] + 1] - trains.offsets[order[i]];
  }
  const neuron = new Uint32Array(offsets[order.length]);
  const timeS = new Float64Array(offsets[order.length]);
  for (let i = 0; i < order.length; i++) {
    const sample = sampleOf(trains, order[i]);
    neuron.set(sample.neuron, offsets[i]);
    timeS.set(sample.timeS, offsets[i]);
  }
  return { samples: order.length, neurons: trains.neurons, offsets, neuron, timeS };
}

function jittered(
  { neuron, timeS }: SampleEvents,
  sample: number,
  samples: number,
  { noiseS, seed, epoch }: InputNoise,
): SampleEvents {
  const random = new Random({ seed, trial: -1, purpose: "input times", index: epoch * samples + sample });
  return { neuron, timeS: Float64Array.from(timeS, (time) => Math.abs(time + noiseS * normal(random))) };
}

/** A standard normal draw (Box & Muller 1958). */
export function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.uniform()));
  return radius * Math.cos(2 * Math.PI * random.uniform());
}

/** @throws {InvalidValueError} for labels without an output, and trains of another number of samples */
export function requireLabels(where: string, { trains, labels }: LabelledTrains, classes: number): void {
  requireSameLength({ [`${where} labels`]: labels, [`${where} samples`]: { length: trains.samples } });
  const stray = labels.findIndex((label) => label >= classes);
  if (stray >= 0)
    throw new InvalidValueError(`${where} label ${stray}`, `must be below ${classes}`, labels[stray]);
}
