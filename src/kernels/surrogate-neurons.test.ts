import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../base/random.ts";
import { chargeRules, dynamicsOf, resetKinds, resetTimes, synapseRules } from "../neuron/dynamics.ts";
import type { NeuronForm } from "../neuron/neuron-form.ts";
import { type StepParameters, stepNeuron } from "../neuron/step-neuron.ts";
import type { Kernels } from "./kernels.ts";
import { listSpikes, listSpikesScalar } from "./list-spikes.ts";
import { loadKernels } from "./load.ts";
import { paddedOutputs, tileWeights } from "./spike-dense.ts";
import { surrogateBackwardScalar } from "./surrogate-backward-scalar.ts";
import { surrogateNames, surrogateSlopeScalar } from "./surrogate-functions.ts";
import {
  type SurrogateBackwardArgs,
  surrogateBackward,
  surrogateBackwardRows,
  surrogateForward,
  surrogateForwardRows,
  surrogateSums,
} from "./surrogate-neurons.ts";
import { layTiles, spikeDenseGradient, spikeDenseGradientScalar } from "./surrogate-weights.ts";

const builds = await Promise.all(
  (["simd", "relaxed"] as const).map((build) => loadKernels({ build, memoryBytes: 2 ** 23 })),
);

const forms: readonly NeuronForm[] = [
  { model: "if", reset: "subtract" },
  { model: "lif", reset: "zero" },
  { model: "lif", reset: "none" },
  { model: "lif", reset: "value" },
  { model: "cubaLif", reset: "subtract" },
  { model: "adaptiveLif", reset: "subtract" },
  { model: "lif", reset: "subtract", semantics: "snntorch" },
  { model: "lif", reset: "zero", semantics: "snntorch" },
  { model: "lif", reset: "zero", semantics: "spikingjelly" },
  { model: "lif", reset: "subtract", semantics: "spikingjelly", decayInput: false },
  { model: "cubaLif", reset: "value", semantics: "norse" },
  { model: "cubaLif", reset: "subtract", semantics: "sinabs" },
  { model: "lif", reset: "none", emits: "potential" },
];

function drawer(seed: number): (low: number, high: number) => number {
  const random = new Random({ seed, trial: -1, purpose: "surrogate-test", index: 0 });
  return (low, high) => low + (high - low) * random.uniform();
}

for (const form of forms) {
  test(`charges, spikes and resets as stepNeuron does: ${JSON.stringify(form)}`, () => {
    const dynamics = dynamicsOf(form);
    for (const kernels of builds) for (const size of [3, 16, 21]) compareForward(kernels, dynamics, size);
  });
}

function compareForward(kernels: Kernels, dynamics: ReturnType<typeof dynamicsOf>, size: number): void {
  const draw = drawer(size);
  const mark = kernels.mark();
  const [images, steps, stride] = [2, 9, size + 2];
  const rows = steps * images * stride;
  const current = kernels.float32(rows).map(() => draw(-0.5, 1.2));
  const view = kernels.float32From(current);
  const parameters = kernels.float32(surrogateForwardRows.length * stride);
  const ranges = { threshold: [0.5, 1], membrane: [0.3, 0.9], currentGain: [0.5, 1], synapse: [0.2, 0.8] };
  surrogateForwardRows.forEach((name, row) => {
    const [low, high] = (ranges as Record<string, number[]>)[name] ?? [0.1, 0.5];
    for (let i = 0; i < size; i++)
      parameters[row * stride + i] = draw(low, high) + (dynamics.charge.endsWith("Time") ? 1 : 0);
  });
  const state = kernels.float32(3 * images * stride);
  const outputs = kernels.float32(rows);
  const rules = {
    synapse: synapseRules.indexOf(dynamics.synapse),
    charge: chargeRules.indexOf(dynamics.charge),
    isStrict: dynamics.isStrict,
    reset: resetKinds.indexOf(dynamics.reset),
    resetTime: resetTimes.indexOf(dynamics.resetTime),
    isAdaptive: dynamics.isAdaptive,
    emitsPotential: dynamics.emitsPotential,
  };
  const geometry = { images, steps, size, stride, isHeld: false };
  surrogateForward(kernels, { ...geometry, current: view, parameters, rules, state, charged: view, outputs });
  let spikes = 0;
  for (let image = 0; image < images; image++) {
    for (let i = 0; i < size; i++) {
      const own = Object.fromEntries(
        surrogateForwardRows.map((name, row) => [name, parameters[row * stride + i]]),
      );
      const values = { ...own, minimumPotential: Number.NEGATIVE_INFINITY } as unknown as StepParameters;
      const cell = { potential: 0, current: 0, adaptation: 0, refractory: 0 };
      for (let step = 0; step < steps; step++) {
        const at = (step * images + image) * stride + i;
        const outcome = stepNeuron(dynamics, values, cell, current[at]);
        spikes += outcome.spikes;
        assert.equal(view[at], outcome.charged);
        assert.equal(outputs[at], dynamics.emitsPotential ? outcome.charged : outcome.spikes);
      }
      assert.equal(state[image * stride + i], cell.potential);
    }
  }
  assert.ok(dynamics.emitsPotential || spikes > size / 2, `only ${spikes} spikes`);
  for (let row = 0; row < steps * images; row++)
    for (let i = size; i < stride; i++) assert.equal(outputs[row * stride + i], 0);
  kernels.release(mark);
}

test("the way back is its twin's to the last bit, whatever the rules, sizes and surrogates", () => {
  for (let seed = 0; seed < 60; seed++) for (const kernels of builds) compareBackward(kernels, seed);
});

function compareBackward(kernels: Kernels, seed: number): void {
  const draw = drawer(seed);
  // Where nothing of all this is, the kernel has a way of its own.
  const isPlain = seed % 4 === 3;
  const coin = (): boolean => draw(0, 1) < 0.5 && !isPlain;
  const mark = kernels.mark();
  const [images, steps, size] = [2, 5, [1, 4, 7, 18][Math.floor(seed / 4) % 4]];
  const stride = size + (seed % 3);
  const rows = images * steps * stride;
  const drawn = (length: number, low: number, high: number): Float32Array =>
    kernels.float32From(Float32Array.from({ length }, () => draw(low, high)));
  const reset = seed % 3;
  const isAdaptive = coin();
  const isHeld = coin();
  const args: SurrogateBackwardArgs = {
    images,
    steps,
    size,
    stride,
    isHeld,
    fromStep: seed % 5 === 0 ? 2 : 0,
    dOutputs: drawn(rows, -1, 1),
    charged: drawn(rows, -1, 3),
    outputs: drawn(rows, 0, 1).map(Math.round),
    synapses: coin() ? drawn(rows, -1, 1) : undefined,
    adaptations: isAdaptive ? drawn(rows, 0, 2) : undefined,
    start: drawn(3 * images * stride, -1, 1),
    dCurrent: kernels.float32(isHeld ? images * stride : rows),
    parameters: drawn(surrogateBackwardRows.length * stride, 0.2, 0.9),
    carry: drawn(3 * images * stride, -1, 1),
    sums: kernels.float32(surrogateSums.length * stride),
    rules: {
      reset,
      isLate: reset === 1 && coin(),
      isAdaptive,
      emitsPotential: seed % 7 === 6,
      isDetached: coin() || isPlain,
      hasSynapse: coin(),
      isDecayedAfterAdding: coin(),
      surrogate: surrogateNames[seed % surrogateNames.length],
      slope: draw(0.5, 25),
      truncation: (seed + 1) % 4,
      firstStep: seed % 5,
      isMembraneLearnt: coin(),
      isLearnt: coin(),
    },
  };
  const inKernel = { ...args, outputs: kernels.float32From(args.outputs) };
  const apart = { dCurrent: args.dCurrent.slice(), carry: args.carry.slice(), sums: args.sums.slice() };
  surrogateBackward(kernels, inKernel);
  surrogateBackwardScalar({ ...args, ...apart });
  for (const name of ["dCurrent", "carry", "sums"] as const)
    assert.deepEqual(inKernel[name].slice(), apart[name], `${name}, seed ${seed}`);
  kernels.release(mark);
}

test("the slopes are those of the formulas in float64, to float32's accuracy", () => {
  const exact = (name: string, x: number, k: number): number => {
    const size = Math.abs(x);
    if (name === "atan") return k / 2 / (1 + ((Math.PI / 2) * k * x) ** 2);
    if (name === "fastSigmoid") return 1 / (k * size + 1) ** 2;
    if (name === "sigmoid") return (k * Math.exp(-k * size)) / (1 + Math.exp(-k * size)) ** 2;
    if (name === "triangle") return k * Math.max(0, 1 - k * size);
    return name === "superSpike" ? k / (size + 1) ** 2 : 1;
  };
  for (const name of surrogateNames) {
    for (let x = -3; x <= 3; x += 0.0371) {
      for (const k of [1, 4, 25]) {
        const expected = exact(name, Math.fround(x), k);
        const got = surrogateSlopeScalar(name, Math.fround(x), k);
        assert.ok(Math.abs(got - expected) <= 1e-6 * k, `${name}(${x}, ${k}) ${got} ${expected}`);
      }
    }
  }
});

test("weights lie in tiles as tileWeights lays them, and their gradient is its twin's", () => {
  for (const kernels of builds) {
    for (const [units, inputs, hasValues] of [
      [10, 7, false],
      [40, 19, true],
      [64, 5, false],
    ] as const) {
      const draw = drawer(units);
      const mark = kernels.mark();
      const outputs = paddedOutputs(units);
      const weights = kernels.float32From(Float32Array.from({ length: units * inputs }, () => draw(-1, 1)));
      const tiles = kernels.float32(outputs * inputs);
      layTiles(kernels, { weights, tiles, units, outputs, inputs });
      const expected = new Float32Array(tiles.length);
      tileWeights(weights, expected, units, inputs);
      assert.deepEqual(tiles.slice(), expected);
      const segments = 6;
      const events = kernels.int32(40);
      const ends = kernels.int32(segments);
      for (let k = 0; k < events.length; k++) events[k] = Math.floor(draw(0, inputs));
      for (let s = 0; s < segments; s++) ends[s] = Math.floor((40 * (s + 1)) / segments) - (s === 2 ? 4 : 0);
      const values = kernels.float32From(Float32Array.from(events, () => draw(-1, 1)));
      const d = kernels.float32From(Float32Array.from({ length: segments * outputs }, () => draw(-1, 1)));
      const dweight = kernels.float32From(weights);
      const twin = dweight.slice();
      const lists = { events, ends, segments, ...(hasValues && { values }) };
      const common = { ...lists, d, units, outputs, inputs, worth: 0.25 };
      spikeDenseGradient(kernels, { ...common, dweight });
      spikeDenseGradientScalar({ ...common, dweight: twin });
      assert.deepEqual(dweight.slice(), twin);
      kernels.release(mark);
    }
  }
});

test("spikes are listed as their twin lists them, whatever the length of a row", () => {
  for (const kernels of builds) {
    for (const size of [1, 3, 8, 29]) {
      const draw = drawer(size);
      const mark = kernels.mark();
      const rows = 5;
      const spikes = kernels.float32From(
        Float32Array.from({ length: rows * size }, () => +(draw(0, 1) < 0.4)),
      );
      const events = kernels.int32(rows * size + 1);
      const ends = kernels.int32(rows);
      listSpikes(kernels, { spikes, size, rows, events, ends });
      const twin = { events: new Int32Array(events.length), ends: new Int32Array(rows) };
      listSpikesScalar({ spikes, size, rows, ...twin });
      assert.deepEqual(ends.slice(), twin.ends);
      assert.deepEqual(events.slice(0, ends[rows - 1]), twin.events.slice(0, ends[rows - 1]));
      kernels.release(mark);
    }
  }
});
