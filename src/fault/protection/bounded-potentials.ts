// Potentials kept within the range they had when sound: what is read beyond it is taken as the bound, or as 0
// (SoftSNN's protection of neurons, Putra, Hanif & Shafique 2022).
//
// The golden range of a layer is what a fault-free run on calibration images saw, its initial potentials and
// 0, the potential after a reset, included; it is widened on both sides by a share of its width. Bounds are
// data by layer; an engine applies them to the potentials it holds, where a step reads them.

import type { Model } from "../../model/model.ts";
import { choice, float, type Values } from "../../space/field.ts";
import { noCost, noOverhead, type ProtectionDesign } from "./protection.ts";

const fields = {
  marginShare: float({
    about: "how far potentials may leave the range seen, as a share of its width",
    unit: "1",
    low: 0,
    high: 10,
    default: 0.1,
  }),
  beyond: choice({
    about: "how a potential beyond its bounds is read",
    options: ["clip", "zero"],
    default: "clip",
  }),
};

/** What a fault-free simulation says of a layer's potentials. */
export interface PotentialRange {
  readonly layer: string;
  /** Of the potentials after charging, before reset; ∞ and −∞ where there was none. */
  readonly potentialLow: number;
  readonly potentialHigh: number;
}

export interface PotentialBounds {
  readonly low: number;
  readonly high: number;
  /** What a potential beyond them is read as; NaN is always read as 0. */
  readonly beyond: "clip" | "zero";
}

/** A bound is a word as wide as a potential. */
const boundBits = 32;

export const boundedPotentials: ProtectionDesign<typeof fields> = {
  name: "bounded-potentials",
  about: "reads potentials beyond the range of sound ones as the bound or as 0",
  fields,
  cost(model) {
    const extraBits = 2 * boundBits * spikingLayers(model).length;
    return {
      ...noCost,
      extraBits,
      perNeuronUpdate: { ...noOverhead, comparisons: 2 },
      // Bounds stay in registers while a layer runs.
      perInference: { ...noOverhead, bitsRead: extraBits },
    };
  },
};

/** Bounds by layer, of the neuron layers that had potentials. */
export function potentialBounds(
  model: Model,
  ranges: readonly PotentialRange[],
  { marginShare, beyond }: Values<typeof fields>,
): Readonly<Record<string, PotentialBounds>> {
  const spiking = spikingLayers(model);
  const bounds: Record<string, PotentialBounds> = {};
  for (const { layer, potentialLow, potentialHigh } of ranges) {
    if (!spiking.includes(layer) || potentialLow > potentialHigh) continue;
    let [low, high] = [Math.min(0, potentialLow), Math.max(0, potentialHigh)];
    for (const name of ["initialPotential", "resetPotential"]) {
      for (const value of model.tensors[`${layer}.${name}`]?.data ?? []) {
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    }
    const margin = marginShare * (high - low);
    bounds[layer] = { low: low - margin, high: high + margin, beyond };
  }
  return bounds;
}

/** What is read instead of a potential. */
export function boundedPotential(potential: number, { low, high, beyond }: PotentialBounds): number {
  if (potential >= low && potential <= high) return potential;
  if (beyond === "zero" || Number.isNaN(potential)) return 0;
  return potential < low ? low : high;
}

function spikingLayers({ network }: Model): readonly string[] {
  return network.layers.filter(({ kind }) => kind === "neuron").map(({ id }) => id);
}
