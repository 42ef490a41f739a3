// An arm of a pair of event networks: an experiment by name, and what is trained otherwise.

import type { EventExperiment } from "../../../event-gradient/event-experiments.ts";
import { eventNeuronFields } from "../../../event-gradient/event-fields.ts";
import type { GivenEventLayer } from "../../../event-gradient/event-network.ts";
import type { EventTrainingSettings } from "../../../event-gradient/event-training-fields.ts";
import type { StartingWeights } from "../../../event-gradient/initialise-event-weights.ts";
import { choice, type Fields, float, int, text, type Values } from "../../../space/field.ts";

export const armNames = ["one", "many"] as const;
export type ArmName = (typeof armNames)[number];

/** Beside it `thresholds` and `maxSpikes`: lists, one for every layer of neurons. */
export const eventArmFields = {
  experiment: text({ about: "experiment whose other settings are kept", default: "" }),
  epochs: int({ about: "passes over the training samples", unit: "1", low: 1, high: 10_000, default: 1 }),
  batch: int({ about: "samples of one update", unit: "1", low: 1, high: 4096, default: 50 }),
  learningRate: float({ about: "step size", unit: "1", low: 1e-7, high: 10, default: 1e-3 }),
} satisfies Fields;

/** What an arm may say otherwise than its experiment; `starts`, a list, and `training`, a map, besides. */
export const eventArmChanges = {
  windowMs: float({
    about: "end of the time that is looked at",
    unit: "ms",
    low: 1e-3,
    high: 1e9,
    default: 200,
  }),
  tauSynapseMs: float({
    about: "time constant of all synapses; the membranes' is twice as long",
    unit: "ms",
    low: 1e-3,
    high: 1e6,
    default: 1000 * eventNeuronFields.tauSynapseS.default,
  }),
} satisfies Fields;

export const startFields = {
  kind: choice({ about: "uniform in [a, b), or normal", options: ["uniform", "normal"], default: "normal" }),
  a: float({ about: "least, or mean", unit: "1", low: -1e6, high: 1e6, default: 0 }),
  b: float({ about: "most, or standard deviation", unit: "1", low: -1e6, high: 1e6, default: 1 }),
} satisfies Fields;

export interface EventArm
  extends Values<typeof eventArmFields>,
    Readonly<Partial<Values<typeof eventArmChanges>>> {
  readonly thresholds: readonly number[];
  readonly maxSpikes: readonly number[];
  readonly starts?: readonly StartingWeights[];
  readonly training?: Readonly<Partial<EventTrainingSettings>>;
}

/** The experiment an arm trains: the named one with what the arm says otherwise. */
export function experimentOf(
  { thresholds, maxSpikes, epochs, batch, learningRate, ...arm }: EventArm,
  experiment: EventExperiment,
): EventExperiment {
  const { tauSynapseMs, windowMs, starts = experiment.starts } = arm;
  const constants = tauSynapseMs !== undefined && {
    tauSynapseS: tauSynapseMs / 1000,
    tauMembraneS: tauSynapseMs / 500,
  };
  let n = 0;
  const layers = experiment.network.layers.map((layer): GivenEventLayer => {
    if (layer.kind === "pool") return layer;
    const own = { ...layer, threshold: thresholds[n], maxSpikes: maxSpikes[n], ...constants };
    n++;
    return own;
  });
  const training = { ...experiment.training, ...arm.training, epochs, batch, learningRate };
  const window = windowMs !== undefined && { windowS: windowMs / 1000 };
  return { ...experiment, network: { ...experiment.network, ...window, layers }, training, starts };
}
