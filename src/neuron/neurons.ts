// The neuron models there are: what they are for, and the settings a conversion may choose. Their
// equations are in step-neuron.ts, their parameters in neuron-parameters.ts.

import { float } from "../space/field.ts";

export const neurons = {
  // Under constant current z, reset by subtraction and 0 ≤ v₀ < θ an IF neuron has fired
  // clip(⌊(v₀ + z T)/θ⌋, 0, T) times after T steps: a rectified, clipped, quantised linear unit
  // (Rueckauer et al. 2017, §2.2).
  if: { about: "integrate-and-fire: keeps all it is given", fields: {} },
  // λ = exp(−Δt/τ); the input is not scaled by 1 − λ. Source: Gerstner, Kistler, Naud, Paninski,
  // Neuronal Dynamics (2014), §1.3, solved over one step for charge that arrives at its end.
  lif: {
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
  },
  cubaLif: { about: "leaky integrate-and-fire behind a leaky synaptic current", fields: {} },
  adaptiveLif: { about: "leaky integrate-and-fire whose threshold rises with every spike", fields: {} },
  ttfs: { about: "one spike, the sooner the more was summed up in a window before", fields: {} },
} as const;
