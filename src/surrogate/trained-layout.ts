// What of a spiking network is trained, as one flat vector: weights and biases, batch norm's factors, and those
// parameters of neurons that are to be learnt, each within the bounds a network file allows.

import { layoutOfTensors, type ParameterLayout } from "../ann/parameter-layout.ts";
import type { ParameterLimit } from "../ann/trained-form.ts";
import type { Model } from "../model/model.ts";
import type { NeuronParameterName } from "../neuron/neuron-parameters.ts";

/** Parameters of neurons that can be learnt. */
export const learnableParameters = [
  "leak",
  "threshold",
  "currentGain",
  "rate",
  "timeConstant",
  "synapseLeak",
  "adaptationStrength",
  "adaptationLeak",
] as const satisfies readonly NeuronParameterName[];
export type LearnableParameter = (typeof learnableParameters)[number];

const leastAboveZero = 1e-3;

const bounds: Readonly<Record<LearnableParameter, readonly [low: number, high: number]>> = {
  leak: [0, 1],
  threshold: [leastAboveZero, Number.POSITIVE_INFINITY],
  // Derivatives by it divide by it.
  currentGain: [leastAboveZero, Number.POSITIVE_INFINITY],
  rate: [leastAboveZero, 1],
  timeConstant: [1, Number.POSITIVE_INFINITY],
  synapseLeak: [0, 1],
  adaptationStrength: [0, Number.POSITIVE_INFINITY],
  adaptationLeak: [0, 1],
};

export interface TrainedLayout {
  readonly layout: ParameterLayout;
  readonly limits: readonly ParameterLimit[];
}

/** @param learnt - of those the neurons have as tensors */
export function trainedLayout(
  { network, tensors }: Model,
  learnt: readonly LearnableParameter[],
): TrainedLayout {
  const kinds = new Map(network.layers.map(({ id, kind }) => [id, kind]));
  const isTrained = (name: string): boolean => {
    const [id, parameter] = name.split(".");
    const kind = kinds.get(id);
    if (kind === "neuron") return (learnt as readonly string[]).includes(parameter);
    return /^(weight|bias|gamma|beta)$/.test(parameter);
  };
  const entries = Object.entries(tensors);
  const layout = layoutOfTensors(
    entries.filter(([name]) => isTrained(name)),
    entries.filter(([name]) => /\.(mean|variance)$/.test(name)),
  );
  const limits = layout.parameters.flatMap(({ name, offset, length }) => {
    const [id, parameter] = name.split(".");
    if (kinds.get(id) !== "neuron") return [];
    const [low, high] = bounds[parameter as LearnableParameter];
    return [{ offset, length, low, high, isFreeOfDecay: true }];
  });
  return { layout, limits };
}
