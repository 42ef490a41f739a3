// Norse 1.1.0 (`from_nir`): LIFBox, LIBox and IAF cells, v > θ, reset to 0 whatever v_reset says. Of LIF, LI and IF
// it ignores r, so potentials are written in units of r: v ← v + κ (v_leak − v + I). Of CubaLIF it reads r and w_in,
// and lets synapses leak to v_leak, too.

import { InvalidValueError } from "../../base/errors.ts";
import { genericDialect, requireZero } from "./generic-dialect.ts";
import type { NeuronFields, NeuronRead, NeuronWanted, NeuronWritten, NirDialect } from "./nir-dialect.ts";
import {
  commonLosses,
  floorLoss,
  hardResetLosses,
  requireReset,
  timeConstantsS,
  wantedDynamics,
} from "./wanted-dynamics.ts";

export const norseDialect: NirDialect = {
  name: "norse",
  about: "Norse 1.1: r is 1, resets are to 0",
  dtS: 1e-3,
  hasFixedStep: false,
  hasOneThreshold: false,
  recurrence: null,
  sums: null,
  takes: new Set(["Linear", "Conv1d", "SumPool2d", "AvgPool2d", "IF", "LI", "LIF", "CubaLIF"]),
  read,
  write,
};

function read(neuron: NeuronFields): NeuronRead {
  if (!norseDialect.takes.has(neuron.type))
    throw new InvalidValueError(neuron.where, "must be of a kind that norse reads", neuron.type);
  const ignores = neuron.type === "CubaLIF" ? [] : ["r"];
  if (neuron.type === "CubaLIF") requireZero(neuron, "v_leak");
  return genericDialect.read({
    ...neuron,
    values(field, otherwise) {
      if (field === "v_reset") return new Float64Array(neuron.neurons);
      if (ignores.includes(field)) return new Float64Array(neuron.neurons).fill(1);
      return neuron.values(field, otherwise);
    },
  });
}

function write(wanted: NeuronWanted): NeuronWritten {
  const own = wantedDynamics(wanted);
  const { dynamics, keep, gain, rest, above, reset, synapse } = own;
  const { where, neurons, dtS } = wanted;
  const tau = timeConstantsS(own, dtS);
  const ones = new Float64Array(neurons).fill(1);
  const zeros = new Float64Array(neurons);
  const losses = [...commonLosses(wanted, own, rest), ...floorLoss(wanted), ...hardResetLosses(wanted, own)];
  const other = reset.find((v) => v !== 0);
  if (other !== undefined)
    losses.push({ where, what: `a reset to ${other}`, consequence: "Norse resets to 0." });
  requireReset(wanted, own);
  if (synapse !== null) {
    if (rest.some((v) => v !== 0))
      throw new InvalidValueError(
        where,
        "must rest at 0, as synapses in norse would rest there, too",
        rest[0],
      );
    if (dynamics.emitsPotential)
      throw new InvalidValueError(where, "must fire, as norse reads no CubaLI", "potentials");
    const tauSyn = synapse.map((alpha) => dtS / Math.max(1 - alpha, 2 ** -26));
    const wIn = tauSyn.map((t) => t / dtS);
    const r = gain.map((g, i) => (g * tau[i]) / dtS);
    const fields = {
      tau_syn: tauSyn,
      tau_mem: tau,
      r,
      v_leak: zeros,
      v_threshold: above,
      v_reset: zeros,
      w_in: wIn,
    };
    return { type: "CubaLIF", fields, losses };
  }
  const isWithoutLeak = keep.every((lambda) => lambda === 1);
  /** Potentials are written in units of this. */
  const unit = isWithoutLeak ? gain : gain.map((g, i) => (g * tau[i]) / dtS);
  const perUnit = (values: Float64Array): Float64Array => values.map((value, i) => value / unit[i]);
  if (dynamics.emitsPotential) {
    if (isWithoutLeak)
      throw new InvalidValueError(where, "must leak, as norse reads no I", "an integrator without a leak");
    if (unit.some((u) => u !== unit[0]))
      losses.push({
        where,
        what: "gains that differ",
        consequence: "Potentials come out divided by their neuron's gain.",
      });
    return { type: "LI", fields: { tau, r: ones, v_leak: perUnit(rest) }, losses };
  }
  const fires = { v_threshold: perUnit(above), v_reset: zeros };
  if (isWithoutLeak) return { type: "IF", fields: { r: ones, ...fires }, losses };
  return { type: "LIF", fields: { tau, r: ones, v_leak: perUnit(rest), ...fires }, losses };
}
