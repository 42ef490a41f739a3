import type { SimulationResult } from "../simulate/simulation-result.ts";
import type { LayerActivity } from "./evaluation.ts";

/** Behaviour of every neuron layer over all images. Potentials of layers without a finite one are 0. */
export function activityOf({ layers }: SimulationResult): readonly LayerActivity[] {
  return layers
    .filter(({ kind }) => kind === "neuron")
    .map(({ layer, neurons, spikes, everFired, everSaturated, potentialLow, potentialHigh }) => ({
      layer,
      neurons,
      spikes,
      silentNeurons: neurons - sum(everFired),
      saturatedNeurons: sum(everSaturated),
      potentialLow: Number.isFinite(potentialLow) ? potentialLow : 0,
      potentialHigh: Number.isFinite(potentialHigh) ? potentialHigh : 0,
    }));
}

function sum(flags: Uint8Array): number {
  return flags.reduce((total, flag) => total + flag, 0);
}
