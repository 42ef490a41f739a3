// What is in a network, layer by layer: shapes, parameters, products, neurons, thresholds. Nothing is run.
//
// Products (MACs) are those of one dense pass, zeros included, padding not: an ANN does them once an inference,
// a spiking network adds a weight for each that is reached by a spike.

import { isLinear, lowered } from "../model/linear-layer.ts";
import { type Model, tensorOf } from "../model/model.ts";
import type { Layer, NeuronLayer, Shape } from "../model/network.ts";
import { sizeOf } from "../model/shapes.ts";
import { validateModel } from "../model/validate-model.ts";
import { fanOutOf } from "../simulate/fan-out.ts";

export interface NetworkSummary {
  readonly name: string;
  readonly kind: Model["kind"];
  readonly inputShape: Shape;
  readonly output: string;
  readonly classes: number;
  /** `float32` or `int8`, `int4`, …: how weights are stored. */
  readonly weights: string;
  readonly layers: readonly LayerSummary[];
  /** Learned ones: weights, biases, the scale and shift of batch norms. */
  readonly parameters: number;
  readonly macs: number;
  readonly neurons: number;
  readonly inference: Model["inference"];
  readonly preprocessing: Model["preprocessing"];
  readonly history: readonly string[];
}

export interface LayerSummary {
  readonly layer: string;
  readonly kind: Layer["kind"];
  /** What it is fed by; delays as `id@steps`. */
  readonly inputs: readonly string[];
  readonly shape: Shape;
  readonly parameters: number;
  readonly macs: number;
  /** Spiking ones. */
  readonly neurons: number;
  /** Model, reset, semantics, …: what a neuron layer is told to be; null for others. */
  readonly form: Readonly<Record<string, unknown>> | null;
  /** Lowest and highest; null where there is none. */
  readonly threshold: readonly [low: number, high: number] | null;
}

/** @throws {InvalidValueError} when the model does not hold together */
export function summariseNetwork(model: Model): NetworkSummary {
  const shapes = validateModel(model);
  const { network, weightFormat, inference, preprocessing, provenance } = model;
  const layers = network.layers.map((layer): LayerSummary => {
    const shape = shapes.get(layer.id) ?? [];
    return {
      layer: layer.id,
      kind: layer.kind,
      inputs: layer.inputs.map(({ from, delay }) => (delay === 0 ? from : `${from}@${delay}`)),
      shape,
      parameters: parametersIn(model, layer),
      macs: macsOf(layer, shapes.get(layer.inputs[0].from) ?? network.inputShape, shape),
      neurons: layer.kind === "neuron" ? sizeOf(shape) : 0,
      form: layer.kind === "neuron" ? formOf(layer) : null,
      threshold: rangeOf(model, layer.id),
    };
  });
  const total = (of: (layer: LayerSummary) => number): number =>
    layers.reduce((sum, layer) => sum + of(layer), 0);
  return {
    name: network.name,
    kind: model.kind,
    inputShape: network.inputShape,
    output: network.output,
    classes: model.classes.length,
    weights: weightFormat.kind === "float32" ? "float32" : `int${weightFormat.bits}`,
    layers,
    parameters: total(({ parameters }) => parameters),
    macs: total(({ macs }) => macs),
    neurons: total(({ neurons }) => neurons),
    inference,
    preprocessing,
    history: provenance.history,
  };
}

function parametersIn(model: Model, layer: Layer): number {
  const names = isLinear(layer) ? ["weight", "bias"] : layer.kind === "batchNorm" ? ["gamma", "beta"] : [];
  return names.reduce((sum, name) => sum + (tensorOf(model, layer.id, name)?.data.length ?? 0), 0);
}

function macsOf(layer: Layer, input: Shape, output: Shape): number {
  if (!isLinear(layer)) return 0;
  return fanOutOf(lowered(layer), input, output).reduce((sum, count) => sum + count, 0);
}

function formOf({ id: _id, inputs: _inputs, kind: _kind, ...form }: NeuronLayer): LayerSummary["form"] {
  return form;
}

function rangeOf(model: Model, layer: string): LayerSummary["threshold"] {
  const data = tensorOf(model, layer, "threshold")?.data;
  if (data === undefined) return null;
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of data) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}
