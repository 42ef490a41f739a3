// The kernels that sum stored codes against the scalar twins of the float32 ones: sums of codes are exact.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { InvalidValueError } from "../base/errors.ts";
import { Random } from "../base/random.ts";
import type { Kernels } from "./kernels.ts";
import { listNonZero, listNonZeroScalar } from "./list-non-zero.ts";
import { hasRelaxedSimd, loadKernels } from "./load.ts";
import {
  laneWeights,
  laneWeightsLength,
  type SpikeConvolutionShape,
  spikeConvolutionScalar,
} from "./spike-convolution.ts";
import { type IntConvolutionPlan, planIntConvolution, spikeConvolutionInt } from "./spike-convolution-int.ts";
import { paddedOutputs, spikeDenseScalar, tileWeights } from "./spike-dense.ts";
import { codeTilesLength, spikeDenseInt, tileCodes } from "./spike-dense-int.ts";
import { leadSpikes, leadSpikesScalar, spreadSpikes, spreadSpikesScalar } from "./spike-pooling.ts";

const builds: Kernels[] = [await loadKernels({ build: "simd", memoryBytes: 16 * 1024 * 1024 })];
if (hasRelaxedSimd()) builds.push(await loadKernels({ build: "relaxed", memoryBytes: 16 * 1024 * 1024 }));
const random = new Random({ seed: 5, trial: 0, purpose: "spiking-int-test", index: 0 });
const float = (): number => Math.fround(2 * random.uniform() - 1);

interface Lists {
  readonly events: Int32Array;
  readonly ends: Int32Array;
  readonly segments: number;
}

function listsOf(kernels: Kernels, segments: readonly (readonly number[])[]): Lists {
  const events = kernels.int32(segments.flat().length);
  events.set(segments.flat());
  const ends = kernels.int32(segments.length);
  segments.reduce((end, segment, s) => {
    ends[s] = end + segment.length;
    return ends[s];
  }, 0);
  return { events, ends, segments: segments.length };
}

/** The same lists with every event at its place, and none of those that go nowhere. */
function placed({ events, ends, segments }: Lists, places: Int32Array, inputs: number): Lists {
  const passed = new Int32Array(events.length);
  const passedEnds = new Int32Array(segments);
  spreadSpikesScalar({ events, ends, segments, windowOf: places, windows: inputs, passed, passedEnds });
  return { events: passed, ends: passedEnds, segments };
}

const anyOf = (inputs: number, length: number): number[] =>
  Array.from({ length }, () => random.integer(inputs));

describe("spikeDenseInt equals the float32 twin bit for bit", () => {
  for (const kernels of builds) {
    test(`random codes of odd sizes, ${kernels.build} build`, () => {
      for (const [inputs, units] of [1, 7, 40].flatMap((i) =>
        [1, 15, 17, 33, 48, 70, 113].map((u) => [i, u]),
      )) {
        const mark = kernels.mark();
        const codes = Int8Array.from({ length: units * inputs }, () => random.integer(256) - 128);
        const lengths = [0, 3, 1, 0, 255, 256, 600, 0];
        const lists = listsOf(
          kernels,
          lengths.map((length) => anyOf(2 * inputs, length)),
        );
        // Pairs of events share an input, and a third of them goes nowhere.
        const placeOf = kernels.int32(2 * inputs);
        for (let i = 0; i < 2 * inputs; i++) placeOf[i] = i % 3 === 2 ? inputs : i >> 1;
        checkDense(kernels, { codes, inputs, units, lists, placeOf });
        kernels.release(mark);
      }
    });

    test(`2,000 spikes on the most extreme codes, ${kernels.build} build`, () => {
      const mark = kernels.mark();
      for (const code of [-128, 127, 0]) {
        const codes = new Int8Array(48).fill(code);
        const lists = listsOf(kernels, [new Array(2000).fill(0), [], new Array(255).fill(0)]);
        checkDense(kernels, { codes, inputs: 1, units: 48, lists, placeOf: undefined });
      }
      kernels.release(mark);
    });
  }

  test("foreign views and unpadded outputs are refused", () => {
    const [kernels] = builds;
    const mark = kernels.mark();
    const args = {
      ...listsOf(kernels, [[0, 1]]),
      tiles: kernels.int8(codeTilesLength(16, 2)),
      inputs: 2,
      outputs: 16,
      worth: 1,
      bias: kernels.float32(16),
      out: kernels.float32(16),
    };
    spikeDenseInt(kernels, args);
    for (const change of [{ placeOf: new Int32Array(2) }, { outputs: 10 }, { out: kernels.float32(15) }]) {
      assert.throws(() => spikeDenseInt(kernels, { ...args, ...change }), InvalidValueError);
    }
    kernels.release(mark);
  });
});

interface DenseCase {
  readonly codes: Int8Array;
  readonly inputs: number;
  readonly units: number;
  readonly lists: Lists;
  readonly placeOf: Int32Array | undefined;
}

function checkDense(kernels: Kernels, { codes, inputs, units, lists, placeOf }: DenseCase): void {
  const outputs = paddedOutputs(units);
  const tiles = kernels.int8(codeTilesLength(units, inputs));
  tileCodes(codes, tiles, units, inputs);
  const bias = kernels.float32From(Array.from({ length: outputs }, float));
  const out = kernels.float32(lists.segments * outputs);
  const common = { inputs, outputs, worth: 1 / 9, bias };
  spikeDenseInt(kernels, { ...lists, ...common, tiles, out, ...(placeOf && { placeOf }) });
  const weights = new Float32Array(outputs * inputs);
  tileWeights(codes, weights, units, inputs);
  const expected = new Float32Array(out.length);
  const inPlace = placeOf ? placed(lists, placeOf, inputs) : lists;
  spikeDenseScalar({ ...inPlace, ...common, weights, out: expected });
  assert.deepEqual(Float32Array.from(out), expected, `${inputs} to ${units}`);
}

const one = [1, 1] as const;
const none = [0, 0] as const;
const shapes: readonly SpikeConvolutionShape[] = [
  // Every form of gathering: 3, 5 and 7 rows; 1, 2 and 4 vectors of lanes; several tiles.
  { input: [1, 5, 4], output: [3, 3, 2], kernel: [3, 3], stride: one, padding: none, groups: 1 },
  { input: [3, 7, 6], output: [8, 7, 6], kernel: [3, 3], stride: one, padding: one, groups: 1 },
  { input: [2, 6, 5], output: [16, 6, 5], kernel: [3, 3], stride: one, padding: one, groups: 1 },
  { input: [9, 4, 5], output: [70, 4, 5], kernel: [3, 3], stride: one, padding: one, groups: 1 },
  { input: [6, 14, 14], output: [16, 10, 10], kernel: [5, 5], stride: one, padding: none, groups: 1 },
  { input: [1, 9, 8], output: [6, 9, 8], kernel: [5, 5], stride: one, padding: [2, 2], groups: 1 },
  { input: [17, 5, 6], output: [24, 6, 5], kernel: [4, 2], stride: one, padding: [2, 0], groups: 1 },
  { input: [70, 3, 4], output: [7, 3, 4], kernel: [1, 1], stride: one, padding: none, groups: 1 },
  { input: [2, 9, 70], output: [5, 5, 68], kernel: [7, 3], stride: one, padding: [1, 0], groups: 1 },
  { input: [3, 2, 2], output: [9, 5, 5], kernel: [2, 2], stride: one, padding: [2, 2], groups: 1 },
  // Only scattered.
  { input: [4, 7, 9], output: [6, 5, 5], kernel: [2, 3], stride: [2, 2], padding: [2, 1], groups: 2 },
  { input: [6, 4, 4], output: [6, 2, 2], kernel: [1, 2], stride: [3, 2], padding: [1, 0], groups: 6 },
  { input: [2, 11, 3], output: [20, 4, 3], kernel: [8, 1], stride: one, padding: none, groups: 1 },
  { input: [1, 9, 9], output: [9, 4, 4], kernel: [3, 3], stride: [2, 2], padding: none, groups: 1 },
];

describe("spikeConvolutionInt equals the float32 twin bit for bit", () => {
  for (const kernels of builds) {
    for (const multiplicity of [1, 3] as const) {
      test(`${multiplicity} spikes a place, gathered and scattered, ${kernels.build} build`, () => {
        for (const shape of shapes) checkConvolution(kernels, shape, multiplicity);
      });
    }
  }

  test("shapes with stride 1, one group and at most 7 rows are gathered, no others", () => {
    const [kernels] = builds;
    const isGathered = shapes.map((shape) => {
      const mark = kernels.mark();
      const plan = planOf(kernels, shape, 1, 1);
      kernels.release(mark);
      return plan?.gather !== undefined;
    });
    assert.deepEqual(isGathered, [...new Array(10).fill(true), ...new Array(4).fill(false)]);
  });

  test("sums are taken up to 32,767 and right there; beyond, there is no plan", () => {
    const [kernels] = builds;
    const shape: SpikeConvolutionShape = {
      input: [258, 1, 1],
      output: [2, 1, 1],
      kernel: one,
      stride: one,
      padding: none,
      groups: 1,
    };
    const mark = kernels.mark();
    // The first output sums to 258 · 127 = 32,766, the second to −(255 · 128 + 127) = −32,767.
    const codes = new Int8Array(2 * 258);
    codes.fill(127, 0, 258).fill(-128, 258, 258 + 255);
    codes[258 + 255] = -127;
    const places = Int32Array.from({ length: 258 }, (_, i) => i);
    const fanOut = new Int32Array(258).fill(2);
    for (const leastSpikes of [0, 1000]) {
      const plan = planIntConvolution(kernels, { shape, codes, places, multiplicity: 1 }, fanOut);
      assert.ok(plan?.gather);
      const out = kernels.float32(2);
      spikeConvolutionInt(kernels, {
        ...listsOf(kernels, [Array.from(places)]),
        plan: { ...plan, gather: { ...plan.gather, leastSpikes } },
        worth: 1,
        bias: kernels.float32(2),
        out,
        outStride: 2,
        work: kernels.int32(2),
      });
      assert.deepEqual(Array.from(out), [32_766, -32_767]);
    }
    codes[258 + 256] = -1;
    const beyond = { shape, codes, places, multiplicity: 1 };
    assert.equal(planIntConvolution(kernels, beyond, fanOut), undefined);
    codes.fill(63);
    assert.ok(planIntConvolution(kernels, { ...beyond, multiplicity: 2 }, fanOut));
    assert.equal(planIntConvolution(kernels, { ...beyond, multiplicity: 3 }, fanOut), undefined);
    kernels.release(mark);
  });
});

/** Two events a place, and as many again that go nowhere. */
function planOf(
  kernels: Kernels,
  shape: SpikeConvolutionShape,
  multiplicity: number,
  eventsPerPlace: number,
  codes = new Int8Array(weightsOf(shape)),
): IntConvolutionPlan | undefined {
  const inputs = sizeOf(shape.input);
  const places = placesOf(inputs, eventsPerPlace);
  const fanOut = Int32Array.from({ length: inputs }, (_, i) => i + 1);
  return planIntConvolution(kernels, { shape, codes, places, multiplicity }, fanOut);
}

const sizeOf = ([channels, height, width]: readonly [number, number, number]): number =>
  channels * height * width;
const weightsOf = ({ input, output, kernel, groups }: SpikeConvolutionShape): number =>
  (output[0] * input[0] * kernel[0] * kernel[1]) / groups;
const placesOf = (inputs: number, perPlace: number): Int32Array =>
  Int32Array.from({ length: perPlace * inputs + 2 }, (_, i) => Math.min(inputs, Math.floor(i / perPlace)));

function checkConvolution(kernels: Kernels, shape: SpikeConvolutionShape, multiplicity: number): void {
  const mark = kernels.mark();
  const inputs = sizeOf(shape.input);
  const size = sizeOf(shape.output);
  const largest = Math.floor(32_767 / multiplicity / ((weightsOf(shape) / shape.output[0]) * 1.2));
  const range = Math.min(256, 2 * largest);
  const codes = Int8Array.from({ length: weightsOf(shape) }, () => random.integer(range) - range / 2);
  const plan = planOf(kernels, shape, multiplicity, multiplicity, codes);
  assert.ok(plan, JSON.stringify(shape));
  const places = placesOf(inputs, multiplicity);
  const all = Array.from(places.keys());
  const some = all.filter(() => random.integer(4) === 0);
  const lists = listsOf(kernels, [some, [], all, [inputs * multiplicity], some.toReversed(), [0]]);
  const lanes = new Float32Array(laneWeightsLength(shape));
  laneWeights(codes, lanes, shape);
  const bias = kernels.float32From(Array.from({ length: shape.output[0] }, float));
  const outStride = size + 3;
  const common = { worth: 0.25, bias, outStride };
  const inPlace = placed(lists, places, inputs);
  const expected = new Float32Array(lists.segments * outStride);
  spikeConvolutionScalar({ ...inPlace, ...common, shape, weights: lanes, out: expected });
  const work = kernels.int32(2 * lists.segments);
  for (const leastSpikes of [0, 2, 1e6]) {
    const gather = plan.gather && { ...plan.gather, leastSpikes };
    const out = kernels.float32(lists.segments * outStride);
    spikeConvolutionInt(kernels, { ...lists, ...common, plan: { ...plan, gather }, out, work });
    assert.deepEqual(Float32Array.from(out), expected, `${JSON.stringify(shape)} from ${leastSpikes}`);
  }
  for (let s = 0; s < lists.segments; s++) {
    const own = inPlace.events.subarray(s === 0 ? 0 : inPlace.ends[s - 1], inPlace.ends[s]);
    const synapses = own.reduce((sum, i) => sum + i + 1, 0);
    assert.deepEqual(Array.from(work.subarray(2 * s, 2 * s + 2)), [own.length, synapses], `segment ${s}`);
  }
  kernels.release(mark);
}

test("pools of spikes equal their scalar twins", () => {
  for (const kernels of builds) {
    const mark = kernels.mark();
    const [inputs, windows] = [23, 7];
    const windowOf = kernels.int32(inputs).map((_, i) => Math.min(windows, i >> 1 === 4 ? windows : i >> 1));
    const shared = kernels.int32(inputs);
    shared.set(windowOf);
    const lists = listsOf(
      kernels,
      [9, 0, 40, 1, 0, 17].map((length) => anyOf(inputs, length).sort((a, b) => a - b)),
    );
    const outputs = (): { passed: Int32Array; passedEnds: Int32Array } => ({
      passed: kernels.int32(lists.events.length),
      passedEnds: kernels.int32(lists.segments),
    });
    const common = { ...lists, windowOf: shared, windows };
    const [spread, spreadTwin] = [outputs(), outputs()];
    spreadSpikes(kernels, { ...common, ...spread });
    spreadSpikesScalar({ ...common, ...spreadTwin });
    const end = spreadTwin.passedEnds[lists.segments - 1];
    assert.deepEqual(spread.passedEnds, spreadTwin.passedEnds);
    assert.deepEqual(spread.passed.subarray(0, end), spreadTwin.passed.subarray(0, end));

    const race = (): { counts: Int32Array; leaders: Int32Array } => {
      const counts = kernels.int32(inputs + 1);
      counts[inputs] = 2 ** 30;
      const leaders = kernels.int32(windows + 1);
      for (let w = 0; w < windows; w++) leaders[w] = 2 * w;
      leaders[windows] = inputs;
      return { counts, leaders };
    };
    const [lead, leadTwin] = [outputs(), outputs()];
    const [own, ownTwin] = [race(), race()];
    const pieces = [
      { firstSegment: 0, segments: 4 },
      { firstSegment: 4, segments: 2 },
    ];
    let [start, startTwin] = [0, 0];
    for (const piece of pieces) {
      start = leadSpikes(kernels, { ...common, ...lead, ...own, ...piece, start });
      startTwin = leadSpikesScalar({ ...common, ...leadTwin, ...ownTwin, ...piece, start: startTwin });
    }
    assert.ok(startTwin > 5 && startTwin < end, "some must lead, and some not");
    assert.equal(start, startTwin);
    assert.deepEqual(lead.passedEnds, leadTwin.passedEnds);
    assert.deepEqual(lead.passed.subarray(0, start), leadTwin.passed.subarray(0, start));
    kernels.release(mark);
  }
});

test("held values are listed as their twin lists them: zeros of both signs left out, NaN kept", () => {
  for (const kernels of builds) {
    const mark = kernels.mark();
    const [size, rows] = [13, 5];
    const values = kernels
      .float32(size * rows)
      .map((_, i) => [0, -0, Number.NaN, 2, -1e-40, 0][((i * i + i / 2) % 6) | 0]);
    const outputs = () => ({
      events: kernels.int32(size * rows),
      listed: kernels.float32(size * rows),
      ends: kernels.int32(rows),
    });
    const [own, twin] = [outputs(), outputs()];
    listNonZero(kernels, { values: kernels.float32From(values), size, rows, ...own });
    listNonZeroScalar({ values, size, rows, ...twin });
    const end = twin.ends[rows - 1];
    assert.ok(end > 10 && end < size * rows);
    assert.deepEqual(own.ends, twin.ends);
    assert.deepEqual(own.events.subarray(0, end), twin.events.subarray(0, end));
    assert.deepEqual(own.listed.subarray(0, end), twin.listed.subarray(0, end));
    kernels.release(mark);
  }
});
