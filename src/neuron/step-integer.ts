// One step of an IF or LIF neuron in integers: the same on every machine, and as a microcontroller or a
// neuromorphic chip would do it.
//
//   v ← ⌊v · L / 4096⌋ toward 0, + I;   spike = v ≥ θ (or >);   v ← v − θ, or the reset potential
//
// L = round(4096 λ). After the charge and after the reset v is brought back to its bits, by saturation or by
// wrapping. With L = 4096 − decay and reset to zero this is the neuron of Intel's Lava on the CPU in fixed
// point, whose published trace it reproduces.

import { InvalidValueError } from "../base/errors.ts";
import { dynamicsOf } from "./dynamics.ts";
import type { NeuronForm } from "./neuron-form.ts";

export const leakUnit = 4096;

export interface IntegerParameters {
  readonly threshold: number;
  /** L, from 0 to 4096. */
  readonly leak: number;
  readonly resetPotential: number;
  readonly minimumPotential: number;
}

export interface IntegerRules {
  readonly reset: "none" | "subtract" | "value";
  readonly isStrict: boolean;
  readonly refractorySteps: number;
  readonly potentialBits: 16 | 32;
  readonly overflow: "saturate" | "wrap";
}

export interface IntegerState {
  potential: number;
  refractory: number;
}

/** @throws {InvalidValueError} for a form that integer arithmetic does not have; `where` names the layer */
export function integerRulesOf(
  form: NeuronForm,
  { potentialBits, overflow }: Pick<IntegerRules, "potentialBits" | "overflow">,
  where: string,
): IntegerRules {
  const { synapse, charge, reset, resetTime, isAdaptive, isStrict, ...rest } = dynamicsOf(form, where);
  const isHeld = synapse === "none" && charge === "leak" && resetTime === "now" && !isAdaptive;
  if (!isHeld || rest.maximumSpikes > 1 || rest.emitsPotential || rest.isSigned || rest.window) {
    throw new InvalidValueError(
      where,
      "must be if or lif neurons of one sign that fire once a step and reset at once, for integer arithmetic",
      JSON.stringify(form),
    );
  }
  return { reset, isStrict, refractorySteps: rest.refractorySteps, potentialBits, overflow };
}

/**
 * Advance a neuron by one step, in place.
 *
 * @param input - whole number, int32
 * @returns whether it fired, and its potential before the reset
 */
export function stepInteger(
  rules: IntegerRules,
  { threshold, leak, resetPotential, minimumPotential }: IntegerParameters,
  state: IntegerState,
  input: number,
): { readonly spikes: 0 | 1; readonly charged: number } {
  if (state.refractory > 0) {
    state.refractory--;
    return { spikes: 0, charged: state.potential };
  }
  const charged = fitted(rules, Math.trunc((state.potential * leak) / leakUnit) + input);
  const fires = rules.isStrict ? charged > threshold : charged >= threshold;
  let v = charged;
  if (fires && rules.reset === "subtract") v = fitted(rules, charged - threshold);
  if (fires && rules.reset === "value") v = resetPotential;
  if (fires) state.refractory = rules.refractorySteps;
  state.potential = v < minimumPotential ? minimumPotential : v;
  return { spikes: fires ? 1 : 0, charged };
}

/** A sum of two int32 numbers, brought back to the potential's bits. */
function fitted({ potentialBits, overflow }: IntegerRules, v: number): number {
  const highest = 2 ** (potentialBits - 1) - 1;
  if (overflow === "saturate") return Math.min(highest, Math.max(-highest - 1, v));
  return potentialBits === 32 ? v | 0 : (v << 16) >> 16;
}
