// sinabs 3.1 (`nir.from_nir`): IAF and LIF, v ≥ θ, the threshold subtracted, several spikes a step; an IAF's
// potential stays above −θ. Time constants are in steps, λ = exp(−1/τ), and currents are not scaled: r is 1.

import { InvalidValueError } from "../../base/errors.ts";
import type { Loss } from "../loss.ts";
import { positive, requireZero } from "./generic-dialect.ts";
import type { NeuronFields, NeuronRead, NeuronWanted, NeuronWritten, NirDialect } from "./nir-dialect.ts";
import { commonLosses, floorLoss, requireReset, wantedDynamics } from "./wanted-dynamics.ts";

/** Most spikes of a neuron in a step: sinabs has no limit, but buffers for more would hold nothing. */
const mostSpikes = 16;

export const sinabsDialect: NirDialect = {
  name: "sinabs",
  about: "sinabs 3.1: thresholds are subtracted, several spikes a step, time constants in steps",
  dtS: 1e-3,
  hasFixedStep: false,
  hasOneThreshold: false,
  recurrence: "The reader of sinabs 3.1.3 runs all steps of a layer at once: nothing comes back.",
  sums: "The reader of sinabs 3.1.3 runs some nodes before all that they add up is there.",
  takes: new Set(["SumPool2d", "IF", "LIF", "LI"]),
  read,
  write,
};

const semantics = { semantics: "sinabs" } as const;

function read(neuron: NeuronFields): NeuronRead {
  const { type, where, values } = neuron;
  const leak = (): Float64Array => {
    requireZero(neuron, "v_leak");
    return positive(neuron, "tau", values("tau")).map((tau) => Math.exp(-1 / tau));
  };
  if (type === "LI") {
    const other = values("r").find((r) => r !== 1);
    if (other !== undefined) throw new InvalidValueError(`${where} r`, "must be 1", other);
    return {
      form: { model: "lif", reset: "none", ...semantics, emits: "potential" },
      tensors: { leak: leak() },
    };
  }
  if (type !== "IF" && type !== "LIF")
    throw new InvalidValueError(where, "must be of a kind that sinabs reads", type);
  const threshold = positive(neuron, "v_threshold", values("v_threshold"));
  const fires = { reset: "subtract", ...semantics, maximumSpikes: mostSpikes } as const;
  if (type === "LIF") return { form: { model: "lif", ...fires }, tensors: { threshold, leak: leak() } };
  const minimumPotential = threshold.map((theta) => -theta);
  return { form: { model: "if", ...fires }, tensors: { threshold, minimumPotential } };
}

function write(wanted: NeuronWanted): NeuronWritten {
  const own = wantedDynamics(wanted);
  const { dynamics, keep, gain, rest, atLeast, synapse } = own;
  const { where, neurons, shape } = wanted;
  const refuse = (rule: string, got: unknown): never => {
    throw new InvalidValueError(where, rule, got, "Choose another profile.");
  };
  if (synapse !== null) refuse("must have no synaptic current, as sinabs reads no CubaLIF", "cubaLif");
  if (rest.some((v) => v !== 0)) refuse("must rest at 0, as neurons in sinabs do", rest[0]);
  const zeros = new Float64Array(neurons);
  // Its reader asks `any` of an array, which Python refuses for several axes.
  if (shape.length > 1 && keep.some((lambda) => lambda !== 1))
    refuse("must have one axis, as sinabs' reader takes leaky neurons of no more", shape);
  const ones = new Float64Array(neurons).fill(1);
  const isWithoutLeak = keep.every((lambda) => lambda === 1);
  // exp(−1/τ) is 0 in float32 from τ = 1/104 on, and 1 to float32 from 2²⁵ on.
  const tau = keep.map((lambda) => Math.min(2 ** 26, Math.max(2 ** -7, -1 / Math.log(lambda))));
  const losses: Loss[] = [...commonLosses(wanted, own, zeros)];
  if (dynamics.emitsPotential) {
    if (gain.some((g) => g !== 1))
      losses.push({
        where,
        what: "a gain of the current",
        consequence: "Potentials come out divided by it.",
      });
    return { type: "LI", fields: { tau, r: ones, v_leak: zeros }, losses: [...losses, ...floorLoss(wanted)] };
  }
  requireReset(wanted, own);
  const threshold = atLeast.map((theta, i) => theta / gain[i]);
  losses.push(...(isWithoutLeak ? floorDifference(wanted, atLeast) : floorLoss(wanted)));
  if (dynamics.reset !== "subtract")
    losses.push({
      where,
      what: "a reset to a value",
      consequence: "sinabs subtracts the threshold: neurons fire more often.",
    });
  if (dynamics.maximumSpikes < mostSpikes) {
    const what = `at most ${dynamics.maximumSpikes === 1 ? "one spike" : `${dynamics.maximumSpikes} spikes`} a step`;
    losses.push({
      where,
      what,
      consequence: "sinabs fires as often in a step as the threshold fits into the potential.",
    });
  }
  if (isWithoutLeak)
    return { type: "IF", fields: { r: ones, v_threshold: threshold, v_reset: zeros }, losses };
  return {
    type: "LIF",
    fields: { tau, r: ones, v_leak: zeros, v_threshold: threshold, v_reset: zeros },
    losses,
  };
}

/** An IAF of sinabs never falls below −θ. */
function floorDifference({ where, values }: NeuronWanted, threshold: Float64Array): readonly Loss[] {
  const floor = values("minimumPotential");
  if (floor.every((v, i) => Math.fround(v) === -Math.fround(threshold[i]))) return [];
  const consequence = "sinabs raises potentials to −θ: inhibited neurons recover sooner.";
  return [{ where, what: "potentials below −θ", consequence }];
}
