// How many spikes of a neuron stand for its bound, and how much a current that is the same at every step adds up to.

import type { Model } from "../model/model.ts";
import type { NeuronLayer } from "../model/network.ts";

/** Spikes (observed counts) that stand for the bound: the steps that are read; for ttfs, those of a window. */
export function fullCount({ inference }: Model, { model, windowSteps }: NeuronLayer): number {
  if (model === "ttfs") return windowSteps ?? 1;
  return (inference?.steps ?? 1) - (inference?.warmUp?.steps ?? 0);
}

/** Potential at the end, had a current of 1 come at every step and no spike been sent. */
export function summedCurrent(snn: Model, layer: NeuronLayer): number {
  const full = fullCount(snn, layer);
  return layer.model === "ttfs" ? (full * (full + 1)) / 2 : full;
}
