// What a neuron model is: how a potential charges in one step. Firing and reset are common to all:
//
//   v ← charge(v, current);  spike = v ≥ threshold;  v ← reset(v)     (reset.ts)
//
// Potentials are dimensionless, in units of the weights; leaks are factors per step. The equation
// here is the truth; kernels and simulators are tested against it (test/contracts/neuron.ts).

import type { Fields } from "../space/field.ts";

/** A model's settings by name. `leak` is read by leaky models only. */
export interface NeuronSettings {
  /** Share of the potential kept each step, in (0, 1]. */
  readonly leak: number;
}

export interface NeuronModel {
  readonly name: string;
  readonly about: string;
  /** Its settings beyond threshold, initial potential and reset, which all models have. */
  readonly fields: Fields;
  /**
   * The potential after one step's current, in float32, rounded after every operation.
   *
   * @param v - potential before, float32
   * @param current - what arrives in this step, bias included, float32
   */
  readonly charge: (v: number, current: number, settings: NeuronSettings) => number;
}

/** Whether a charged neuron fires; NaN never does. */
export function fires(v: number, threshold: number): boolean {
  return v >= threshold;
}
