// A neuron layer's parameters, one value a neuron, from tensors of one value, one a channel or one a neuron.

import { type Model, tensorOf } from "../model/model.ts";
import type { NeuronLayer, Shape } from "../model/network.ts";
import { sizeOf } from "../model/shapes.ts";
import { type NeuronParameterName, parametersOf } from "../neuron/neuron-parameters.ts";
import { type IntegerParameters, leakUnit } from "../neuron/step-integer.ts";
import type { StepParameters } from "../neuron/step-neuron.ts";

/** What a step reads, and the potential before the first step. */
export type NeuronValueName = keyof StepParameters | "initialPotential";

/** Tensors that fill a role in the equation; the first one the layer's form has is taken. */
const tensorsOf: Readonly<Record<NeuronValueName, readonly NeuronParameterName[]>> = {
  threshold: ["threshold"],
  membrane: ["leak", "rate", "timeConstant"],
  currentGain: ["currentGain"],
  restPotential: ["restPotential"],
  resetPotential: ["resetPotential"],
  minimumPotential: ["minimumPotential"],
  synapse: ["synapseLeak", "synapseRate"],
  adaptationStrength: ["adaptationStrength"],
  adaptationLeak: ["adaptationLeak"],
  initialPotential: ["initialPotential"],
};

/** Values where a form has no such parameter: an IF neuron keeps all, resets start at 0, … */
const neutral: Readonly<Record<NeuronValueName, number>> = {
  threshold: Number.POSITIVE_INFINITY,
  membrane: 1,
  currentGain: 1,
  restPotential: 0,
  resetPotential: 0,
  minimumPotential: Number.NEGATIVE_INFINITY,
  synapse: 0,
  adaptationStrength: 0,
  adaptationLeak: 0,
  initialPotential: 0,
};

/** Whether the layer holds one value for all its neurons. */
export interface NeuronValues {
  /** Shape [neurons]. */
  readonly values: Float32Array;
  readonly isUniform: boolean;
}

export function neuronValues(
  model: Model,
  layer: NeuronLayer,
  shape: Shape,
): Readonly<Record<NeuronValueName, NeuronValues>> {
  const size = sizeOf(shape);
  const parameters = parametersOf(layer);
  const valuesOf = (name: NeuronValueName): NeuronValues => {
    const parameter = parameters.find((candidate) => tensorsOf[name].includes(candidate.name));
    const data = parameter && tensorOf(model, layer.id, parameter.name)?.data;
    const otherwise = parameter?.otherwise ?? neutral[name];
    const values = new Float32Array(size).fill(otherwise);
    if (data === undefined) return { values, isUniform: true };
    const run = size / data.length;
    for (let i = 0; i < size; i++) values[i] = data[Math.floor(i / run)];
    return { values, isUniform: data.length === 1 };
  };
  return Object.fromEntries(
    Object.keys(neutral).map((name) => [name, valuesOf(name as NeuronValueName)]),
  ) as Record<NeuronValueName, NeuronValues>;
}

/** The same in integers: potentials as they are, the leak in 4096ths. Shape [neurons] each. */
export function integerValues(
  values: Readonly<Record<NeuronValueName, NeuronValues>>,
): Readonly<Record<keyof IntegerParameters | "initialPotential", Int32Array>> {
  const lowest = -(2 ** 31);
  const whole = (name: NeuronValueName): Int32Array =>
    Int32Array.from(values[name].values, (value) => Math.min(2 ** 31 - 1, Math.max(lowest, value)));
  return {
    threshold: whole("threshold"),
    leak: Int32Array.from(values.membrane.values, (leak) => Math.floor(leakUnit * leak + 0.5)),
    resetPotential: whole("resetPotential"),
    minimumPotential: whole("minimumPotential"),
    initialPotential: whole("initialPotential"),
  };
}
