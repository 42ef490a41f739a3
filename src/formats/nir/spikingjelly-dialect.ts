// SpikingJelly 2.0 (`nir_exchange.import_from_nir`): IFNode and LIFNode, v ≥ θ, reset to v_reset, one value a field
// and layer. An IF's r is 1/Δt; a LIF's is 1 where the input is divided by the time constant, too, else the time
// constant in steps; v_leak is v_reset.

import { InvalidValueError } from "../../base/errors.ts";
import type { NeuronForm } from "../../neuron/neuron-form.ts";
import { resetTo, whereValue } from "./generic-dialect.ts";
import type { NeuronFields, NeuronRead, NeuronWanted, NeuronWritten, NirDialect } from "./nir-dialect.ts";
import {
  commonLosses,
  floorLoss,
  hardResetLosses,
  requireOne,
  requireReset,
  wantedDynamics,
} from "./wanted-dynamics.ts";

export const spikingjellyDialect: NirDialect = {
  name: "spikingjelly",
  about: "SpikingJelly 2.0: v ≥ θ, one value a field and layer, an IF's r is one over the step",
  dtS: 1e-4,
  hasFixedStep: false,
  hasOneThreshold: true,
  recurrence: null,
  sums: null,
  takes: new Set(["Linear", "AvgPool2d", "IF", "LIF"]),
  read,
  write,
};

function read(neuron: NeuronFields): NeuronRead {
  const { type, where, values, dtS } = neuron;
  const one = (field: string, otherwise?: number): Float64Array => {
    const all = values(field, otherwise);
    const other = all.find((value) => value !== all[0]);
    if (other !== undefined)
      throw new InvalidValueError(`${where} ${field}`, "must be one number", [all[0], other]);
    return all;
  };
  if (type !== "IF" && type !== "LIF")
    throw new InvalidValueError(where, "must be of a kind that spikingjelly reads", type);
  const threshold = one("v_threshold");
  if (!(threshold[0] > 0))
    throw new InvalidValueError(`${where} v_threshold`, "must be above 0", threshold[0]);
  const resetPotential = one("v_reset", 0);
  const common = { threshold, initialPotential: resetPotential, ...whereValue(resetPotential) };
  const form = { semantics: "spikingjelly", ...resetTo(resetPotential) } as const;
  const [r] = one("r");
  if (type === "IF") {
    if (Math.abs(r * dtS - 1) > 1e-5)
      throw new InvalidValueError(`${where} r`, `must be one over the step (${1 / dtS})`, r);
    return { form: { model: "if", ...form }, tensors: common };
  }
  const [tauS] = one("tau");
  const tau = Math.fround(Math.fround(tauS) / Math.fround(dtS));
  if (!(tau > 1)) throw new InvalidValueError(`${where} tau`, `must be above a step (${dtS} s)`, tauS);
  const [rest] = one("v_leak");
  if (rest !== resetPotential[0])
    throw new InvalidValueError(`${where} v_leak`, "must be v_reset", [rest, resetPotential[0]]);
  const decayInput = Math.fround(r) !== tau;
  if (decayInput && r !== 1)
    throw new InvalidValueError(`${where} r`, `must be 1 or tau over the step (${tau})`, r);
  const tensors = { ...common, restPotential: resetPotential, timeConstant: resetPotential.map(() => tau) };
  return { form: { model: "lif", ...form, decayInput } satisfies NeuronForm, tensors };
}

function write(wanted: NeuronWanted): NeuronWritten {
  const own = wantedDynamics(wanted);
  const { dynamics, keep, gain, rest, atLeast, reset, synapse } = own;
  const { where, dtS } = wanted;
  const refuse = (rule: string, got: unknown): never => {
    throw new InvalidValueError(where, rule, got, "Choose another profile.");
  };
  if (dynamics.emitsPotential) refuse("must fire, as spikingjelly reads no integrators", "potentials");
  if (synapse !== null) refuse("must have no synaptic current, as spikingjelly reads no CubaLIF", "cubaLif");
  requireReset(wanted, own);
  const isWithoutLeak = keep.every((lambda) => lambda === 1);
  const tau = keep.map((lambda) => steps(wanted, lambda));
  /** Whether the input is divided by the time constant. */
  const decayInput = !isWithoutLeak && gain.every((g, i) => Math.abs(g * tau[i] - 1) < 1e-6);
  const unit = decayInput ? gain.map(() => 1) : gain;
  const perUnit = (values: Float64Array): Float64Array => values.map((value, i) => value / unit[i]);
  const fires = { v_threshold: perUnit(atLeast), v_reset: perUnit(reset) };
  requireOne(wanted, "spikingjelly", "threshold", fires.v_threshold);
  requireOne(wanted, "spikingjelly", "reset potential", fires.v_reset);
  const losses = [...commonLosses(wanted, own, reset), ...floorLoss(wanted), ...hardResetLosses(wanted, own)];
  if (isWithoutLeak)
    return { type: "IF", fields: { r: keep.map(() => Math.fround(1 / dtS)), ...fires }, losses };
  requireOne(wanted, "spikingjelly", "leak", keep);
  const apart = rest.find((v, i) => v !== reset[i]);
  if (apart !== undefined) refuse("must rest where it is reset to, as in spikingjelly", [apart, reset[0]]);
  const fields = { tau: tau.map((t) => timeThatComesBack(t, dtS)), r: decayInput ? tau.map(() => 1) : tau };
  return { type: "LIF", fields: { ...fields, v_leak: fires.v_reset, ...fires }, losses };
}

/** Time constant in steps, float32. */
function steps({ where, form, values }: NeuronWanted, lambda: number): number {
  if (lambda === 1) return Number.POSITIVE_INFINITY;
  const isGiven = form.semantics === "spikingjelly" && form.model === "lif";
  const tau = isGiven ? values("timeConstant")[0] : Math.fround(1 / (1 - lambda));
  if (tau > 1) return tau;
  throw new InvalidValueError(
    where,
    "must keep some of its potential, as in spikingjelly",
    `a leak of ${lambda}`,
  );
}

/** The float32 time nearest to τ Δt that is τ again when the tool divides it by Δt. */
function timeThatComesBack(tau: number, dtS: number): number {
  const [step, wanted] = [Math.fround(dtS), Math.fround(tau)];
  const near = Math.fround(tau * dtS);
  for (let k = 0; k <= 8; k++) {
    for (const side of [1, -1]) {
      const time = Math.fround(near * (1 + side * k * 2 ** -24));
      if (Math.fround(time / step) === wanted) return time;
    }
  }
  return near;
}
