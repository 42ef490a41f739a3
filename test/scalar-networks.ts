// Networks in the plainest terms, for tests: a seeded random model, an ANN's forward pass and an
// SNN's steps as scalar loops over the layer graph, in float64 and without any engine.

import { Random } from "../src/base/random.ts";
import type { Model, Tensor } from "../src/model/model.ts";
import type { Conv2dLayer, Layer, Network, PoolLayer, Shape } from "../src/model/network.ts";
import { inferShapes, inputId, sizeOf } from "../src/model/shapes.ts";

export type Values = ReadonlyMap<string, readonly number[]>;

/** A float32 ANN with seeded weights about ±1/√fan-in and biases about ±0.2. */
export function randomAnn(network: Network, seed: number): Model {
  const shapes = inferShapes(network);
  const random = new Random({ seed, trial: -1, purpose: "test-network", index: 0 });
  const uniform = (low: number, high: number): number => low + (high - low) * random.uniform();
  const filled = (shape: Shape, low: number, high: number): Tensor => ({
    shape,
    data: Float32Array.from({ length: sizeOf(shape) }, () => uniform(low, high)),
  });
  const tensors: Record<string, Tensor> = {};
  for (const layer of network.layers) {
    const input = shapes.get(layer.inputs[0].from) ?? [];
    if (layer.kind === "dense" || layer.kind === "conv2d") {
      const shape: Shape =
        layer.kind === "dense"
          ? [layer.units, input[0]]
          : [layer.channels, input[0] / layer.groups, ...layer.kernel];
      const reach = Math.sqrt(3 / (sizeOf(shape) / shape[0]));
      tensors[`${layer.id}.weight`] = filled(shape, -reach, reach);
      if (layer.bias) tensors[`${layer.id}.bias`] = filled([shape[0]], -0.2, 0.2);
    }
    if (layer.kind === "batchNorm") {
      const shape = [input[0]];
      tensors[`${layer.id}.gamma`] = filled(shape, -1.5, 1.5);
      tensors[`${layer.id}.beta`] = filled(shape, -0.5, 0.5);
      tensors[`${layer.id}.mean`] = filled(shape, -0.5, 0.5);
      tensors[`${layer.id}.variance`] = filled(shape, 0.1, 2);
    }
  }
  const classes = sizeOf(shapes.get(network.output) ?? []);
  return {
    kind: "ann",
    network,
    weightFormat: { kind: "float32" },
    tensors,
    preprocessing: { scale: 1 / 255, offset: 0 },
    inference: null,
    classes: Array.from({ length: classes }, (_, i) => `class ${i}`),
    provenance: { data: "", seed, commit: "", kernels: "scalar", parent: "", history: [] },
  };
}

export function randomInput(network: Network, seed: number): number[] {
  const random = new Random({ seed, trial: -1, purpose: "test-input", index: 0 });
  return Array.from({ length: sizeOf(network.inputShape) }, () => random.uniform());
}

/** Outputs of all layers of an ANN for one input. Codes count times their scale. */
export function runAnn(model: Model, input: readonly number[]): Values {
  const shapes = inferShapes(model.network);
  const values = new Map<string, readonly number[]>([[inputId, input]]);
  for (const layer of model.network.layers) values.set(layer.id, outputOf(model, layer, shapes, values));
  return values;
}

/**
 * Mean spikes a step of every layer (mean sum a step of dense and conv2d layers) of an SNN held at
 * one real-valued input for its steps. Max pooling is left out.
 */
export function runSnn(model: Model, input: readonly number[], steps: number): Values {
  const shapes = inferShapes(model.network);
  const potentials = new Map<string, number[]>();
  const totals = new Map<string, number[]>();
  for (let step = 0; step < steps; step++) {
    const values = new Map<string, readonly number[]>([[inputId, input]]);
    for (const layer of model.network.layers) {
      const out =
        layer.kind === "neuron"
          ? spikesOf(
              model,
              layer.id,
              layer.reset === "zero" ? "zero" : "subtract",
              (shapes.get(layer.id) ?? [1])[0],
              values.get(layer.inputs[0].from) ?? [],
              potentials,
            )
          : outputOf(model, layer, shapes, values);
      values.set(layer.id, out);
      const total = totals.get(layer.id) ?? out.map(() => 0);
      totals.set(layer.id, total);
      for (let i = 0; i < out.length; i++) total[i] += out[i] / steps;
    }
  }
  return totals;
}

function spikesOf(
  model: Model,
  id: string,
  reset: "subtract" | "zero",
  channels: number,
  current: readonly number[],
  potentials: Map<string, number[]>,
): number[] {
  const positions = current.length / channels;
  /** A parameter of neuron i: one value, one a channel, or one a neuron. */
  const own = (parameter: string, i: number): number => {
    const values = model.tensors[`${id}.${parameter}`]?.data ?? [1];
    if (values.length === current.length) return values[i];
    return values[values.length === 1 ? 0 : Math.floor(i / positions)];
  };
  const v = potentials.get(id) ?? current.map((_, i) => own("initialPotential", i));
  potentials.set(id, v);
  return current.map((charge, i) => {
    const threshold = own("threshold", i);
    v[i] = own("leak", i) * v[i] + charge;
    if (!(v[i] >= threshold)) return 0;
    v[i] = reset === "zero" ? 0 : v[i] - threshold;
    return 1;
  });
}

function outputOf(
  model: Model,
  layer: Layer,
  shapes: ReadonlyMap<string, Shape>,
  values: Values,
): readonly number[] {
  const inputs = layer.inputs.map(({ from }) => values.get(from) ?? []);
  const [input] = inputs;
  const inputShape = shapes.get(layer.inputs[0].from) ?? [];
  const shape = shapes.get(layer.id) ?? [];
  const tensor = (parameter: string): ArrayLike<number> =>
    model.tensors[`${layer.id}.${parameter}`]?.data ?? [];
  switch (layer.kind) {
    case "dense":
    case "conv2d": {
      // An SNN sums its codes as they are; only an ANN multiplies them by their scale.
      const scales = model.kind === "ann" && tensor("scale").length > 0 ? tensor("scale") : [1];
      const fanIn = tensor("weight").length / shape[0];
      const weight = Array.from(
        tensor("weight"),
        (value, i) => scales[scales.length === 1 ? 0 : Math.floor(i / fanIn)] * value,
      );
      const bias = tensor("bias");
      if (layer.kind === "conv2d") return convolve(layer, weight, bias, input, inputShape, shape);
      return Array.from({ length: layer.units }, (_, unit) =>
        input.reduce((sum, x, i) => sum + weight[unit * input.length + i] * x, bias[unit] ?? 0),
      );
    }
    case "averagePool":
    case "maxPool":
      return pool(layer, input, inputShape, shape);
    case "batchNorm": {
      const size = input.length / inputShape[0];
      return input.map((x, i) => {
        const c = Math.floor(i / size);
        const gain = tensor("gamma")[c] / Math.sqrt(tensor("variance")[c] + layer.epsilon);
        return gain * (x - tensor("mean")[c]) + tensor("beta")[c];
      });
    }
    case "relu": {
      const bound = tensor("bound")[0] ?? Number.POSITIVE_INFINITY;
      const { levels } = layer;
      if (levels === undefined) return input.map((x) => Math.min(bound, Math.max(0, x)));
      const level = (x: number): number => Math.floor((x * levels) / bound + 0.5) / levels;
      return input.map((x) => bound * Math.min(1, Math.max(0, level(x))));
    }
    case "add": {
      const gains = tensor("gain");
      const channels = gains.length / inputs.length;
      const positions = input.length / shape[0];
      const gain = (k: number, i: number): number =>
        gains[k * channels + (channels === 1 ? 0 : Math.floor(i / positions))] ?? 1;
      return input.map((_, i) => inputs.reduce((sum, other, k) => sum + gain(k, i) * other[i], 0));
    }
    case "concat":
      return inputs.flat();
    case "flatten":
      return input;
    default:
      throw new Error(`${layer.kind} is not run here`);
  }
}

function convolve(
  layer: Conv2dLayer,
  weight: readonly number[],
  bias: ArrayLike<number>,
  input: readonly number[],
  [channels, height, width]: Shape,
  [outChannels, outHeight, outWidth]: Shape,
): number[] {
  const [kernelHeight, kernelWidth] = layer.kernel;
  const perGroup = channels / layer.groups;
  const out: number[] = [];
  for (let o = 0; o < outChannels; o++) {
    const firstChannel = Math.floor(o / (outChannels / layer.groups)) * perGroup;
    for (let y = 0; y < outHeight; y++) {
      for (let x = 0; x < outWidth; x++) {
        let sum = bias[o] ?? 0;
        for (let c = 0; c < perGroup; c++) {
          for (let k = 0; k < kernelHeight * kernelWidth; k++) {
            const row = y * layer.stride[0] - layer.padding[0] + Math.floor(k / kernelWidth);
            const column = x * layer.stride[1] - layer.padding[1] + (k % kernelWidth);
            if (row < 0 || row >= height || column < 0 || column >= width) continue;
            sum +=
              weight[(o * perGroup + c) * kernelHeight * kernelWidth + k] *
              input[((firstChannel + c) * height + row) * width + column];
          }
        }
        out.push(sum);
      }
    }
  }
  return out;
}

function pool(
  layer: PoolLayer,
  input: readonly number[],
  [, height, width]: Shape,
  [channels, outHeight, outWidth]: Shape,
): number[] {
  const out: number[] = [];
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < outHeight; y++) {
      for (let x = 0; x < outWidth; x++) {
        const window: number[] = [];
        for (let k = 0; k < layer.kernel[0] * layer.kernel[1]; k++) {
          const row = y * layer.stride[0] + Math.floor(k / layer.kernel[1]);
          const column = x * layer.stride[1] + (k % layer.kernel[1]);
          window.push(input[(c * height + row) * width + column]);
        }
        const sum = window.reduce((a, b) => a + b, 0);
        out.push(layer.kind === "maxPool" ? Math.max(...window) : sum / window.length);
      }
    }
  }
  return out;
}
