// Values as spike times: one spike an input, the larger the sooner.
//
//   t = latestS − (latestS − earliestS) x,  x in [0, 1]
//
// Bacho & Chu (2023) use 0 … 0.1 s with inputs of 0 silent; Göltz et al. (2021) 0.15 τₛ … 2 τₛ, and 0 spikes.

import { InvalidValueError } from "../base/errors.ts";
import { flag, float, type Values } from "../space/field.ts";
import { eventOrder, type SpikeTrains } from "./spike-trains.ts";

export const latencyFields = {
  earliestS: float({ about: "time at which a full input spikes", unit: "s", low: 0, high: 1e6, default: 0 }),
  latestS: float({
    about: "time at which an input of 0 would spike",
    unit: "s",
    low: 0,
    high: 1e6,
    default: 0.1,
  }),
  isZeroSilent: flag({ about: "inputs of 0 do not spike", default: true }),
};

export type LatencyCoding = Values<typeof latencyFields>;

/** Inputs of a batch: bytes are parts of 255, other numbers stand for themselves. Shape [samples, inputs]. */
export interface LatencyInputs {
  readonly values: Uint8Array | Float32Array | Float64Array;
  readonly inputs: number;
}

/**
 * Spike times of images or other values in [0, 1].
 *
 * @throws {InvalidValueError} for values outside of [0, 1], a number of them that does not fill whole samples, and
 * a latest time before the earliest
 */
export function latencyTrains({ values, inputs }: LatencyInputs, coding: LatencyCoding): SpikeTrains {
  const { earliestS, latestS, isZeroSilent } = coding;
  if (!(latestS >= earliestS)) {
    throw new InvalidValueError("latestS", `must be at least earliestS (${earliestS} s)`, `${latestS} s`);
  }
  if (!(Number.isInteger(inputs) && inputs >= 1 && values.length % inputs === 0)) {
    throw new InvalidValueError(
      "inputs",
      `must be a whole number that divides ${values.length} values`,
      inputs,
    );
  }
  const samples = values.length / inputs;
  const full = values instanceof Uint8Array ? 255 : 1;
  const offsets = new Uint32Array(samples + 1);
  const neuron = new Uint32Array(values.length);
  const timeS = new Float64Array(values.length);
  const times = new Float64Array(inputs);
  let end = 0;
  for (let s = 0; s < samples; s++) {
    const spiking: number[] = [];
    for (let i = 0; i < inputs; i++) {
      const x = values[s * inputs + i] / full;
      if (!(x >= 0 && x <= 1)) {
        throw new InvalidValueError(`sample ${s}, input ${i}`, "must be from 0 to 1", values[s * inputs + i]);
      }
      if (x === 0 && isZeroSilent) continue;
      times[i] = latestS - (latestS - earliestS) * x;
      spiking.push(i);
    }
    for (const e of eventOrder(
      spiking,
      spiking.map((i) => times[i]),
    )) {
      neuron[end] = spiking[e];
      timeS[end++] = times[spiking[e]];
    }
    offsets[s + 1] = end;
  }
  return { samples, neurons: inputs, offsets, neuron: neuron.slice(0, end), timeS: timeS.slice(0, end) };
}
