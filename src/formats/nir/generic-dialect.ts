// NIR as it stands: forward Euler of its equations in steps Δt, a spike where v > θ, reset to v_reset. The
// exceptions all tools make: an IF neuron's r, and what a threshold compares, count by the step.
//
//   IF       v ← v + r I
//   LIF, LI  v ← v + κ ((v_leak − v) + r I), κ = Δt/τ; held in units of r, v/r ← v/r + κ ((v_leak/r − v/r) + I)
//   CubaLIF  c ← (1 − κₛ) c + I; v ← (1 − κ) v + κ r κₛ w_in c, v counted from v_leak
//
// At the start potentials are v_leak.

import { InvalidValueError } from "../../base/errors.ts";
import type { NeuronForm } from "../../neuron/neuron-form.ts";
import { nextUp } from "./float32-neighbours.ts";
import type {
  NeuronFields,
  NeuronRead,
  NeuronTensors,
  NeuronWanted,
  NeuronWritten,
  NirDialect,
} from "./nir-dialect.ts";
import { nirFields } from "./nir-graph.ts";
import {
  commonLosses,
  floorLoss,
  hardResetLosses,
  requireReset,
  timeConstantsS,
  wantedDynamics,
} from "./wanted-dynamics.ts";

export const genericDialect: NirDialect = {
  name: "nir",
  about: "NIR's equations, by forward Euler; every kind of node",
  dtS: 1e-4,
  hasFixedStep: false,
  hasOneThreshold: false,
  recurrence: null,
  sums: null,
  takes: new Set(Object.keys(nirFields)),
  read: readGenericNeuron,
  write: writeGenericNeuron,
};

function readGenericNeuron(neuron: NeuronFields): NeuronRead {
  switch (neuron.type) {
    case "Threshold":
      return readThreshold(neuron);
    case "IF":
      return readIf(neuron);
    case "LIF":
      return readLif(neuron);
    case "CubaLIF":
      return readCubaLif(neuron);
    case "I":
      return {
        form: { model: "if", reset: "none", emits: "potential" },
        tensors: { currentGain: neuron.values("r") },
      };
    case "LI":
      return readLi(neuron);
    case "CubaLI": {
      requireZero(neuron, "v_leak");
      const { leak, synapseLeak, currentGain } = cubaTensors(neuron);
      const form = { model: "cubaLif", reset: "none", emits: "potential" } as const;
      return { form, tensors: { leak, synapseLeak, currentGain } };
    }
    default:
      return neuron.type satisfies never;
  }
}

/** 1 where v > θ: neurons that keep nothing. */
function readThreshold(neuron: NeuronFields): NeuronRead {
  const threshold = positive(neuron, "threshold", neuron.values("threshold"));
  const form: NeuronForm = { model: "lif", reset: "none", semantics: "snntorchCorrected" };
  return { form, tensors: { threshold, leak: new Float64Array(neuron.neurons) } };
}

function readIf(neuron: NeuronFields): NeuronRead {
  const threshold = positive(neuron, "v_threshold", neuron.values("v_threshold"));
  const resetPotential = neuron.values("v_reset", 0);
  return {
    form: { model: "if", semantics: "norse", ...resetTo(resetPotential) },
    tensors: { threshold, currentGain: gainOf(neuron), ...whereValue(resetPotential) },
  };
}

/** Most tools write an IF's r by the step; one over the step is the equation's way, by the second, to say 1. */
function gainOf({ values, dtS }: NeuronFields): Float64Array {
  const r = values("r");
  return r.every((value) => Math.abs(value * dtS - 1) < 1e-3) ? r.map(() => 1) : r;
}

function readLif(neuron: NeuronFields): NeuronRead {
  const r = positive(neuron, "r", neuron.values("r"));
  const perR = (values: Float64Array): Float64Array => values.map((value, i) => value / r[i]);
  const threshold = positive(neuron, "v_threshold", perR(neuron.values("v_threshold")));
  const resetPotential = perR(neuron.values("v_reset", 0));
  const restPotential = perR(neuron.values("v_leak"));
  return {
    form: { model: "lif", semantics: "norse", ...resetTo(resetPotential) },
    tensors: {
      threshold,
      rate: rate(neuron, "tau"),
      restPotential,
      initialPotential: restPotential,
      ...whereValue(resetPotential),
    },
  };
}

function readLi(neuron: NeuronFields): NeuronRead {
  requireZero(neuron, "v_leak");
  const kappa = rate(neuron, "tau");
  const r = neuron.values("r");
  return {
    form: { model: "lif", reset: "none", emits: "potential" },
    tensors: { leak: kappa.map((k) => 1 - k), currentGain: kappa.map((k, i) => k * r[i]) },
  };
}

function readCubaLif(neuron: NeuronFields): NeuronRead {
  const rest = neuron.values("v_leak");
  const fromRest = (values: Float64Array): Float64Array => values.map((value, i) => value - rest[i]);
  const threshold = positive(neuron, "v_threshold", fromRest(neuron.values("v_threshold")));
  const resetPotential = fromRest(neuron.values("v_reset", 0));
  const charge = cubaTensors(neuron);
  if (resetPotential.every((value) => value === 0)) {
    const form: NeuronForm = { model: "cubaLif", reset: "zero", semantics: "snntorchCorrected" };
    return { form, tensors: { threshold, ...charge } };
  }
  // Neurons of that kind that may start anew elsewhere than at 0 fire at v ≥ θ.
  const above = threshold.map((value) => nextUp(Math.fround(value)));
  const form: NeuronForm = { model: "cubaLif", reset: "value" };
  return { form, tensors: { threshold: above, resetPotential, ...charge } };
}

function cubaTensors(
  neuron: NeuronFields,
): Readonly<Record<"leak" | "synapseLeak" | "currentGain", Float64Array>> {
  const [kappa, kappaS] = [rate(neuron, "tau_mem"), rate(neuron, "tau_syn")];
  const [r, wIn] = [neuron.values("r"), neuron.values("w_in", 1)];
  return {
    leak: kappa.map((k) => 1 - k),
    synapseLeak: kappaS.map((k) => 1 - k),
    currentGain: r.map((value, i) => snapped(kappa[i] * value * (kappaS[i] * wIn[i]))),
  };
}

function writeGenericNeuron(wanted: NeuronWanted): NeuronWritten {
  const own = wantedDynamics(wanted);
  const { dynamics, keep, gain, rest, above, reset, synapse } = own;
  const { dtS } = wanted;
  const losses = [...commonLosses(wanted, own, rest), ...floorLoss(wanted), ...hardResetLosses(wanted, own)];
  const isWithoutLeak = keep.every((lambda) => lambda === 1);
  const tau = timeConstantsS(own, dtS);
  /** What a step adds for a current of 1, over κ. */
  const r = gain.map((g, i) => (g * tau[i]) / dtS);
  const fires = { v_threshold: above, v_reset: reset };
  if (synapse !== null) {
    const tauSyn = synapse.map((alpha) => dtS / Math.max(1 - alpha, 2 ** -26));
    const charge = { tau_syn: tauSyn, tau_mem: tau, r, v_leak: rest, w_in: tauSyn.map((t) => t / dtS) };
    if (dynamics.emitsPotential) return { type: "CubaLI", fields: charge, losses };
    requireReset(wanted, own);
    return { type: "CubaLIF", fields: { ...charge, ...fires }, losses };
  }
  if (dynamics.emitsPotential) {
    if (isWithoutLeak) return { type: "I", fields: { r: gain }, losses };
    return { type: "LI", fields: { tau, r, v_leak: rest }, losses };
  }
  if (dynamics.reset === "none" && keep.every((lambda) => lambda === 0) && gain.every((g) => g === 1))
    return { type: "Threshold", fields: { threshold: above }, losses };
  requireReset(wanted, own);
  if (isWithoutLeak) return { type: "IF", fields: { r: gain, ...fires }, losses };
  return { type: "LIF", fields: { tau, r, v_leak: rest, ...fires }, losses };
}

/** Products of a factor and its inverse, each rounded where it was written, mean 1. */
function snapped(gain: number): number {
  return Math.abs(gain - 1) < 1e-6 ? 1 : gain;
}

/** Δt/τ. @throws {InvalidValueError} where a step would overshoot */
export function rate({ values, dtS, where }: NeuronFields, field: string): Float64Array {
  const kappa = values(field).map((tau) => dtS / tau);
  const outside = kappa.find((k) => !(k > 0 && k <= 1));
  if (outside === undefined) return kappa;
  const rule = `must be at least a step (${dtS} s)`;
  throw new InvalidValueError(`${where} ${field}`, rule, dtS / outside, "Give a shorter step.");
}

/** @throws {InvalidValueError} for values of 0 or less */
export function positive({ where }: NeuronFields, field: string, values: Float64Array): Float64Array {
  const other = values.find((value) => !(value > 0));
  if (other !== undefined) throw new InvalidValueError(`${where} ${field}`, "must be above 0", other);
  return values;
}

/** @throws {InvalidValueError} for other values than 0 */
export function requireZero({ where, values }: NeuronFields, field: string): void {
  const other = values(field).find((value) => value !== 0);
  if (other !== undefined) throw new InvalidValueError(`${where} ${field}`, "must be 0", other);
}

export function resetTo(potential: Float64Array): { readonly reset: "zero" | "value" } {
  return { reset: potential.every((value) => value === 0) ? "zero" : "value" };
}

export function whereValue(resetPotential: Float64Array): NeuronTensors {
  return resetTo(resetPotential).reset === "zero" ? {} : { resetPotential };
}
