// Leaky integrate-and-fire (LIF) neuron, with the leak as a factor per step.
//
//   v ← λ v + I,   λ = exp(−Δt/τ) for a membrane time constant τ
//
// The input is not scaled by 1 − λ. Source: Gerstner, Kistler, Naud, Paninski, Neuronal Dynamics
// (2014), §1.3, solved over one step for charge that arrives at its end.

import { float } from "../space/field.ts";
import type { NeuronModel } from "./neuron-model.ts";

export const leakyIntegrateAndFire = {
  name: "lif",
  about: "leaky integrate-and-fire: forgets a share of its potential each step",
  fields: {
    leak: float({
      about: "share of the potential kept each step",
      unit: "1",
      low: 0.5,
      high: 1,
      default: 0.95,
    }),
  },
  charge: (v, current, { leak }) => Math.fround(Math.fround(Math.fround(leak) * v) + current),
} as const satisfies NeuronModel;
