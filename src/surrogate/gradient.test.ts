// Derivatives: the scalar network's against difference quotients of the smoothed network, the engine's against the
// scalar network's.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../base/random.ts";
import { loadKernels } from "../kernels/load.ts";
import { surrogateNames } from "../kernels/surrogate-functions.ts";
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
} from "../model/build.ts";
import { isLinear, weightShape } from "../model/linear-layer.ts";
import type { Model, Tensor } from "../model/model.ts";
import type { Layer, Network } from "../model/network.ts";
import { inferShapes, sizeOf } from "../model/shapes.ts";
import { type NeuronParameterName, parametersOf } from "../neuron/neuron-parameters.ts";
import { scalarGradient } from "./scalar-gradient.ts";
import type { ScalarGradientOptions } from "./scalar-tape.ts";
import type { SeriesLoss } from "./series-losses.ts";
import { SurrogateEngine } from "./surrogate-engine.ts";
import { surrogates } from "./surrogates.ts";
import { learnableParameters } from "./trained-layout.ts";

const builds = await Promise.all(
  (["simd", "relaxed"] as const).map((build) => loadKernels({ build, memoryBytes: 2 ** 24 })),
);
const steps = 6;

const node = (id: string, from: readonly (string | readonly [string, number])[], spec: LayerSpec): Layer =>
  ({
    ...spec,
    id,
    inputs: from.map((source) => (typeof source === "string" ? connect(source) : connect(...source))),
  }) as Layer;

const networks: Readonly<Record<string, Network>> = {
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
      node("in", ["input"], dense(6)),
      node("back", [["an", 1]], dense(6, false)),
      node("far", [["bn", 2]], dense(6, false)),
      node("sum", ["in", "back", "far"], { kind: "add" }),
      node("an", ["sum"], neuron({ model: "lif" })),
      node("b", ["an"], dense(5)),
      node("bn", ["b"], neuron({ model: "lif", reset: "zero" })),
      node("out", ["bn"], dense(3)),
    ],
  },
  skips: {
    name: "skips",
    inputShape: [4],
    output: "out",
    layers: [
      node("a", ["input"], dense(5)),
      node("an", ["a"], neuron({ model: "lif" })),
      node("b", ["an"], dense(5)),
      node("plus", ["b", "an", "a"], { kind: "add" }),
      node("bn", ["plus"], neuron({ model: "lif" })),
      node("sum", ["an", "bn", "an"], { kind: "add" }),
      node("both", ["sum", "bn"], { kind: "concat" }),
      node("out", ["both"], dense(3)),
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

function madeModel(network: Network, seed: number): Model {
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
  return {
    kind: "snn",
    network,
    weightFormat: { kind: "float32" },
    tensors,
    preprocessing: { scale: 1 / 255, offset: 0 },
    inference: {
      steps,
      coding: "constant",
      readout: last?.kind === "neuron" && last.emits !== "potential" ? "count" : "membrane",
      dtMs: 1,
    },
    classes: ["a", "b", "c"],
    provenance: { data: "", seed, commit: "", kernels: "", parent: "", history: [] },
  };
}

/** A loss whose derivatives differ at every step and output: Σ a o + b o²/2. */
const [linear, square] = [(t: number, j: number): number => Math.sin(3 * t + j), 0.05];

function scalarOptions(
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
    lossOf: (outputs) => outputs.map((own, t) => own.map((o, j) => linear(t, j) + square * o)),
    ...more,
  };
}

function madeInput(model: Model, seed: number): Uint8Array {
  const random = new Random({ seed, trial: -1, purpose: "gradient-input", index: 0 });
  return Uint8Array.from({ length: sizeOf(model.network.inputShape) }, () => random.integer(256));
}

const held = (pixels: Uint8Array): readonly Float64Array[] =>
  Array.from({ length: steps }, () =>
    Float64Array.from(pixels, (pixel) => Math.fround(pixel * Math.fround(1 / 255))),
  );

for (const [name, network] of Object.entries(networks)) {
  test(`${name}: derivatives of the smoothed scalar network are its difference quotients`, () => {
    const model = madeModel(network, 1);
    const name1 = surrogateNames[Object.keys(networks).indexOf(name) % 3];
    const surrogate = surrogates[name1];
    const options = scalarOptions(model, held(madeInput(model, 1)), {
      isSmooth: true,
      surrogate,
      slope: 1.5,
    });
    const { gradient } = scalarGradient(options);
    const lossAt = (): number =>
      scalarGradient(options).outputs.reduce(
        (sum, own, t) => own.reduce((total, o, j) => total + linear(t, j) * o + (square * o * o) / 2, sum),
        0,
      );
    for (const [key, values] of Object.entries(options.parameters)) {
      if (key.endsWith("Potential") || key.endsWith("synapseRate")) continue;
      for (let i = 0; i < values.length; i += Math.ceil(values.length / 7)) {
        const [kept, step] = [values[i], 1e-5];
        values[i] = kept + step;
        const above = lossAt();
        values[i] = kept - step;
        const quotient = (above - lossAt()) / (2 * step);
        values[i] = kept;
        const close = Math.abs(quotient - gradient[key][i]) <= 1e-5 * Math.max(1, Math.abs(quotient));
        assert.ok(close, `${key}[${i}]: ${gradient[key][i]} for ${quotient}`);
      }
    }
  });
}

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

for (const [name, network] of Object.entries(networks)) {
  test(`${name}: the engine's derivatives are the scalar network's, however steps are cut`, () => {
    surrogateNames.forEach((surrogate, seed) => {
      for (const stepsInMemory of [steps, 2]) compareEngine(network, { surrogate, seed, stepsInMemory });
    });
  });
}

function compareEngine(
  network: Network,
  {
    surrogate,
    seed,
    stepsInMemory,
  }: {
    readonly surrogate: (typeof surrogateNames)[number];
    readonly seed: number;
    readonly stepsInMemory: number;
  },
): void {
  const kernels = builds[seed % 2];
  const mark = kernels.mark();
  const model = madeModel(network, seed);
  const [isDetached, truncation] = [seed % 2 === 1, [0, 2, 4][seed % 3]];
  const slope = surrogates[surrogate].slope.default / 2;
  const engine = new SurrogateEngine(kernels, {
    model,
    loss: lossOfSeries(model.inference?.readout === "count"),
    surrogate,
    slope,
    isDetached,
    truncation,
    learnt: learnableParameters.filter((name) => !(isSinabs(network) && name === "synapseLeak")),
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
      scalarOptions(model, held(pixels), { surrogate: surrogates[surrogate], slope, isDetached, truncation }),
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
