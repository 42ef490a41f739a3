// How far the potentials of a layer can go in all steps of an image, whatever comes in: what their type must
// hold, and whether the network's saturation can ever happen.
//
// Ranges are followed step by step through the equation of neuron/step-integer.ts:
//
//   raw      leaked potential + input
//   charged  raw, brought back to the potential's bits
//   next     below θ where it stays silent; charged − θ, or the reset potential, where it fires

import type { IntegerParameters, IntegerRules } from "../../neuron/step-integer.ts";
import { leakUnit } from "../../neuron/step-integer.ts";
import { isWithin, type Range, rangeOfBits, union } from "./c-types.ts";

export interface PotentialRange {
  /** What is kept between steps. */
  readonly kept: Range;
  /** Leaked potential plus input, before anything brings it back. */
  readonly raw: Range;
  /** Whether raw potentials always have their bits, so that nothing saturates or wraps. */
  readonly fits: boolean;
}

export type ParameterRanges = Readonly<Record<keyof IntegerParameters | "initialPotential", Range>>;

/** @param input - what a step can bring */
export function potentialRange(
  rules: IntegerRules,
  parameters: ParameterRanges,
  input: Range,
  steps: number,
): PotentialRange {
  const bits = rangeOfBits(rules.potentialBits);
  let kept = parameters.initialPotential;
  let raw = kept;
  for (let step = 0; step < steps; step++) {
    const leaked = leakedRange(kept, parameters.leak);
    const now = { low: leaked.low + input.low, high: leaked.high + input.high };
    const next = union(kept, afterReset(rules, parameters, fitted(now, bits, rules.overflow)));
    const all = union(raw, now);
    const isSettled = isWithin(next, kept) && isWithin(all, raw);
    kept = next;
    raw = all;
    if (isSettled) break;
  }
  return { kept, raw, fits: isWithin(raw, bits) };
}

function leakedRange(v: Range, leak: Range): Range {
  const times = (value: number, factor: number): number => Math.trunc((value * factor) / leakUnit);
  return {
    low: times(v.low, v.low < 0 ? leak.high : leak.low),
    high: times(v.high, v.high < 0 ? leak.low : leak.high),
  };
}

function fitted(v: Range, bits: Range, overflow: "saturate" | "wrap"): Range {
  if (isWithin(v, bits)) return v;
  if (overflow === "wrap") return bits;
  const clamp = (value: number): number => Math.min(bits.high, Math.max(bits.low, value));
  return { low: clamp(v.low), high: clamp(v.high) };
}

function afterReset(rules: IntegerRules, parameters: ParameterRanges, charged: Range): Range {
  const { threshold, resetPotential, minimumPotential } = parameters;
  const silent = { low: charged.low, high: Math.min(charged.high, threshold.high) };
  let next = silent.low <= silent.high ? silent : { low: threshold.low, high: threshold.high };
  if (charged.high >= threshold.low) {
    if (rules.reset === "none") next = union(next, charged);
    if (rules.reset === "value") next = union(next, resetPotential);
    if (rules.reset === "subtract") next = union(next, { low: 0, high: charged.high - threshold.low });
  }
  return {
    low: Math.max(next.low, minimumPotential.low),
    high: Math.max(next.high, minimumPotential.high),
  };
}
