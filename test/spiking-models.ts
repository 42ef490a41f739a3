// Seeded spiking models and images, for tests of simulators.

import { Random } from "../src/base/random.ts";
import type { InputSpikes } from "../src/coding/input-spikes.ts";
import { isLinear, weightShape } from "../src/model/linear-layer.ts";
import type { Inference, Model, Tensor, WeightFormat } from "../src/model/model.ts";
import type { Network, Shape } from "../src/model/network.ts";
import { inferShapes, sizeOf } from "../src/model/shapes.ts";
import { type NeuronParameterName, parametersOf } from "../src/neuron/neuron-parameters.ts";

export interface SpikingModelOptions {
  readonly seed: number;
  readonly inference: Partial<Inference>;
  readonly weights?: WeightFormat["kind"];
  /** Whether biases and thresholds are whole numbers, so that sums are exact in any order. */
  readonly isWhole?: boolean;
  /** Gains of additions; default none. */
  readonly gains?: "byInput" | "byChannel";
}

/** Where parameters are drawn from; those of no width are left out, but for the leak. */
const ranges: Readonly<Record<NeuronParameterName, readonly [number, number]>> = {
  threshold: [20, 200],
  initialPotential: [0, 40],
  leak: [0.9, 0.9],
  currentGain: [1, 1],
  rate: [0.3, 0.9],
  timeConstant: [1.5, 4],
  restPotential: [-10, 10],
  resetPotential: [-20, 20],
  minimumPotential: [-300, -100],
  synapseLeak: [0.3, 0.9],
  synapseRate: [0.2, 0.6],
  adaptationStrength: [5, 40],
  adaptationLeak: [0.7, 0.95],
};

/** A spiking model with weights of both signs and thresholds that some neurons reach. */
export function spikingModel(network: Network, options: SpikingModelOptions): Model {
  const { seed, inference, weights = "int", isWhole = false, gains } = options;
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
    if (layer.kind === "add" && gains !== undefined) {
      const count = layer.inputs.length;
      tensors[`${layer.id}.gain`] = filled(gains === "byInput" ? [count] : [count, input[0]], -2, 2);
    }
    if (isLinear(layer)) {
      const shape = weightShape(layer, input);
      const data =
        weights === "int"
          ? Int8Array.from({ length: sizeOf(shape) }, () => random.integer(256) - 128)
          : Float32Array.from({ length: sizeOf(shape) }, () => 256 * random.uniform() - 128);
      tensors[`${layer.id}.weight`] = { shape, data };
      if (weights === "int") tensors[`${layer.id}.scale`] = { shape: [1], data: Float32Array.of(0.01) };
      if (layer.bias) tensors[`${layer.id}.bias`] = filled([shape[0]], -20, 40);
    }
    if (layer.kind === "neuron") {
      // Input and spikes are at most 1, sums of codes are not.
      const { from } = layer.inputs[0];
      const isFaint = network.layers.every(({ id, kind }) => id !== from || kind === "neuron");
      // Half of the layers are as conversion makes them: nothing that may be left out but the start.
      const isBare = random.integer(2) === 0;
      for (const { name, otherwise } of parametersOf(layer)) {
        if (isBare && otherwise !== null && name !== "initialPotential") continue;
        // One value for the layer, one a channel or one a neuron.
        const length = isBare && name !== "threshold" ? 1 : [1, input[0], sizeOf(input)][random.integer(3)];
        const factor = isFaint && /threshold|potential/i.test(name) ? 0.01 : 1;
        const [low, high] = ranges[name].map((bound) => factor * bound);
        if (low !== high || name === "leak") tensors[`${layer.id}.${name}`] = filled([length], low, high);
      }
      tensors[`${layer.id}.bound`] = { shape: [1], data: Float32Array.of(1) };
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
      readout: output?.kind === "neuron" && output.emits !== "potential" ? "count" : "membrane",
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

/** The same set as spikes, for coding `events`: some inputs stand twice in a step, some steps are empty. */
export function spikingEvents(model: Model, samples: number, seed = 0): InputSpikes {
  const random = new Random({ seed, trial: -1, purpose: "spiking-events", index: 0 });
  const inputs = sizeOf(model.network.inputShape);
  const steps = model.inference?.steps ?? 0;
  const events: number[] = [];
  const ends: number[] = [];
  for (let segment = 0; segment < samples * steps; segment++) {
    for (let i = 0; i < inputs && segment % 4 !== 2; i++) {
      for (let n = [0, 0, 0, 1, 1, 2][random.integer(6)]; n > 0; n--) events.push(i);
    }
    ends.push(events.length);
  }
  return { samples, steps, inputs, events: Int32Array.from(events), ends: Int32Array.from(ends) };
}
