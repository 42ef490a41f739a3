// One step of one neuron in float32, rounded after every operation: the truth that kernels and
// simulators are tested against. Potentials are dimensionless, in units of the weights.
//
//   synapse, charge   as dynamics.ts writes them
//   spikes n          1 if v ≥ θ (or >), up to ⌊v/θ⌋ where several are allowed; θ is θ + β a if adaptive
//   budget            of a limited number of spikes in all, no more than are left
//   reset             v ← v − n θ, or the reset potential; then at least the minimum potential
//
// What faults may bring is defined here, too: a NaN potential never fires; with a threshold of 0 or
// less one spike is fired at v ≥ θ (more only if v/θ says so). Adaptation: Bellec et al. 2020, with
// the reset by the base threshold.

import type { Dynamics } from "./dynamics.ts";

export interface StepParameters {
  readonly threshold: number;
  /** λ, κ or τ, whichever the charge rule reads. */
  readonly membrane: number;
  readonly currentGain: number;
  readonly restPotential: number;
  readonly resetPotential: number;
  readonly minimumPotential: number;
  /** α or κₛ. */
  readonly synapse: number;
  readonly adaptationStrength: number;
  readonly adaptationLeak: number;
}

export interface NeuronState {
  potential: number;
  /** Synaptic current c. */
  current: number;
  /** Of neurons with a budget, which never adapt: their spikes so far. */
  adaptation: number;
  /** Steps of rest that are left. */
  refractory: number;
}

/** What a step did: its spikes and the potential before any reset. */
export interface StepOutcome {
  readonly spikes: number;
  readonly charged: number;
}

const { fround } = Math;

/**
 * Advance a neuron by one step, in place. All numbers are float32.
 *
 * @param input - what arrives in this step, bias included
 */
export function stepNeuron(
  dynamics: Dynamics,
  parameters: StepParameters,
  state: NeuronState,
  input: number,
): StepOutcome {
  const { threshold: base, resetPotential, minimumPotential } = parameters;
  const { reset, resetTime, maximumSpikes, isStrict } = dynamics;
  const drive = advanceSynapse(dynamics, parameters, state, input);
  if (state.refractory > 0) {
    state.refractory--;
    if (dynamics.isAdaptive) state.adaptation = fround(parameters.adaptationLeak * state.adaptation);
    return { spikes: 0, charged: state.potential };
  }
  const exceeds = (v: number, theta: number): boolean => (isStrict ? v > theta : v >= theta);
  const isLate = resetTime !== "now" && exceeds(state.potential, base);
  let v = state.potential;
  if (isLate && resetTime === "beforeNextCharge") v = resetPotential;
  v = chargeMembrane(dynamics, parameters, v, drive);
  if (isLate && resetTime === "afterNextCharge") v = reset === "subtract" ? fround(v - base) : resetPotential;
  const charged = v;
  if (dynamics.emitsPotential) {
    state.potential = v < minimumPotential ? minimumPotential : v;
    return { spikes: 0, charged };
  }
  const theta = dynamics.isAdaptive
    ? fround(base + fround(parameters.adaptationStrength * state.adaptation))
    : base;
  let spikes = 0;
  if (exceeds(v, theta)) {
    spikes = 1;
    if (maximumSpikes > 1) {
      const quotient = Math.floor(fround(v / theta));
      if (quotient > 1) spikes = Math.min(maximumSpikes, quotient);
    }
  }
  if (dynamics.spikeBudget > 0) {
    spikes = Math.min(spikes, dynamics.spikeBudget - state.adaptation);
    state.adaptation += spikes;
  }
  if (spikes > 0 && resetTime === "now") {
    if (reset === "subtract") v = fround(v - fround(spikes * base));
    else if (reset === "value") v = resetPotential;
  }
  if (dynamics.isResetRepeated) {
    const again = spikes - Number(isLate);
    v = fround(v - fround(again * (reset === "subtract" ? base : v)));
  }
  if (dynamics.isAdaptive) {
    state.adaptation = fround(fround(parameters.adaptationLeak * state.adaptation) + spikes);
  }
  if (spikes > 0) state.refractory = dynamics.refractorySteps;
  state.potential = v < minimumPotential ? minimumPotential : v;
  return { spikes, charged };
}

/** Update the synaptic current; returns what charges the membrane. */
function advanceSynapse(
  { synapse: rule }: Dynamics,
  { synapse }: StepParameters,
  state: NeuronState,
  input: number,
): number {
  switch (rule) {
    case "none":
      return input;
    case "decayThenAdd":
      state.current = fround(fround(synapse * state.current) + input);
      return state.current;
    case "addThenDecay":
      state.current = fround(synapse * fround(state.current + input));
      return state.current;
    case "readThenDecay": {
      const read = fround(state.current + input);
      state.current = fround(read - fround(synapse * read));
      return read;
    }
  }
}

function chargeMembrane(
  { charge }: Dynamics,
  { membrane, currentGain, restPotential }: StepParameters,
  v: number,
  drive: number,
): number {
  switch (charge) {
    case "leak":
      return fround(fround(membrane * v) + fround(currentGain * drive));
    case "relax":
      return fround(v + fround(membrane * fround(fround(restPotential - v) + drive)));
    case "relaxByTime":
      return fround(v + fround(fround(drive - fround(v - restPotential)) / membrane));
    case "leakByTime":
      return fround(fround(v - fround(fround(v - restPotential) / membrane)) + drive);
  }
}
