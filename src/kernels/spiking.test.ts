// The spiking kernels against their scalar twins. (Neurons: src/neuron/neurons.test.ts.)

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { InvalidValueError } from "../base/errors.ts";
import { Random } from "../base/random.ts";
import type { Kernels } from "./kernels.ts";
import { hasRelaxedSimd, loadKernels } from "./load.ts";
import { neuronSteps, neuronStepsScalar } from "./neuron-steps.ts";
import {
  laneWeights,
  laneWeightsLength,
  type SpikeConvolutionShape,
  spikeConvolution,
  spikeConvolutionScalar,
} from "./spike-convolution.ts";
import { spikeConvolutionGradient, spikeConvolutionGradientScalar } from "./spike-convolution-gradient.ts";
import {
  paddedOutputs,
  type SpikeDenseArgs,
  spikeDense,
  spikeDenseScalar,
  tileWeights,
} from "./spike-dense.ts";
import type { SpikeSegments } from "./spike-segments.ts";

const builds: Kernels[] = [await loadKernels({ build: "simd", memoryBytes: 8 * 1024 * 1024 })];
if (hasRelaxedSimd()) builds.push(await loadKernels({ build: "relaxed", memoryBytes: 8 * 1024 * 1024 }));
const random = new Random({ seed: 2, trial: 0, purpose: "spiking-kernel-test", index: 0 });

/** Segments of many lengths, empty ones among them. */
function segmentsOf(
  kernels: Kernels,
  inputs: number,
  lengths: readonly number[],
  isGraded: boolean,
): SpikeSegments {
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const events = kernels.int32(total);
  for (let k = 0; k < total; k++) events[k] = random.integer(inputs);
  const ends = kernels.int32(lengths.length);
  lengths.reduce((end, length, s) => {
    ends[s] = end + length;
    return ends[s];
  }, 0);
  const values = kernels.float32(total).map(() => random.uniform() - 0.25);
  return {
    events,
    ends,
    segments: lengths.length,
    ...(isGraded && { values: kernels.float32From(values) }),
  };
}

const float = (): number => Math.fround(2 * random.uniform() - 1);

describe("spikeDense equals its scalar twin bit for bit", () => {
  for (const kernels of builds) {
    for (const kind of ["float32", "graded", "not finite"] as const) {
      test(`${kind} weights, ${kernels.build} build`, () => {
        for (const inputs of [1, 7, 40]) {
          for (const units of [1, 15, 16, 17, 32, 33, 48, 70]) {
            const mark = kernels.mark();
            const outputs = paddedOutputs(units);
            const matrix = Array.from({ length: units * inputs }, float);
            if (kind === "not finite") {
              matrix[random.integer(matrix.length)] = Number.NaN;
              matrix[random.integer(matrix.length)] = Number.NEGATIVE_INFINITY;
            }
            const weights = kernels.float32(outputs * inputs);
            tileWeights(matrix, weights, units, inputs);
            const args: SpikeDenseArgs = {
              ...segmentsOf(kernels, inputs, [0, 3, 1, 0, 255, 256, 600, 0], kind === "graded"),
              weights,
              inputs,
              outputs,
              worth: 1 / 9,
              bias: kernels.float32From(Array.from({ length: outputs }, float)),
              out: kernels.float32(8 * outputs),
            };
            const expected = { ...args, out: new Float32Array(8 * outputs) };
            spikeDense(kernels, args);
            spikeDenseScalar(expected);
            assert.deepEqual(Float32Array.from(args.out), expected.out, `${inputs} to ${units}`);
            kernels.release(mark);
          }
        }
      });
    }
  }

  test("the tiles hold the matrix: one spike reads one column of it", () => {
    const [kernels] = builds;
    const mark = kernels.mark();
    const [units, inputs] = [41, 5];
    const outputs = paddedOutputs(units);
    const weights = kernels.float32(outputs * inputs);
    tileWeights(
      Array.from({ length: units * inputs }, (_, i) => i),
      weights,
      units,
      inputs,
    );
    const out = kernels.float32(outputs);
    const events = kernels.int32(1).fill(3);
    const ends = kernels.int32(1).fill(1);
    const bias = kernels.float32(outputs);
    spikeDense(kernels, { events, ends, segments: 1, weights, inputs, outputs, worth: 1, bias, out });
    assert.deepEqual(
      Array.from(out.subarray(0, units)),
      Array.from({ length: units }, (_, o) => o * inputs + 3),
    );
    kernels.release(mark);
  });

  test("foreign views, unpadded outputs and short lists are refused", () => {
    const [kernels] = builds;
    const mark = kernels.mark();
    const args: SpikeDenseArgs = {
      ...segmentsOf(kernels, 2, [2], false),
      weights: kernels.float32(32),
      inputs: 2,
      outputs: 16,
      worth: 1,
      bias: kernels.float32(16),
      out: kernels.float32(16),
    };
    spikeDense(kernels, args);
    for (const change of [
      { bias: new Float32Array(16) },
      { outputs: 10 },
      { out: kernels.float32(15) },
      { segments: 2 },
    ]) {
      assert.throws(() => spikeDense(kernels, { ...args, ...change }), InvalidValueError);
    }
    kernels.release(mark);
  });
});

const shapes: readonly SpikeConvolutionShape[] = [
  { input: [1, 5, 4], output: [3, 3, 2], kernel: [3, 3], stride: [1, 1], padding: [0, 0], groups: 1 },
  { input: [3, 7, 6], output: [8, 7, 6], kernel: [3, 3], stride: [1, 1], padding: [1, 1], groups: 1 },
  { input: [4, 7, 9], output: [6, 5, 5], kernel: [2, 3], stride: [2, 2], padding: [2, 1], groups: 2 },
  { input: [6, 4, 4], output: [6, 2, 2], kernel: [1, 2], stride: [3, 2], padding: [1, 0], groups: 6 },
  { input: [2, 1, 1], output: [5, 1, 1], kernel: [1, 1], stride: [1, 1], padding: [0, 0], groups: 1 },
];

describe("spikeConvolution equals its scalar twin bit for bit", () => {
  for (const kernels of builds) {
    for (const isGraded of [false, true]) {
      test(`${isGraded ? "real values" : "spikes"}, ${kernels.build} build`, () => {
        for (const shape of shapes) {
          const mark = kernels.mark();
          const { input, output, kernel, groups } = shape;
          const size = output[0] * output[1] * output[2];
          const outStride = size + 3;
          const weights = kernels.float32(laneWeightsLength(shape));
          const stored = (output[0] * input[0] * kernel[0] * kernel[1]) / groups;
          laneWeights(Array.from({ length: stored }, float), weights, shape);
          const args = {
            ...segmentsOf(kernels, input[0] * input[1] * input[2], [4, 0, 1, 33], isGraded),
            shape,
            weights,
            worth: 0.25,
            bias: kernels.float32From(Array.from({ length: output[0] }, float)),
            out: kernels.float32(4 * outStride),
            outStride,
          };
          const expected = { ...args, out: new Float32Array(4 * outStride) };
          spikeConvolution(kernels, args);
          spikeConvolutionScalar(expected);
          assert.deepEqual(Float32Array.from(args.out), expected.out, JSON.stringify(shape));
          assert.throws(
            () => spikeConvolution(kernels, { ...args, bias: new Float32Array(output[0]) }),
            InvalidValueError,
          );
          kernels.release(mark);
        }
      });
    }
  }
});

describe("spikeConvolutionGradient equals its scalar twin bit for bit", () => {
  for (const kernels of builds) {
    for (const isGraded of [false, true]) {
      test(`${isGraded ? "real values" : "spikes"}, ${kernels.build} build`, () => {
        for (const shape of shapes) {
          const mark = kernels.mark();
          const { input, output, kernel, groups } = shape;
          const stored = (output[0] * input[0] * kernel[0] * kernel[1]) / groups;
          const args = {
            ...segmentsOf(kernels, input[0] * input[1] * input[2], [4, 0, 1, 33], isGraded),
            shape,
            worth: 0.25,
            d: kernels.float32From(Array.from({ length: 4 * output[0] * output[1] * output[2] }, float)),
            dweight: kernels.float32From(Array.from({ length: stored }, float)),
          };
          const expected = { ...args, dweight: args.dweight.slice() };
          spikeConvolutionGradient(kernels, args);
          spikeConvolutionGradientScalar(expected);
          assert.deepEqual(Float32Array.from(args.dweight), expected.dweight, JSON.stringify(shape));
          const short = { ...args, d: args.d.subarray(1) };
          assert.throws(() => spikeConvolutionGradient(kernels, short), InvalidValueError);
          kernels.release(mark);
        }
      });
    }
  }
});

describe("neurons that sleep under a held current", () => {
  test("no spike is lost where sums reach the threshold in the last step by their last bit, or miss it so", () => {
    const [kernels] = builds;
    for (const leak of [1, Math.fround(0.95), 0.5, 0]) {
      for (const reset of ["subtract", "zero"] as const) {
        const mark = kernels.mark();
        const [neurons, images, steps] = [96, 2, 17];
        const current = kernels.float32(images * neurons).map((_, i) => float() * (i % 4 === 3 ? 3 : 1));
        const initial = kernels.float32(neurons).map(() => float());
        // What each sums up to, and the numbers next to it; every fourth is far from firing.
        const thresholds = Float32Array.from({ length: neurons }, (_, i) => {
          let v = initial[i];
          let highest = Number.NEGATIVE_INFINITY;
          for (let step = 0; step < steps; step++) {
            v = Math.fround(Math.fround(leak * v) + current[i]);
            highest = Math.max(highest, v);
          }
          return i % 4 === 3 ? highest + 100 : next(highest, (i % 3) - 1);
        });
        for (const isBounded of [true, false]) {
          if (!isBounded) {
            current[5] = Number.NaN;
            current[21] = Number.POSITIVE_INFINITY;
            current[37] = Number.NEGATIVE_INFINITY;
            initial[40] = Number.NaN;
            thresholds[50] = Number.NaN;
          }
          const outputs = () => ({
            events: kernels.int32(images * steps * neurons + 3),
            ends: kernels.int32(images * steps),
            flags: kernels.uint16(neurons / 8),
            ...(isBounded && { bounds: kernels.float32(8) }),
          });
          const common = {
            current: kernels.float32From(current),
            initial: kernels.float32From(initial),
            thresholds: kernels.float32From(thresholds),
          };
          const args = { ...common, isHeld: true, images, steps, neurons, leak, reset };
          const [own, twin] = [outputs(), outputs()];
          const spikes = neuronSteps(kernels, { ...args, ...own });
          assert.equal(spikes, neuronStepsScalar({ ...args, ...twin }));
          assert.ok(spikes > neurons / 4, "many must fire");
          assert.deepEqual(own.events.subarray(0, spikes), twin.events.subarray(0, spikes));
          assert.deepEqual(own.ends, twin.ends);
          assert.deepEqual(own.flags, twin.flags);
          const widest = ({ bounds = new Float32Array(8) }: Partial<Record<"bounds", Float32Array>>) => [
            Math.min(...bounds.subarray(0, 4)),
            Math.max(...bounds.subarray(4)),
          ];
          assert.deepEqual(widest(own), widest(twin));
        }
        kernels.release(mark);
      }
    }
  });
});

/** The float32 some places up or down. */
function next(x: number, places: number): number {
  const bits = Int32Array.from(new Int32Array(Float32Array.of(x).buffer));
  bits[0] += x < 0 ? -places : places;
  return new Float32Array(bits.buffer)[0];
}
