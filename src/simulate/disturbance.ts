// Faults in the scalar simulator: every value a step reads goes through one function, which may change it.
//
// The function speaks of values as they are stored: of a tensor's element, of a pixel, of a spike as 0 or 1.
// What changes them, and when, is the fault room's matter; this is where it strikes.

import { type Model, tensorOf } from "../model/model.ts";
import type { NeuronLayer } from "../model/network.ts";
import type { NeuronValueName, NeuronValues } from "./neuron-values.ts";

/**
 * What is read instead of a value.
 *
 * @param element - index into the layer's tensor, its neurons, or the network's inputs
 * @param step - from 0
 */
export type Disturb = (
  target: "weight" | "bias" | "threshold" | "leak" | "potential" | "spike" | "input",
  layer: string,
  element: number,
  step: number,
  value: number,
) => number;

/** The spikes that arrive instead of those sent, ascending; one that stands several times still does. */
export function disturbedSpikes(
  disturb: Disturb,
  target: "spike" | "input",
  layer: string,
  size: number,
  step: number,
  spikes: readonly number[],
): number[] {
  const sent = new Uint32Array(size);
  for (const i of spikes) sent[i]++;
  const arrived: number[] = [];
  for (let i = 0; i < size; i++) {
    const isThere = disturb(target, layer, i, step, Math.min(1, sent[i])) !== 0;
    for (let n = isThere ? Math.max(1, sent[i]) : 0; n > 0; n--) arrived.push(i);
  }
  return arrived;
}

/** What a layer may hold its leak in. */
const leakTensors = ["leak", "rate", "timeConstant"];

/** Thresholds and leaks as they are read in a step. A leak is disturbed only where the layer stores one. */
export function disturbedValues(
  disturb: Disturb,
  model: Model,
  layer: NeuronLayer,
  values: Readonly<Record<NeuronValueName, NeuronValues>>,
  step: number,
): Readonly<Record<NeuronValueName, NeuronValues>> {
  const read = (target: "threshold" | "leak", { values: own, isUniform }: NeuronValues): NeuronValues => {
    const names = target === "leak" ? leakTensors : [target];
    const stored = names.map((name) => tensorOf(model, layer.id, name)?.data.length ?? 0).find((n) => n > 0);
    if (stored === undefined) return { values: own, isUniform };
    const run = own.length / stored;
    const changed = own.map((value, i) => disturb(target, layer.id, Math.floor(i / run), step, value));
    return { values: changed, isUniform };
  };
  return {
    ...values,
    threshold: read("threshold", values.threshold),
    membrane: read("leak", values.membrane),
  };
}
