// The scalar twin of `surrogateBackward`: the same arithmetic written plainly, one neuron after the other.

import { surrogateSlopeScalar } from "./surrogate-functions.ts";
import type { SurrogateBackwardArgs } from "./surrogate-neurons.ts";
import { surrogateBackwardRows, surrogateSums } from "./surrogate-neurons.ts";

const { fround } = Math;

export function surrogateBackwardScalar(args: SurrogateBackwardArgs): void {
  for (let image = 0; image < args.images; image++) {
    for (let step = args.steps - 1; step >= args.fromStep; step--) {
      for (let i = 0; i < args.size; i++) backwardOne(args, image, step, i);
    }
  }
}

function backwardOne(args: SurrogateBackwardArgs, image: number, step: number, i: number): void {
  const { images, stride, rules, carry, dOutputs, isHeld, dCurrent, synapses, start } = args;
  const parameter = rowsOf(args, i);
  const own = image * stride + i;
  const perStep = images * stride;
  const at = step * perStep + own;
  const learn = (name: (typeof surrogateSums)[number], value: number): void => {
    if (rules.isLearnt) args.sums[surrogateSums.indexOf(name) * stride + i] += value;
  };
  const kept = fround(parameter("keep") * carry[own]);
  const dh = rules.emitsPotential
    ? fround(dOutputs[at] + kept)
    : throughSpike(args, at, own, kept, parameter, learn);
  if (rules.isMembraneLearnt) learnMembrane(args, step, at, own, dh, parameter, learn);
  let total = fround(parameter("gain") * dh);
  if (rules.hasSynapse) {
    total = fround(total + carry[perStep + own]);
    if (synapses !== undefined) {
      const before = step > 0 ? synapses[at - perStep] : start[perStep + own];
      learn("synapse", fround(total * before));
    }
    carry[perStep + own] = fround(parameter("synapseKeep") * total);
    if (rules.isDecayedAfterAdding) total = fround(parameter("synapse") * total);
  }
  carry[own] = dh;
  if (isHeld) dCurrent[own] += total;
  else dCurrent[at] = total;
  if (rules.truncation > 0 && (rules.firstStep + step) % rules.truncation === 0) {
    const v = step > 0 ? args.charged[at - perStep] : start[own];
    // The threshold of this step's reset is no state: its share is taken here, before the rest is cut off.
    if (rules.isLate && rules.reset === 1) learn("threshold", v > parameter("threshold") ? -dh : -0);
    for (let state = 0; state < 3; state++) carry[state * perStep + own] = 0;
  }
}

type ParameterOf = (name: (typeof surrogateBackwardRows)[number]) => number;
type Learn = (name: (typeof surrogateSums)[number], value: number) => void;

function rowsOf({ parameters, stride }: SurrogateBackwardArgs, i: number): ParameterOf {
  return (name) => parameters[surrogateBackwardRows.indexOf(name) * stride + i];
}

/** @returns the derivative by the charged potential */
function throughSpike(
  { dOutputs, charged, outputs, adaptations, carry, rules, images, stride }: SurrogateBackwardArgs,
  at: number,
  own: number,
  kept: number,
  parameter: ParameterOf,
  learn: Learn,
): number {
  const { isAdaptive, reset, isLate, isDetached } = rules;
  const base = parameter("threshold");
  const strength = parameter("adaptationStrength");
  const [h, s, a] = [charged[at], outputs[at], adaptations?.[at] ?? 0];
  const da = isAdaptive ? carry[2 * images * stride + own] : 0;
  const theta = isAdaptive ? fround(base + fround(strength * a)) : base;
  let ds = isAdaptive ? fround(dOutputs[at] + da) : dOutputs[at];
  const p = surrogateSlopeScalar(rules.surrogate, fround(h - theta), rules.slope);
  let rest = kept;
  let dTheta = 0;
  if (reset === 1) {
    const taken = isLate ? carry[own] : kept;
    if (!isDetached) ds = fround(ds - fround(base * taken));
    dTheta = fround(s * taken);
  } else if (reset === 2) {
    if (!isDetached) ds = fround(ds + fround(fround(parameter("resetPotential") - h) * kept));
    rest = fround(fround(1 - s) * kept);
  }
  const crossed = fround(p * ds);
  learn("threshold", -fround(dTheta + crossed));
  if (isAdaptive) {
    learn("adaptationStrength", -fround(crossed * a));
    learn("adaptationLeak", fround(da * a));
    const share = fround(parameter("adaptationLeak") * da);
    carry[2 * images * stride + own] = fround(share - fround(strength * crossed));
  }
  return fround(crossed + rest);
}

/** Derivatives by the charge's factors, from what the potential was before the step and what drove it. */
function learnMembrane(
  { charged, outputs, start, rules, images, stride }: SurrogateBackwardArgs,
  step: number,
  at: number,
  own: number,
  dh: number,
  parameter: ParameterOf,
  learn: Learn,
): void {
  const { reset, isLate, emitsPotential } = rules;
  const [base, before] = [parameter("threshold"), at - images * stride];
  let v = step > 0 ? charged[before] : start[own];
  if (step > 0 && !emitsPotential && !isLate) {
    if (reset === 1) v = fround(v - fround(outputs[before] * base));
    else if (reset === 2 && outputs[before] > 0) v = parameter("resetPotential");
  }
  const above = fround(v - parameter("restPotential"));
  learn("keep", fround(dh * above));
  let u = fround(fround(charged[at] - parameter("restPotential")) - fround(parameter("keep") * above));
  if (isLate && reset === 1 && v > base) u = fround(u + base);
  learn("gain", fround(fround(dh * u) / parameter("gain")));
}
