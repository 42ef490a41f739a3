// Integrate-and-fire (IF) neuron: keeps all it is given.
//
//   v ← v + I
//
// Under constant current z, reset by subtraction and 0 ≤ z ≤ θ it has fired ⌊(v₀ + z T)/θ⌋ times
// after T steps: a rectified, clipped and quantised linear unit. Source: Rueckauer et al. 2017, §2.2.

import type { NeuronModel } from "./neuron-model.ts";

export const integrateAndFire = {
  name: "if",
  about: "integrate-and-fire: keeps all it is given",
  fields: {},
  charge: (v, current) => Math.fround(v + current),
} as const satisfies NeuronModel;
