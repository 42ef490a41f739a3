// Seeded spiking models and images, for tests of simulators.

import { Random } from "../src/base/random.ts";
import type { Inference, Model, Tensor, WeightFormat } from "../src/model/model.ts";
import type { Network, Shape } from "../src/model/network.ts";
import { inferShapes, sizeOf } from "../src/model/shapes.ts";

export interface SpikingModelOptions {
  readonly seed: number;
  readonly inference: Partial<Inference>;
  readonly weights?: WeightFormat["kind"];
  /** Whether biases and thresholds are whole numbers, so that sums are exact in any order. */
  readonly isWhole?: boolean;
}

/** A spiking model with weights of both signs and thresholds that some neurons reach. */
export function spikingModel(network: Network, options: SpikingModelOptions): Model {
  const { seed, inference, weights = "int", isWhole = false } = options;
  const random = new Random({ seed, trial: -1, purpose: "spiking-model", index: 0 });
  const between = (low: number, high: number): number => {
    const value = low + (high - low) * random.uniform();
    return isWhole ? Math.round(value) : value;
  };
  const shapes = inferShapes(network);
  const tensors: Record<string, Tensor> = {};
  const filled = (shape: Shape, low: number, high: number): Tensor => ({
    shape,
    data: Float32Array.from({ length: sizeOf(shape) }, () => between(low, high)),
  });
  for (const layer of network.layers) {
    const input = shapes.get(layer.inputs[0].from) ?? [];
    if (layer.kind === "dense" || layer.kind === "conv2d") {
      const shape: Shape =
        layer.kind === "dense"
          ? [layer.units, input[0]]
          : [layer.channels, input[0] / layer.groups, ...layer.kernel];
      const data =
        weights === "int"
          ? Int8Array.from({ length: sizeOf(shape) }, () => random.integer(256) - 128)
          : Float32Array.from({ length: sizeOf(shape) }, () => 256 * random.uniform() - 128);
      tensors[`${layer.id}.weight`] = { shape, data };
      if (weights === "int") tensors[`${layer.id}.scale`] = { shape: [1], data: Float32Array.of(0.01) };
      if (layer.bias) tensors[`${layer.id}.bias`] = filled([shape[0]], -20, 40);
    }
    if (layer.kind === "neuron") {
      const size = sizeOf(input);
      tensors[`${layer.id}.threshold`] =
        random.integer(2) === 0 ? filled([1], 40, 120) : filled([size], 20, 200);
      tensors[`${layer.id}.initialPotential`] = filled([1], 0, 40);
      tensors[`${layer.id}.bound`] = { shape: [1], data: Float32Array.of(1) };
      if (layer.model === "lif") tensors[`${layer.id}.leak`] = { shape: [1], data: Float32Array.of(0.9) };
    }
  }
  const output = network.layers.find(({ id }) => id === network.output);
  const classes = sizeOf(shapes.get(network.output) ?? []);
  return {
    kind: "snn",
    network,
    weightFormat: weights === "int" ? { kind: "int", bits: 8 } : { kind: "float32" },
    tensors,
    preprocessing: { scale: 1 / 255, offset: 0 },
    inference: {
      steps: 5,
      coding: "rate",
      readout: output?.kind === "neuron" ? "count" : "membrane",
      dtMs: 1,
      ...inference,
    },
    classes: Array.from({ length: classes }, (_, i) => `class ${i}`),
    provenance: { data: "", seed, commit: "", kernels: "", parent: "", history: [] },
  };
}

/** Images of which about half of the pixels are black. */
export function spikingImages(
  model: Model,
  count: number,
  seed = 0,
): { pixels: Uint8Array; labels: Uint8Array } {
  const random = new Random({ seed, trial: -1, purpose: "spiking-images", index: 0 });
  const pixels = Uint8Array.from({ length: count * sizeOf(model.network.inputShape) }, () =>
    Math.max(0, random.integer(511) - 255),
  );
  return { pixels, labels: Uint8Array.from({ length: count }, () => random.integer(model.classes.length)) };
}
