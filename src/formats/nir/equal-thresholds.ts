// Thresholds by channel for tools that take one a layer: the weights before the neurons are scaled instead. With
// factors f = θ₁/θ by channel, f W x reaches θ₁ where W x reaches θ; all potentials of a neuron are scaled alike.
// What rounds differently in float32 is told as a loss.

import { isLinear } from "../../model/linear-layer.ts";
import { type Model, type Tensor, tensorOf } from "../../model/model.ts";
import type { Layer, NeuronLayer } from "../../model/network.ts";
import { inferShapes } from "../../model/shapes.ts";
import { type NeuronParameterName, parametersOf } from "../../neuron/neuron-parameters.ts";
import type { Loss } from "../loss.ts";

const potentials: readonly NeuronParameterName[] = [
  "threshold",
  "initialPotential",
  "restPotential",
  "resetPotential",
  "minimumPotential",
];

export interface Equalised {
  readonly model: Model;
  readonly losses: readonly Loss[];
}

/** Layers whose weights nothing else reads are scaled; where there are none, thresholds stay as they are. */
export function equalThresholds(model: Model): Equalised {
  const shapes = inferShapes(model.network);
  const tensors: Record<string, Tensor> = { ...model.tensors };
  const losses: Loss[] = [];
  for (const layer of model.network.layers) {
    const threshold = tensorOf(model, layer.id, "threshold")?.data;
    const channels = (shapes.get(layer.id) ?? [1])[0];
    if (layer.kind !== "neuron" || threshold === undefined || threshold.length !== channels) continue;
    const factors = Float64Array.from(threshold, (theta) => threshold[0] / theta);
    const before = weightsBefore(model, layer);
    if (before === null || factors.every((factor) => factor === 1)) continue;
    for (const { id } of before) {
      for (const name of ["weight", "bias"]) {
        const tensor = tensors[`${id}.${name}`];
        if (tensor !== undefined) tensors[`${id}.${name}`] = timesRows(tensor, factors);
      }
    }
    for (const { name } of parametersOf(layer)) {
      const tensor = tensors[`${layer.id}.${name}`];
      if (!potentials.includes(name) || tensor === undefined) continue;
      const { data } = tensor;
      const spread = data.length === 1 ? new Float32Array(channels).fill(data[0]) : Float32Array.from(data);
      tensors[`${layer.id}.${name}`] = timesRows({ shape: [spread.length], data: spread }, factors);
    }
    losses.push({
      where: `layer ${JSON.stringify(layer.id)}`,
      what: "thresholds by channel",
      consequence: "The weights before are scaled instead; sums may differ in their last bits.",
    });
  }
  return { model: { ...model, tensors }, losses };
}

/** The layers that alone feed a layer of neurons and feed nothing else, or null. */
function weightsBefore({ network }: Model, neurons: NeuronLayer): readonly Layer[] | null {
  const { layers, output } = network;
  const usesOf = (id: string): number =>
    layers.flatMap(({ inputs }) => inputs).filter(({ from }) => from === id).length + Number(id === output);
  const found: Layer[] = [];
  const open = neurons.inputs.map(({ from }) => from);
  for (const from of open) {
    const source = layers.find(({ id }) => id === from);
    if (source === undefined || usesOf(from) !== 1) return null;
    if (isLinear(source)) found.push(source);
    else if (source.kind === "add") open.push(...source.inputs.map((input) => input.from));
    else return null;
  }
  return found;
}

function timesRows({ shape, data }: Tensor, factors: Float64Array): Tensor {
  const inRow = data.length / factors.length;
  return { shape, data: Float32Array.from(data, (value, i) => value * factors[Math.floor(i / inRow)]) };
}
