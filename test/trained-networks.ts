// Small spiking networks to train, their scalar twins, and what both must agree on.

import assert from "node:assert/strict";
import { Random } from "../src/base/random.ts";
import type { Kernels } from "../src/kernels/kernels.ts";
import { adamStep } from "../src/kernels/optimiser-step.ts";
import {
  averagePool,
  connect,
  conv1d,
  conv2d,
  dense,
  flatten,
  type LayerSpec,
  maxPool,
  neuron,
  sequential,
} from "../src/model/build.ts";
import { isLinear, weightShape } from "../src/model/linear-layer.ts";
import type { Inference, Model, Tensor } from "../src/model/model.ts";
import type { Layer, Network } from "../src/model/network.ts";
import { inferShapes, sizeOf } from "../src/model/shapes.ts";
import { type NeuronParameterName, parametersOf } from "../src/neuron/neuron-parameters.ts";
import { scalarGradient } from "../src/surrogate/scalar-gradient.ts";
import type { ScalarGradientOptions } from "../src/surrogate/scalar-tape.ts";
import type { SeriesLoss } from "../src/surrogate/series-losses.ts";
import { SurrogateEngine } from "../src/surrogate/surrogate-engine.ts";
import { surrogates } from "../src/surrogate/surrogates.ts";
import { type LearnableParameter, learnableParameters } from "../src/surrogate/trained-layout.ts";

/** Of the networks here. */
export const trainedSteps = 6;

/** A layer fed by others, some steps late where a number says so. */
export const fedBy = (
  id: string,
  from: readonly (string | readonly [string, number])[],
  spec: LayerSpec,
): Layer =>
  ({
    ...spec,
    id,
    inputs: from.map((source) => (typeof source === "string" ? connect(source) : connect(...source))),
  }) as Layer;

export const trainedNetworks: Readonly<Record<string, Network>> = {
  "if, subtract": sequential("n", [4], [dense(7), neuron(), dense(3)]),
  "lif, zero": sequential(
    "n",
    [4],
    [dense(7), neuron({ model: "lif", reset: "zero" }), dense(3), neuron({ model: "lif" })],
  ),
  "no reset": sequential("n", [4], [dense(7), neuron({ model: "lif", reset: "none" }), dense(3)]),
  "current, value": sequential("n", [4], [dense(7), neuron({ model: "cubaLif", reset: "value" }), dense(3)]),
  adaptive: sequential("n", [4], [dense(7), neuron({ model: "adaptiveLif" }), dense(3)]),
  "snntorch, subtract": sequential(
    "n",
    [4],
    [dense(7), neuron({ model: "lif", semantics: "snntorch" }), dense(3)],
  ),
  "snntorch, current": sequential(
    "n",
    [4],
    [dense(7), neuron({ model: "cubaLif", semantics: "snntorch" }), dense(3)],
  ),
  spikingjelly: sequential(
    "n",
    [4],
    [
      dense(7),
      neuron({ model: "lif", semantics: "spikingjelly", reset: "zero" }),
      dense(5),
      neuron({ model: "lif", semantics: "spikingjelly", decayInput: false }),
      dense(3),
    ],
  ),
  norse: sequential(
    "n",
    [4],
    [dense(7), neuron({ model: "cubaLif", semantics: "norse", reset: "value" }), dense(3)],
  ),
  sinabs: sequential("n", [4], [dense(7), neuron({ model: "cubaLif", semantics: "sinabs" }), dense(3)]),
  "leaky readout": sequential(
    "n",
    [4],
    [
      dense(7),
      neuron({ model: "lif" }),
      dense(3),
      neuron({ model: "lif", reset: "none", emits: "potential" }),
    ],
  ),
  convolutions: sequential(
    "n",
    [2, 5, 4],
    [
      conv2d({ channels: 3, kernel: 3, padding: 1 }),
      maxPool([1, 2]),
      neuron({ model: "lif" }),
      averagePool([2, 1], [2, 1]),
      conv2d({ channels: 2, kernel: [2, 1] }),
      neuron({ reset: "zero" }),
      flatten(),
      dense(3),
    ],
  ),
  signals: sequential(
    "n",
    [2, 9],
    [conv1d({ channels: 3, kernel: 3, stride: 2 }), neuron({ model: "lif" }), flatten(), dense(3)],
  ),
  recurrent: {
    name: "recurrent",
    inputShape: [4],
    output: "out",
    layers: [
      fedBy("in", ["input"], dense(6)),
      fedBy("back", [["an", 1]], dense(6, false)),
      fedBy("far", [["bn", 2]], dense(6, false)),
      fedBy("sum", ["in", "back", "far"], { kind: "add" }),
      fedBy("an", ["sum"], neuron({ model: "lif" })),
      fedBy("b", ["an"], dense(5)),
      fedBy("bn", ["b"], neuron({ model: "lif", reset: "zero" })),
      fedBy("out", ["bn"], dense(3)),
    ],
  },
  skips: {
    name: "skips",
    inputShape: [4],
    output: "out",
    layers: [
      fedBy("a", ["input"], dense(5)),
      fedBy("an", ["a"], neuron({ model: "lif" })),
      fedBy("b", ["an"], dense(5)),
      fedBy("plus", ["b", "an", "a"], { kind: "add" }),
      fedBy("bn", ["plus"], neuron({ model: "lif" })),
      fedBy("sum", ["an", "bn", "an"], { kind: "add" }),
      fedBy("both", ["sum", "bn"], { kind: "concat" }),
      fedBy("out", ["both"], dense(3)),
    ],
  },
};

const ranges: Readonly<Partial<Record<NeuronParameterName, readonly [number, number]>>> = {
  threshold: [0.4, 0.7],
  initialPotential: [0, 0.2],
  leak: [0.7, 0.95],
  currentGain: [0.7, 1.2],
  rate: [0.3, 0.9],
  timeConstant: [1.3, 3],
  restPotential: [-0.1, 0.1],
  resetPotential: [-0.1, 0.1],
  synapseLeak: [0.3, 0.8],
  synapseRate: [0.2, 0.6],
  adaptationStrength: [0.1, 0.4],
  adaptationLeak: [0.6, 0.9],
};

/** Weights of both signs and thresholds that some neurons reach. */
export function madeModel(network: Network, seed: number): Model {
  const random = new Random({ seed, trial: -1, purpose: "gradient-test", index: 0 });
  const shapes = inferShapes(network);
  const tensors: Record<string, Tensor> = {};
  const drawn = (shape: readonly number[], low: number, high: number): Tensor => ({
    shape,
    data: Float32Array.from({ length: sizeOf(shape) }, () => low + (high - low) * random.uniform()),
  });
  for (const layer of network.layers) {
    const input = shapes.get(layer.inputs[0].from) ?? [];
    if (isLinear(layer)) {
      const shape = weightShape(layer, input);
      const bound = 1.6 / Math.sqrt(sizeOf(shape) / shape[0]);
      tensors[`${layer.id}.weight`] = drawn(shape, -bound, bound);
      if (layer.bias) tensors[`${layer.id}.bias`] = drawn([shape[0]], 0, 0.3);
    }
    if (layer.kind !== "neuron") continue;
    for (const { name } of parametersOf(layer)) {
      const [low, high] = ranges[name] ?? [0, 0];
      const lengths = [1, input[0], sizeOf(input)];
      if (low !== high) tensors[`${layer.id}.${name}`] = drawn([lengths[random.integer(3)]], low, high);
    }
  }
  const last = network.layers.find(({ id }) => id === network.output);
  return spikingModelOf(
    network,
    tensors,
    {
      steps: trainedSteps,
      readout: last?.kind === "neuron" && last.emits !== "potential" ? "count" : "membrane",
    },
    ["a", "b", "c"],
  );
}

/** A spiking network with its tensors, fed with constant input unless told otherwise. */
export function spikingModelOf(
  network: Network,
  tensors: Readonly<Record<string, Tensor>>,
  inference: Partial<Inference> = {},
  classes: readonly string[] = [],
): Model {
  return {
    kind: "snn",
    network,
    weightFormat: { kind: "float32" },
    tensors,
    preprocessing: { scale: 1 / 255, offset: 0 },
    inference: { steps: 10, coding: "constant", readout: "count", dtMs: 1, ...inference },
    classes,
    provenance: { data: "", seed: 0, commit: "", kernels: "", parent: "", history: [] },
  };
}

/** Updates of an engine's parameters by Adam; kernel memory is taken. */
export function adamUpdates(kernels: Kernels, engine: SurrogateEngine, learningRate: number): () => void {
  const { parameters: parameter, gradient } = engine;
  const [m, v] = [kernels.float32(parameter.length), kernels.float32(parameter.length)];
  const constants = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, learningRate };
  let step = 0;
  return () => adamStep(kernels, { parameter, gradient, m, v, ...constants, step: ++step });
}

/** A loss whose derivatives differ at every step and output: Σ a o + b o²/2. */
export const [linear, square] = [(t: number, j: number): number => Math.sin(3 * t + j), 0.05];

export function scalarOptions(
  model: Model,
  input: readonly Float64Array[],
  more: Partial<ScalarGradientOptions>,
): ScalarGradientOptions {
  return {
    model,
    parameters: Object.fromEntries(
      Object.entries(model.tensors).map(([name, { data }]) => [name, Float64Array.from(data)]),
    ),
    input,
    surrogate: surrogates.atan,
    slope: 2,
    isDetached: false,
    isSmooth: false,
    truncation: 0,
    activeWidth: 0,
    lossOf: (outputs) => outputs.map((own, t) => own.map((o, j) => linear(t, j) + square * o)),
    ...more,
  };
}

export function madeInput(model: Model, seed: number): Uint8Array {
  const random = new Random({ seed, trial: -1, purpose: "gradient-input", index: 0 });
  return Uint8Array.from({ length: sizeOf(model.network.inputShape) }, () => random.integer(256));
}

export const held = (pixels: Uint8Array): readonly Float64Array[] =>
  Array.from({ length: trainedSteps }, () =>
    Float64Array.from(pixels, (pixel) => Math.fround(pixel * Math.fround(1 / 255))),
  );

const lossOfSeries = (isOfSpikes: boolean): SeriesLoss => ({
  about: "as the scalar network's",
  isOfSpikes,
  readout: "count",
  of({ values, gradient, steps: all, images, outputs, gradientScale }) {
    for (let row = 0; row < all * images; row++) {
      const t = Math.floor(row / images);
      for (let j = 0; j < outputs; j++) {
        const at = row * outputs + j;
        gradient[at] = gradientScale * (linear(t, j) + square * values[at]);
      }
    }
    return { loss: 0, correct: 0 };
  },
});

export interface TwinOptions {
  readonly surrogate: keyof typeof surrogates;
  readonly seed: number;
  readonly stepsInMemory: number;
  /** Neurons farther from their thresholds pass no derivatives; default: all do. */
  readonly activeWidth?: number;
  /** Default: all there are. */
  readonly learnt?: readonly LearnableParameter[];
  readonly isDetached: boolean;
  readonly truncation: number;
  /** Biases as a share of those that make neurons fire often; default 1. */
  readonly biasShare?: number;
}

/** Hold the engine's outputs and derivatives to the scalar network's. */
export function compareWithScalar(kernels: Kernels, network: Network, options: TwinOptions): void {
  const { surrogate, seed, stepsInMemory, activeWidth = 0, isDetached, truncation } = options;
  const mark = kernels.mark();
  const { biasShare = 1 } = options;
  const model = madeModel(network, seed);
  for (const [name, { data }] of Object.entries(model.tensors))
    if (name.endsWith(".bias")) for (let i = 0; i < data.length; i++) data[i] *= biasShare;
  const slope = surrogates[surrogate].slope.default / 2;
  const engine = new SurrogateEngine(kernels, {
    model,
    loss: lossOfSeries(model.inference?.readout === "count"),
    surrogate,
    slope,
    isDetached,
    truncation,
    activeWidth,
    learnt:
      options.learnt ?? learnableParameters.filter((name) => !(isSinabs(network) && name === "synapseLeak")),
    stepsInMemory,
    maximumShard: 3,
  });
  const images = [madeInput(model, seed), madeInput(model, seed + 100)];
  images.forEach((pixels, n) => {
    engine.pixels.set(pixels, n * pixels.length);
  });
  engine.compute(2, 0.5, { seed, trial: 0, images: Uint32Array.of(0, 1) });
  const twins = images.map((pixels) =>
    scalarGradient(
      scalarOptions(model, held(pixels), {
        surrogate: surrogates[surrogate],
        slope,
        isDetached,
        truncation,
        activeWidth,
      }),
    ),
  );
  twins.forEach(({ outputs }, n) => {
    for (const [t, own] of outputs.entries()) {
      for (const [j, o] of own.entries()) {
        const got = engine.outputs[(t * 2 + n) * own.length + j];
        assert.ok(Math.abs(got - o) < 1e-4, `seed ${seed}: output ${j} at ${t} is ${got}, not ${o}`);
      }
    }
  });
  for (const { name, offset, length } of engine.layout.parameters) {
    const expected = Float64Array.from(
      { length },
      (_, i) => (twins[0].gradient[name][i] + twins[1].gradient[name][i]) / 2,
    );
    const largest = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-3);
    for (let i = 0; i < length; i++) {
      const got = engine.gradient[offset + i];
      const close = Math.abs(got - expected[i]) < 2e-5 * largest;
      assert.ok(close, `seed ${seed}, ${surrogate}: ${name}[${i}] is ${got}, not ${expected[i]}`);
    }
  }
  kernels.release(mark);
}

function isSinabs({ layers }: Network): boolean {
  return layers.some((layer) => layer.kind === "neuron" && layer.semantics === "sinabs");
}
