// The parameters a form of neuron has, what they must hold, and what they are where absent. Each is
// one value for the layer, one a channel, or one a neuron.

import { dynamicsOf } from "./dynamics.ts";
import type { NeuronForm } from "./neuron-form.ts";

export interface NeuronParameter {
  readonly name: NeuronParameterName;
  /** What every value must be, for messages; NaN and infinities are refused before. */
  readonly rule: string;
  readonly holds: (value: number) => boolean;
  /** Value where the tensor is absent; null where it must be there. */
  readonly otherwise: number | null;
}

export const neuronParameterNames = [
  "threshold",
  "initialPotential",
  "leak",
  "currentGain",
  "rate",
  "timeConstant",
  "restPotential",
  "resetPotential",
  "minimumPotential",
  "synapseLeak",
  "synapseRate",
  "adaptationStrength",
  "adaptationLeak",
] as const;
export type NeuronParameterName = (typeof neuronParameterNames)[number];

const share = { rule: "must be from 0 to 1", holds: (x: number) => x >= 0 && x <= 1 };
const any = { rule: "must be a number", holds: () => true };

const rules: Readonly<Record<NeuronParameterName, Omit<NeuronParameter, "name">>> = {
  threshold: { rule: "must be above 0", holds: (x) => x > 0, otherwise: null },
  initialPotential: { ...any, otherwise: 0 },
  /** Share of the potential kept each step. */
  leak: { ...share, otherwise: null },
  /** Factor on the current, e.g. 1 − leak where a tool normalises its input. */
  currentGain: { ...any, otherwise: 1 },
  /** Step over membrane time constant, Δt/τ. */
  rate: { rule: "must be above 0 and at most 1", holds: (x) => x > 0 && x <= 1, otherwise: null },
  /** Membrane time constant in steps. */
  timeConstant: { rule: "must be at least 1", holds: (x) => x >= 1, otherwise: null },
  restPotential: { ...any, otherwise: 0 },
  resetPotential: { ...any, otherwise: 0 },
  /** What the potential is raised to after the reset if it lies below. */
  minimumPotential: { ...any, otherwise: Number.NEGATIVE_INFINITY },
  /** Share of the synaptic current kept each step. */
  synapseLeak: { ...share, otherwise: null },
  /** Step over synaptic time constant. */
  synapseRate: { rule: "must be above 0 and at most 1", holds: (x) => x > 0 && x <= 1, otherwise: null },
  /** What every spike adds to the threshold. */
  adaptationStrength: { rule: "must be 0 or more", holds: (x) => x >= 0, otherwise: null },
  /** Share of the raised threshold kept each step. */
  adaptationLeak: { ...share, otherwise: null },
};

/** Parameters of a form, in a fixed order. @throws {InvalidValueError} as `dynamicsOf` does */
export function parametersOf(form: NeuronForm, where?: string): readonly NeuronParameter[] {
  const { charge, synapse, reset, isAdaptive, emitsPotential, window } = dynamicsOf(form, where);
  const isTtfs = window !== null;
  const has: Readonly<Record<NeuronParameterName, boolean>> = {
    threshold: !emitsPotential,
    initialPotential: true,
    leak: charge === "leak" && form.model !== "if" && !isTtfs,
    currentGain: charge === "leak" && !isTtfs,
    rate: charge === "relax",
    timeConstant: charge === "relaxByTime" || charge === "leakByTime",
    restPotential: charge !== "leak",
    resetPotential: reset === "value" && form.reset === "value",
    minimumPotential: !isTtfs,
    synapseLeak: synapse === "decayThenAdd" || synapse === "addThenDecay",
    synapseRate: synapse === "readThenDecay",
    adaptationStrength: isAdaptive,
    adaptationLeak: isAdaptive,
  };
  return neuronParameterNames.filter((name) => has[name]).map((name) => ({ name, ...rules[name] }));
}
