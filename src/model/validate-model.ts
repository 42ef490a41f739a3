// The door for models: everything that must hold before a model may be run or saved.
// Injected faults pass this door on purpose (engines define what NaN weights then do).

import { InvalidValueError } from "../base/errors.ts";
import type { Model, Tensor } from "./model.ts";
import type { Layer, Shape } from "./network.ts";
import { asImageShape, inferShapes, sizeOf } from "./shapes.ts";

/**
 * Check graph, tensors and settings.
 *
 * @returns the shapes, as `inferShapes` gives them
 * @throws {InvalidValueError} naming layer, tensor and element
 */
export function validateModel(model: Model): ReadonlyMap<string, Shape> {
  const shapes = inferShapes(model.network);
  const expected = new Map<string, Shape>();
  for (const layer of model.network.layers) {
    for (const [parameter, shape] of expectedTensors(model, layer, shapes))
      expected.set(`${layer.id}.${parameter}`, shape);
  }
  for (const [name, shape] of expected) checkTensor(name, model.tensors[name], shape);
  for (const name of Object.keys(model.tensors)) {
    if (!expected.has(name)) {
      throw new InvalidValueError(`tensor ${name}`, "must belong to a layer of the network", name);
    }
  }
  for (const layer of model.network.layers) checkValues(model, layer);
  checkSettings(model, shapes);
  return shapes;
}

function expectedTensors(
  model: Model,
  layer: Layer,
  shapes: ReadonlyMap<string, Shape>,
): readonly (readonly [string, Shape])[] {
  const input = shapes.get(layer.inputs[0].from) ?? [];
  switch (layer.kind) {
    case "dense":
    case "conv2d": {
      const weight: Shape =
        layer.kind === "dense"
          ? [layer.units, input[0]]
          : [layer.channels, input[0] / layer.groups, ...layer.kernel];
      const tensors: [string, Shape][] = [["weight", weight]];
      if (model.weightFormat.kind === "int") tensors.push(["scale", [1]]);
      if (layer.bias) tensors.push(["bias", [weight[0]]]);
      return tensors;
    }
    case "batchNorm":
      return ["gamma", "beta", "mean", "variance"].map(
        (parameter) => [parameter, [asImageShape(input)[0]]] as const,
      );
    case "neuron": {
      const threshold = model.tensors[`${layer.id}.threshold`];
      const perNeuron = threshold !== undefined && threshold.data.length !== 1;
      const tensors: [string, Shape][] = [
        ["threshold", perNeuron ? [sizeOf(input)] : [1]],
        ["initialPotential", [1]],
        ["bound", [1]],
      ];
      if (layer.model === "lif") tensors.push(["leak", [1]]);
      return tensors;
    }
    default:
      return [];
  }
}

function checkTensor(name: string, tensor: Tensor | undefined, shape: Shape): void {
  if (tensor === undefined) {
    throw new InvalidValueError(`tensor ${name}`, `must be there with shape [${shape}]`, "nothing");
  }
  if (String(tensor.shape) !== String(shape) || tensor.data.length !== sizeOf(shape)) {
    throw new InvalidValueError(`tensor ${name}`, `must have shape [${shape}]`, tensor.shape);
  }
  if (!(tensor.data instanceof Float32Array)) return;
  for (let i = 0; i < tensor.data.length; i++) {
    if (Number.isFinite(tensor.data[i])) continue;
    throw new InvalidValueError(
      `tensor ${name}[${i}]`,
      "must be a finite number",
      tensor.data[i],
      "Train again with a smaller learning rate, or export the network again.",
    );
  }
}

function checkValues(model: Model, layer: Layer): void {
  const values = (parameter: string): Tensor["data"] => model.tensors[`${layer.id}.${parameter}`].data;
  const require = (parameter: string, rule: string, holds: (value: number) => boolean): void => {
    const data = values(parameter);
    for (let i = 0; i < data.length; i++) {
      if (!holds(data[i]))
        throw new InvalidValueError(`tensor ${layer.id}.${parameter}[${i}]`, rule, data[i]);
    }
  };
  if (layer.kind === "dense" || layer.kind === "conv2d") {
    const { weightFormat } = model;
    const stored = values("weight");
    if (weightFormat.kind === "float32") {
      if (!(stored instanceof Float32Array)) {
        throw new InvalidValueError(`tensor ${layer.id}.weight`, "must be float32", stored.constructor.name);
      }
      return;
    }
    if (!(stored instanceof Int8Array)) {
      throw new InvalidValueError(`tensor ${layer.id}.weight`, "must be int8 codes", stored.constructor.name);
    }
    const limit = 2 ** (weightFormat.bits - 1);
    require("weight", `must be a ${weightFormat.bits}-bit code`, (code) => code >= -limit && code < limit);
    require("scale", "must be above 0", (scale) => scale > 0);
  }
  if (layer.kind === "batchNorm") require("variance", "must be 0 or more", (variance) => variance >= 0);
  if (layer.kind === "neuron") {
    require("threshold", "must be above 0", (threshold) => threshold > 0);
    require("bound", "must be above 0", (bound) => bound > 0);
    if (layer.model === "lif")
      require("leak", "must be above 0 and at most 1", (leak) => leak > 0 && leak <= 1);
  }
}

function checkSettings(model: Model, shapes: ReadonlyMap<string, Shape>): void {
  const { inference, weightFormat, network, classes, preprocessing } = model;
  const scores = sizeOf(shapes.get(network.output) ?? []);
  if (scores !== classes.length) {
    throw new InvalidValueError(
      "network.output",
      `must give one score for each of ${classes.length} classes`,
      scores,
    );
  }
  if (
    weightFormat.kind === "int" &&
    !(Number.isInteger(weightFormat.bits) && weightFormat.bits >= 2 && weightFormat.bits <= 8)
  ) {
    throw new InvalidValueError("weightFormat.bits", "must be a whole number from 2 to 8", weightFormat.bits);
  }
  if (!Number.isFinite(preprocessing.scale) || !Number.isFinite(preprocessing.offset)) {
    throw new InvalidValueError(
      "preprocessing",
      "must be finite numbers",
      `${preprocessing.scale}, ${preprocessing.offset}`,
    );
  }
  if (model.kind === "ann") {
    const spiking = network.layers.find((layer) => layer.kind === "neuron");
    if (spiking)
      throw new InvalidValueError(`layer "${spiking.id}"`, "must not be spiking in an ANN", "neuron");
    return;
  }
  if (inference === null) throw new InvalidValueError("inference", "must be given for an SNN", null);
  if (!(Number.isInteger(inference.steps) && inference.steps >= 1)) {
    throw new InvalidValueError("inference.steps", "must be a whole number of at least 1", inference.steps);
  }
  if (!(inference.dtMs > 0)) throw new InvalidValueError("inference.dtMs", "must be above 0", inference.dtMs);
  const last = network.layers.find((layer) => layer.id === network.output);
  if ((inference.readout === "count") !== (last?.kind === "neuron")) {
    throw new InvalidValueError(
      "inference.readout",
      "must be count exactly when the output layer is spiking",
      inference.readout,
    );
  }
}
