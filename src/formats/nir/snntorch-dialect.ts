// snnTorch 0.9 (`import_from_nir`): Leaky and Synaptic with reset to zero at once, v > θ, Δt = 10⁻⁴ s for good, one
// threshold a layer, divided by r Δt/τ. Its reader makes Leaky with β = 0.9 of an IF node, so IF neurons are
// written as LIF with a time constant whose leak float32 cannot hold.

import { InvalidValueError } from "../../base/errors.ts";
import type { NeuronForm } from "../../neuron/neuron-form.ts";
import { rate, requireZero } from "./generic-dialect.ts";
import type { NeuronFields, NeuronRead, NeuronWanted, NeuronWritten, NirDialect } from "./nir-dialect.ts";
import {
  commonLosses,
  floorLoss,
  hardResetLosses,
  requireOne,
  requireReset,
  timeConstantsS,
  wantedDynamics,
} from "./wanted-dynamics.ts";

export const snntorchDialect: NirDialect = {
  name: "snntorch",
  about: "snnTorch 0.9: steps of 0.1 ms, one threshold a layer, resets to 0",
  dtS: 1e-4,
  hasFixedStep: true,
  hasOneThreshold: true,
  recurrence: "The reader of snnTorch 0.9.4 stops at them, with nirtorch as it is now.",
  sums: null,
  takes: new Set(["Linear", "AvgPool2d", "LIF", "CubaLIF"]),
  read,
  write,
};

const zeroReset = { reset: "zero", semantics: "snntorch", resetDelay: false } as const;

function read(neuron: NeuronFields): NeuronRead {
  const { type, where, values } = neuron;
  if (type === "IF") {
    const form: NeuronForm = { model: "lif", reset: "subtract", semantics: "snntorch", resetDelay: false };
    const leak = new Float64Array(neuron.neurons).fill(0.9);
    return { form, tensors: { threshold: oneThreshold(neuron, values("v_threshold")), leak } };
  }
  if (type !== "LIF" && type !== "CubaLIF")
    throw new InvalidValueError(where, "must be of a kind that snntorch reads", type);
  requireZero(neuron, "v_leak");
  const r = values("r");
  if (type === "LIF") {
    const kappa = rate(neuron, "tau");
    const scale = kappa.map((k, i) => k * r[i]);
    const tensors = { threshold: scaledThreshold(neuron, scale), leak: kappa.map((k) => 1 - k) };
    return { form: { model: "lif", ...zeroReset }, tensors };
  }
  const [kappa, kappaS] = [rate(neuron, "tau_mem"), rate(neuron, "tau_syn")];
  const wrong = r.find((value, i) => !isNear(value, 1 / kappa[i]));
  if (wrong !== undefined) throw new InvalidValueError(`${where} r`, "must be tau_mem over the step", wrong);
  const wIn = values("w_in", 1);
  const scale = kappaS.map((k, i) => k * wIn[i]);
  const leaks = { leak: kappa.map((k) => 1 - k), synapseLeak: kappaS.map((k) => 1 - k) };
  const tensors = { threshold: scaledThreshold(neuron, scale), ...leaks };
  return { form: { model: "cubaLif", ...zeroReset }, tensors };
}

/** Over the factor on currents, where that is not 1. */
function scaledThreshold(neuron: NeuronFields, scale: Float64Array): Float64Array {
  const thresholds = neuron.values("v_threshold");
  if (scale.every((factor) => isNear(factor, 1))) return oneThreshold(neuron, thresholds);
  return oneThreshold(
    neuron,
    thresholds.map((value, i) => value / scale[i]),
  );
}

function oneThreshold({ where }: NeuronFields, values: Float64Array): Float64Array {
  const other = values.find((value) => Math.fround(value) !== Math.fround(values[0]));
  if (other !== undefined)
    throw new InvalidValueError(`${where} v_threshold`, "must be one number", [values[0], other]);
  if (!(values[0] > 0)) throw new InvalidValueError(`${where} v_threshold`, "must be above 0", values[0]);
  return values;
}

/** As numpy's allclose has it. */
function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-8 + 1e-5 * Math.abs(b);
}

function write(wanted: NeuronWanted): NeuronWritten {
  const own = wantedDynamics(wanted);
  const { dynamics, gain, rest, above, reset, synapse, keep } = own;
  const { where, neurons, dtS } = wanted;
  const refuse = (rule: string, got: unknown): never => {
    throw new InvalidValueError(where, rule, got, "Choose another profile.");
  };
  if (dynamics.emitsPotential) refuse("must fire, as snntorch reads no integrators", "potentials");
  if (rest.some((v) => v !== 0)) refuse("must rest at 0, as neurons in snntorch do", rest[0]);
  requireReset(wanted, own);
  const zeros = new Float64Array(neurons);
  const perGain = above.map((theta, i) => theta / gain[i]);
  requireOne(wanted, "snntorch", "threshold", perGain);
  const losses = [...commonLosses(wanted, own, zeros), ...floorLoss(wanted), ...hardResetLosses(wanted, own)];
  const other = reset.find((v) => v !== 0);
  if (other !== undefined)
    losses.push({ where, what: `a reset to ${other}`, consequence: "snnTorch resets to 0." });
  if (synapse !== null && keep.some((lambda, i) => lambda !== keep[0] || synapse[i] !== synapse[0]))
    refuse("must have one leak for all its neurons, as Synaptic in snntorch has", "several");
  const tau = timeConstantsS(own, dtS);
  const common = { v_leak: zeros, v_threshold: perGain, v_reset: zeros };
  const r = tau.map((t) => t / dtS);
  if (synapse === null) return { type: "LIF", fields: { tau, r, ...common }, losses };
  const tauSyn = synapse.map((alpha) => dtS / Math.max(1 - alpha, 2 ** -26));
  const fields = { tau_syn: tauSyn, tau_mem: tau, r, w_in: tauSyn.map((t) => t / dtS), ...common };
  return { type: "CubaLIF", fields, losses };
}
