// The door for models: everything that must hold before a model may be run or saved.
// Injected faults pass this door on purpose (engines define what NaN weights then do).

import { InvalidValueError } from "../base/errors.ts";
import { parametersOf } from "../neuron/neuron-parameters.ts";
import { isLinear, weightShape } from "./linear-layer.ts";
import type { Inference, Model, Tensor } from "./model.ts";
import type { Layer, ReluLayer, Shape } from "./network.ts";
import { pixelMaps } from "./preprocessing.ts";
import { asImageShape, inferShapes, sizeOf } from "./shapes.ts";

/**
 * Check graph, tensors and settings.
 *
 * @returns the shapes, as `inferShapes` gives them
 * @throws {InvalidValueError} naming layer, tensor and element
 */
export function validateModel(model: Model): ReadonlyMap<string, Shape> {
  const shapes = inferShapes(model.network);
  const expected = new Map<string, ExpectedTensor>();
  for (const layer of model.network.layers) {
    for (const [parameter, tensor] of expectedTensors(model, layer, shapes))
      expected.set(`${layer.id}.${parameter}`, tensor);
  }
  for (const [name, { shape, isOptional }] of expected) {
    const tensor = model.tensors[name];
    if (tensor !== undefined || !isOptional) checkTensor(name, tensor, shape);
  }
  for (const name of Object.keys(model.tensors)) {
    if (!expected.has(name)) {
      throw new InvalidValueError(`tensor ${name}`, "must belong to a layer of the network", name);
    }
  }
  for (const layer of model.network.layers) checkValues(model, layer);
  checkSettings(model, shapes);
  return shapes;
}

interface ExpectedTensor {
  readonly shape: Shape;
  readonly isOptional?: boolean;
}

function expectedTensors(
  model: Model,
  layer: Layer,
  shapes: ReadonlyMap<string, Shape>,
): readonly (readonly [string, ExpectedTensor])[] {
  const input = shapes.get(layer.inputs[0].from) ?? [];
  if (isLinear(layer)) {
    const shape = weightShape(layer, input);
    const tensors: [string, ExpectedTensor][] = [["weight", { shape }]];
    if (model.weightFormat.kind === "int") {
      const isByChannel = (model.tensors[`${layer.id}.scale`]?.data.length ?? 1) > 1;
      tensors.push(["scale", { shape: [isByChannel ? shape[0] : 1] }]);
    }
    if (layer.bias) tensors.push(["bias", { shape: [shape[0]] }]);
    return tensors;
  }
  if (layer.kind === "batchNorm") {
    const [channels] = asImageShape(input);
    const shape = layer.steps === undefined ? [channels] : [layer.steps, channels];
    return ["gamma", "beta", "mean", "variance"].map((parameter) => [parameter, { shape }] as const);
  }
  if (layer.kind === "relu" && layer.bounded) return [["bound", { shape: [1] }]];
  if (layer.kind === "add" && model.kind === "snn") {
    const count = layer.inputs.length;
    const isByChannel = (model.tensors[`${layer.id}.gain`]?.shape.length ?? 1) > 1;
    return [["gain", { shape: isByChannel ? [count, input[0]] : [count], isOptional: true }]];
  }
  if (layer.kind !== "neuron") return [];
  const parameters = parametersOf(layer).map(({ name, otherwise }) => {
    const length = model.tensors[`${layer.id}.${name}`]?.data.length;
    const choices = [1, input[0], sizeOf(input)];
    if (length !== undefined && !choices.includes(length)) {
      throw new InvalidValueError(
        `tensor ${layer.id}.${name}`,
        `must have one value, one a channel (${input[0]}) or one a neuron (${sizeOf(input)})`,
        length,
      );
    }
    const shape = [length ?? 1];
    return [name, { shape, isOptional: otherwise !== null }] as const;
  });
  const bounds = model.tensors[`${layer.id}.bound`]?.data.length === input[0] ? input[0] : 1;
  return [...parameters, ["bound", { shape: [bounds], isOptional: true }]];
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
  const require = (parameter: string, rule: string, holds: (value: number) => boolean): void => {
    const data = model.tensors[`${layer.id}.${parameter}`]?.data ?? [];
    for (let i = 0; i < data.length; i++) {
      if (!holds(data[i]))
        throw new InvalidValueError(`tensor ${layer.id}.${parameter}[${i}]`, rule, data[i]);
    }
  };
  if (isLinear(layer)) {
    const { weightFormat } = model;
    const stored = model.tensors[`${layer.id}.weight`].data;
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
  if (layer.kind === "relu") checkLevels(layer);
  if (layer.kind === "neuron") {
    for (const { name, rule, holds } of parametersOf(layer)) require(name, rule, holds);
  }
  require("bound", "must be above 0", (bound) => bound > 0);
}

function checkLevels({ id, bounded = false, levels }: ReluLayer): void {
  if (levels === undefined) return;
  const where = `layer ${JSON.stringify(id)} levels`;
  if (!bounded) throw new InvalidValueError(where, "must only be given where the relu is bounded", levels);
  if (!(Number.isInteger(levels) && levels >= 1 && levels <= 65_535))
    throw new InvalidValueError(where, "must be a whole number from 1 to 65535", levels);
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
  pixelMaps(preprocessing, network.inputShape);
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
  checkWarmUp(inference);
  checkInputSteps(inference);
  if (!(inference.dtMs > 0)) throw new InvalidValueError("inference.dtMs", "must be above 0", inference.dtMs);
  const last = network.layers.find((layer) => layer.id === network.output);
  const isSpiking = last?.kind === "neuron" && last.emits !== "potential";
  const readouts = isSpiking ? ["count", "firstSpike"] : ["membrane", "average"];
  if (!readouts.includes(inference.readout)) {
    throw new InvalidValueError(
      "inference.readout",
      `must be ${readouts.join(" or ")} for ${isSpiking ? "a spiking output" : "an output that is not spiking"}`,
      inference.readout,
    );
  }
  checkArithmetic(model);
}

function checkInputSteps({ steps, inputSteps, coding }: Inference): void {
  if (inputSteps === undefined) return;
  const where = "inference.inputSteps";
  if (coding === "constant" || coding === "events")
    throw new InvalidValueError(where, `must not be given for coding "${coding}"`, inputSteps);
  if (!(Number.isInteger(inputSteps) && inputSteps >= 1 && inputSteps <= steps))
    throw new InvalidValueError(where, `must be a whole number from 1 to ${steps}`, inputSteps);
}

function checkWarmUp({ steps: allSteps, warmUp }: Inference): void {
  if (warmUp === undefined) return;
  const { rule, steps } = warmUp;
  if (rule !== "residual" && rule !== "offset")
    throw new InvalidValueError("inference.warmUp.rule", "must be residual or offset", rule);
  if (!(Number.isInteger(steps) && steps >= 1 && steps < allSteps)) {
    throw new InvalidValueError(
      "inference.warmUp.steps",
      `must be a whole number from 1 to ${allSteps - 1}, below all steps`,
      steps,
    );
  }
}

/** Integer arithmetic has integers only, and neurons that charge by `leak` or not at all. */
function checkArithmetic({ inference, weightFormat, network, tensors }: Model): void {
  const { kind } = inference?.arithmetic ?? { kind: "float32" };
  if (kind === "float32") return;
  if (kind !== "integer") {
    throw new InvalidValueError("inference.arithmetic", "must be float32 or integer", kind);
  }
  if (weightFormat.kind !== "int") {
    throw new InvalidValueError(
      "inference.arithmetic",
      "must be float32 for float32 weights",
      kind,
      "Quantise the weights first.",
    );
  }
  const whole = ["bias", "threshold", "initialPotential", "resetPotential", "minimumPotential"];
  for (const { id } of network.layers) {
    for (const parameter of whole) {
      const data = tensors[`${id}.${parameter}`]?.data ?? [];
      for (let i = 0; i < data.length; i++) {
        if (Number.isInteger(data[i]) && Math.abs(data[i]) <= 2 ** 31 - 1) continue;
        throw new InvalidValueError(
          `tensor ${id}.${parameter}[${i}]`,
          "must be a whole int32 number in integer arithmetic",
          data[i],
        );
      }
    }
  }
}
