// Synapses whose weight is lost: zero, stuck at some value, far out, or off by a factor.
//
// The rules are those of SpikeFI (arXiv 2412.06795), in units of the stored value. Saturated: just beyond
// Tukey's fences of the layer's weights, ⌊Q1 − k·IQR⌋ − 1 or ⌈Q3 + k·IQR⌉ + 1, where k = 1.5 is mild and 3
// extreme; codes end at their format. The mixture is two thirds dead, one third perturbed.

import { choice, float } from "../../space/field.ts";
import type { FaultChange } from "../fault.ts";
import { defineFault } from "../fault-model.ts";
import { factorDraw, factorFields } from "./factor-range.ts";

const ofSynapses = { targets: ["weight"], strikes: "element" } as const;

export const deadSynapse = defineFault({
  ...ofSynapses,
  name: "dead-synapse",
  about: "a weight is 0",
  fields: {},
  strike: () => () => ({ kind: "set", value: 0 }),
});

export const stuckSynapse = defineFault({
  ...ofSynapses,
  name: "stuck-synapse",
  about: "a weight has a value of its own",
  fields: {
    share: float({
      about: "the value as a share of the layer's largest weight",
      unit: "1",
      low: -1,
      high: 1,
      default: 1,
    }),
  },
  strike: ({ share }, stored) => {
    let largest = 0;
    for (const value of stored?.data ?? []) if (Math.abs(value) > largest) largest = Math.abs(value);
    return (): FaultChange => ({ kind: "set", value: share * largest });
  },
});

export const saturatedSynapse = defineFault({
  ...ofSynapses,
  name: "saturated-synapse",
  about: "a weight lies just beyond Tukey's fence of its layer",
  fields: {
    reach: float({ about: "fence in interquartile ranges", unit: "1", low: 0, high: 100, default: 1.5 }),
    side: choice({ about: "fence it lies beyond", options: ["low", "high", "random"], default: "random" }),
  },
  strike: ({ reach, side }, stored) => {
    const sorted = Float64Array.from(stored?.data ?? []).sort();
    const [first, third] = [quantile(sorted, 0.25), quantile(sorted, 0.75)];
    const low = Math.floor(first - reach * (third - first)) - 1;
    const high = Math.ceil(third + reach * (third - first)) + 1;
    return ({ random }): FaultChange => {
      const isHigh = side === "random" ? random.integer(2) === 1 : side === "high";
      return { kind: "set", value: isHigh ? high : low };
    };
  },
});

export const perturbedSynapse = defineFault({
  ...ofSynapses,
  name: "perturbed-synapse",
  about: "a weight is off by a factor, each value of a range as likely",
  fields: factorFields,
  strike: (range) => {
    const draw = factorDraw(range);
    return ({ random }): FaultChange => ({ kind: "scale", factor: draw(random) });
  },
});

export const randomSynapse = defineFault({
  ...ofSynapses,
  name: "random-synapse",
  about: "a weight is 0 (2 of 3) or off by a factor (1 of 3)",
  fields: factorFields,
  strike: (range) => {
    const draw = factorDraw(range);
    return ({ random }): FaultChange => {
      const isDead = random.integer(3) < 2;
      const factor = draw(random);
      return isDead ? { kind: "set", value: 0 } : { kind: "scale", factor };
    };
  },
});

/** With linear interpolation between ranks. */
function quantile(sorted: Float64Array, share: number): number {
  const rank = share * (sorted.length - 1);
  const below = Math.floor(rank);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (rank - below) * (sorted[above] - sorted[below]);
}
