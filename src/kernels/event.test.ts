// The event kernels against their scalar twins. (Against the float64 equations: src/event-gradient/batch-engine.test.ts.)

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { InvalidValueError } from "../base/errors.ts";
import { Random } from "../base/random.ts";
import { eventBackward, eventBackwardScalar } from "./event-backward.ts";
import {
  type EventNeurons,
  eventForward,
  eventForwardScalar,
  tiledEventLength,
  tileEventWeights,
  untileEventWeights,
} from "./event-forward.ts";
import { eventGroups, eventGroupsScalar } from "./event-groups.ts";
import type { EventLists } from "./event-lists.ts";
import { expF64, logF64 } from "./event-math.ts";
import { eventSort, eventSortScalar, eventSortScratch } from "./event-sort.ts";
import {
  type EventWindow,
  eventPatches,
  eventPatchesScalar,
  eventPool,
  eventPoolScalar,
  windowsOver,
} from "./event-windows.ts";
import type { Kernels } from "./kernels.ts";
import { hasRelaxedSimd, loadKernels } from "./load.ts";

const builds: Kernels[] = [await loadKernels({ build: "simd", memoryBytes: 32 * 1024 * 1024 })];
if (hasRelaxedSimd()) builds.push(await loadKernels({ build: "relaxed", memoryBytes: 32 * 1024 * 1024 }));

interface LayerCase {
  readonly title: string;
  readonly neurons: EventNeurons;
  readonly windowS: number;
}

const cases: readonly LayerCase[] = [false, true].flatMap((isEqualTau) => [
  {
    title: `one spike, isEqualTau ${isEqualTau}`,
    neurons: { threshold: 0.1, tauS: 0.26, isEqualTau, maxSpikes: 1 },
    windowS: 0.5,
  },
  {
    title: `many spikes, isEqualTau ${isEqualTau}`,
    neurons: { threshold: 0.03, tauS: 0.26, isEqualTau, maxSpikes: 30 },
    windowS: 0.5,
  },
  {
    title: `a window of 60 time constants, isEqualTau ${isEqualTau}`,
    neurons: { threshold: 0.004, tauS: 0.01, isEqualTau, maxSpikes: 50 },
    windowS: 0.6,
  },
]);

/** Rows of events in kernel memory, with equal times among them, one row empty, some events late. */
function randomRows(kernels: Kernels, random: Random, inputs: number, windowS: number) {
  const lengths = [20, 0, 150, 1, 40];
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const eventStarts = kernels.int32(lengths.length + 1);
  const times = kernels.float32(total);
  const events = kernels.int32(total);
  const slots = kernels.int32(total);
  for (const [row, length] of lengths.entries()) {
    const end = eventStarts[row] + length;
    for (let e = eventStarts[row]; e < end; e++) {
      times[e] = (random.integer(50) / 45) * windowS;
      events[e] = random.integer(inputs);
      slots[e] = total - 1 - e;
    }
    times.subarray(eventStarts[row], end).sort();
    eventStarts[row + 1] = end;
  }
  return { rows: lengths.length, eventStarts, times, events, slots };
}

/** A layer and its events in kernel memory, with room for all results. */
function randomLayer(kernels: Kernels, { neurons, windowS }: LayerCase, seed: number) {
  const random = new Random({ seed, trial: 0, purpose: "event-kernel-test", index: 0 });
  const inputs = 30;
  const outputs = [5, 16, 37][seed % 3];
  const rows = randomRows(kernels, random, inputs, windowS);
  const matrix = Array.from({ length: outputs * inputs }, () => Math.fround(1.5 * random.uniform() - 0.5));
  const weights = kernels.float32(tiledEventLength(outputs, inputs));
  tileEventWeights(matrix, weights, outputs, inputs);
  const most = rows.rows * outputs * neurons.maxSpikes;
  const errors = kernels.float32(most);
  errors.set(errors.map(() => (random.uniform() < 0.2 ? 0 : random.uniform() - 0.5)));
  return {
    ...rows,
    ...neurons,
    neurons,
    windowS,
    inputs,
    outputs,
    weights,
    matrix,
    groupStarts: kernels.int32(rows.rows + 1),
    groups: kernels.float32(8 * rows.times.length),
    ends: kernels.int32(Math.ceil(outputs / 16) * rows.rows),
    spikes: kernels.float32(4 * most),
    errors,
    gradient: kernels.float32(weights.length),
    inputErrors: kernels.float32(rows.times.length),
  };
}

/** Every array of a layer, copied out of kernel memory. */
function copyOf<Layer extends object>(layer: Layer): Layer {
  return Object.fromEntries(
    Object.entries(layer).map(([name, value]) => [
      name,
      ArrayBuffer.isView(value) ? copyOfView(value) : value,
    ]),
  ) as Layer;
}

const copyOfView = (view: ArrayBufferView): ArrayBufferView => (view as Float32Array | Int32Array).slice();

/** What was written, as bits. */
const bits = (values: Float32Array): Int32Array => new Int32Array(values.slice().buffer);

describe("the layer kernels equal their scalar twins bit for bit", () => {
  for (const kernels of builds) {
    for (const layerCase of cases) {
      test(`${layerCase.title}, ${kernels.build} build`, () => {
        for (let seed = 0; seed < 6; seed++) {
          const mark = kernels.mark();
          const layer = randomLayer(kernels, layerCase, seed);
          const twin = copyOf(layer);
          assert.equal(eventGroups(kernels, layer), eventGroupsScalar(twin));
          const count = eventForward(kernels, layer);
          assert.ok(count > 10, "there must be something to compare");
          assert.equal(count, eventForwardScalar(twin));
          eventBackward(kernels, layer);
          eventBackwardScalar(twin);
          for (const name of ["groups", "spikes", "errors", "gradient", "inputErrors"] as const) {
            assert.deepEqual(bits(layer[name]), bits(twin[name]), `${name} of seed ${seed}`);
          }
          assert.deepEqual(layer.ends.slice(), twin.ends);
          assert.ok(layer.gradient.every(Number.isFinite) && layer.inputErrors.every(Number.isFinite));
          kernels.release(mark);
        }
      });
    }
  }

  test("without input errors the gradient is the same", () => {
    const [kernels] = builds;
    const mark = kernels.mark();
    const layer = randomLayer(kernels, cases[1], 2);
    eventGroups(kernels, layer);
    eventForward(kernels, layer);
    const other = {
      ...layer,
      errors: kernels.float32From(layer.errors),
      gradient: kernels.float32(layer.gradient.length),
    };
    eventBackward(kernels, layer);
    const { inputErrors: _, ...silent } = other;
    eventBackward(kernels, silent);
    assert.deepEqual(silent.gradient.slice(), layer.gradient.slice());
    kernels.release(mark);
  });
});

for (const isEqualTau of [false, true]) {
  test(`a crossing that rounding puts on either side of an event is not lost, isEqualTau ${isEqualTau}`, () => {
    const [kernels] = builds;
    const mark = kernels.mark();
    const [outputs, around] = [16, 40];
    const neurons: EventNeurons = { threshold: 0.05, tauS: 0.26, isEqualTau, maxSpikes: 1 };
    const random = new Random({ seed: 11, trial: 0, purpose: "event-kernel-test", index: 1 });
    // Three inputs make a neuron fire; a fourth spikes close to when it does: one so strong that the neuron's state is
    // rounded by it, or one that would hold it back, which therefore must be within rounding.
    const fourth = [1000, -7];
    const matrix = Array.from({ length: outputs * 4 }, (_, i) =>
      i % 4 < 3 ? 0.5 + random.uniform() : fourth[(i >> 2) % 2],
    );
    const weights = kernels.float32(tiledEventLength(outputs, 4));
    tileEventWeights(matrix, weights, outputs, 4);
    const run = (rows: number, times: Float32Array, inputs: number): Float32Array => {
      const eventStarts = kernels.int32(rows + 1);
      for (let row = 0; row <= rows; row++) eventStarts[row] = row * inputs;
      const events = kernels.int32(rows * inputs);
      for (let e = 0; e < events.length; e++) events[e] = e % inputs;
      const [groupStarts, groups] = [kernels.int32(rows + 1), kernels.float32(8 * rows * inputs)];
      eventGroups(kernels, { rows, eventStarts, times, groupStarts, groups, ...neurons, windowS: 0.5 });
      const spikes = kernels.float32(4 * rows * outputs);
      const rest = { inputs: 4, outputs, weights, neurons, ends: kernels.int32(rows), spikes };
      const count = eventForward(kernels, { rows, groupStarts, groups, events, ...rest });
      const tags = new Int32Array(spikes.buffer, spikes.byteOffset, spikes.length);
      const first = new Float32Array(rows * outputs).fill(Number.POSITIVE_INFINITY);
      for (let k = 0, row = 0; k < count; k++) {
        while (rest.ends[row] <= k) row++;
        first[row * outputs + (tags[4 * k + 3] % 16)] = spikes[4 * k];
      }
      return first;
    };
    const before = [0, 0.004, 0.009];
    const alone = run(1, kernels.float32From(before), 3);
    assert.ok(alone.every(Number.isFinite));
    const rows = outputs * around;
    const times = kernels.float32(4 * rows);
    const row = (neuron: number, k: number): number => neuron * around + k;
    for (let neuron = 0; neuron < outputs; neuron++) {
      const ulp = 2 ** (Math.floor(Math.log2(alone[neuron])) - 23);
      for (let k = 0; k < around; k++) {
        const step = neuron % 2 === 0 ? 16 * ulp : ulp;
        times.set([...before, alone[neuron] + (k - around / 4) * step], 4 * row(neuron, k));
      }
    }
    const disturbed = run(rows, times, 4);
    for (let neuron = 0; neuron < outputs; neuron++) {
      for (let k = 0; k < around; k++) {
        const time = disturbed[row(neuron, k) * outputs + neuron];
        assert.ok(
          Math.abs(time - alone[neuron]) < 1e-6,
          `${time} for ${alone[neuron]}, neuron ${neuron}, ${k}`,
        );
      }
    }
    kernels.release(mark);
  });
}

describe("event lists", () => {
  const [kernels] = builds;
  const lists = (samples: number, events: number): EventLists => ({
    starts: kernels.int32(samples + 1),
    times: kernels.float32(events),
    slots: kernels.int32(events),
    units: kernels.int32(events),
  });

  for (const maxSpikes of [2, 40]) {
    test(`sorting equals its twin with up to ${maxSpikes} spikes a neuron, several positions a sample`, () => {
      const mark = kernels.mark();
      const random = new Random({ seed: maxSpikes, trial: 0, purpose: "event-sort-test", index: 0 });
      const [samples, positions, outputs] = [3, 4, 21];
      const ends = kernels.int32(2 * samples * positions);
      let total = 0;
      for (let list = 0; list < ends.length; list++) ends[list] = total += random.integer(5 * maxSpikes);
      const spikes = kernels.float32(4 * total);
      const tags = new Int32Array(spikes.buffer, spikes.byteOffset, spikes.length);
      for (let k = 0; k < total; k++) {
        spikes[4 * k] = random.integer(60) / 100;
        tags[4 * k + 3] = 16 * random.integer(1000) + random.integer(5);
      }
      const sorted = lists(samples, total);
      const scratch = kernels.int32(eventSortScratch(total));
      const args = { samples, positions, outputs, ends, spikes, lists: sorted, scratch };
      eventSort(kernels, args);
      const twin = { ...args, lists: copyOf(lists(samples, total)) };
      eventSortScalar(twin);
      assert.deepEqual(copyOf(sorted), twin.lists);
      kernels.release(mark);
    });
  }

  const windows: readonly EventWindow[] = [
    { input: [6, 5], kernel: [3, 2], stride: [1, 1], padding: [0, 0], output: [4, 4] },
    { input: [6, 5], kernel: [5, 3], stride: [2, 3], padding: [2, 1], output: [3, 2] },
    { input: [7, 6], kernel: [2, 2], stride: [2, 2], padding: [0, 0], output: [3, 3] },
    { input: [5, 5], kernel: [1, 2], stride: [3, 3], padding: [0, 0], output: [2, 2] },
  ];
  for (const window of windows) {
    test(`windows of ${window.kernel} by ${window.stride} equal their twins`, () => {
      const mark = kernels.mark();
      const random = new Random({ seed: 3, trial: 0, purpose: "event-window-test", index: window.kernel[0] });
      const samples = 3;
      const from = lists(samples, 120);
      from.starts.set([0, 50, 50, 120]);
      for (let k = 0; k < 120; k++) {
        from.times[k] = k / 100;
        from.slots[k] = 500 - k;
        from.units[k] = random.integer(2 * window.input[0] * window.input[1]);
      }
      const most = 120 * windowsOver(window);
      const rows = lists(samples * window.output[0] * window.output[1], most);
      const pooled = lists(samples, most);
      const [rowTwin, poolTwin] = [copyOf(rows), copyOf(pooled)];
      assert.equal(
        eventPatches(kernels, { samples, window, lists: from, rows }),
        eventPatchesScalar({ samples, window, lists: from, rows: rowTwin }),
      );
      assert.equal(
        eventPool(kernels, { samples, window, lists: from, pooled }),
        eventPoolScalar({ samples, window, lists: from, pooled: poolTwin }),
      );
      assert.deepEqual(copyOf(rows), rowTwin);
      assert.deepEqual(copyOf(pooled), poolTwin);
      kernels.release(mark);
    });
  }
});

test("tiles hold the matrix: what is written comes back", () => {
  const matrix = Float32Array.from({ length: 37 * 3 }, (_, i) => i + 1);
  const tiles = new Float32Array(tiledEventLength(37, 3));
  tileEventWeights(matrix, tiles, 37, 3);
  assert.equal(tiles[3 * 16 * 2 + 16 + 4], matrix[36 * 3 + 1]);
  const back = new Float32Array(matrix.length);
  untileEventWeights(tiles, back, 37, 3);
  assert.deepEqual(back, matrix);
});

test("exp and log of the kernels are those of the language to 1e-15", () => {
  const random = new Random({ seed: 1, trial: 0, purpose: "event-math-test", index: 0 });
  for (let i = 0; i < 2000; i++) {
    const x = 100 * (random.uniform() - 0.5);
    assert.ok(Math.abs(expF64(x) / Math.exp(x) - 1) < 1e-15);
    const z = Math.exp(x * (i % 2 === 0 ? 1 : 1e-5));
    assert.ok(Math.abs(logF64(z) - Math.log(z)) <= 1e-15 * Math.abs(Math.log(z)));
  }
});

test("a layer that might not find room for its spikes says so, and writes none past the end", () => {
  const [kernels] = builds;
  const mark = kernels.mark();
  const layer = randomLayer(kernels, cases[1], 1);
  eventGroups(kernels, layer);
  const count = eventForward(kernels, layer);
  const short = { ...layer, spikes: kernels.float32(4 * (count - 1)) };
  const behind = kernels.float32(16);
  assert.equal(eventForward(kernels, short), -1);
  assert.equal(eventForwardScalar({ ...short, spikes: short.spikes.slice() }), -1);
  assert.ok(behind.every((value) => value === 0));
  kernels.release(mark);
});

test("lists that are too short are refused by name", () => {
  const [kernels] = builds;
  const mark = kernels.mark();
  const layer = randomLayer(kernels, cases[0], 0);
  eventGroups(kernels, layer);
  assert.throws(() => eventForward(kernels, { ...layer, ends: layer.ends.subarray(1) }), {
    name: InvalidValueError.name,
    message: /^eventForward ends must have at least/,
  });
  assert.throws(
    () => eventForward(kernels, { ...layer, weights: new Float32Array(layer.weights.length) }),
    /eventForward weights must be a view into kernel memory/,
  );
  kernels.release(mark);
});
