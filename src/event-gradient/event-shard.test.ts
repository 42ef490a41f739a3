import assert from "node:assert/strict";
import { test } from "node:test";
import { drawnEvents, drawOf } from "../../test/event-networks.ts";
import { loadKernels } from "../kernels/load.ts";
import { resolve } from "../space/resolve.ts";
import { BatchEngine } from "./batch-engine.ts";
import { eventNetwork } from "./event-network.ts";
import { computeEventShard, neuronStages, rowsOf } from "./event-shard.ts";
import { type EventTrainingSettings, eventTrainingFields } from "./event-training-fields.ts";
import { initialiseEventWeights } from "./initialise-event-weights.ts";
import { sampleOf, spikeTrainsOf } from "./spike-trains.ts";
import { bumpSilent } from "./wake-silent.ts";

const network = eventNetwork({
  inputShape: [1, 5, 5],
  windowS: 0.3,
  layers: [
    { id: "conv", kind: "conv2d", channels: 3, kernel: [3, 3], threshold: 0.05, maxSpikes: 2 },
    { id: "pool", kind: "pool", kernel: [2, 2], stride: [1, 1] },
    { id: "hidden", kind: "dense", units: 20, threshold: 0.1, maxSpikes: 2 },
    { id: "output", kind: "dense", units: 4, threshold: 0.1, maxSpikes: 2 },
  ],
});
const kernels = await loadKernels({ build: "simd", memoryBytes: 2 ** 26 });
const engine = new BatchEngine(kernels, { network, workBytes: 2 ** 24 });
engine.setWeights(initialiseEventWeights(network, 0, [{ kind: "uniform", a: -0.5, b: 1 }]));
const samples = 12;
const draw = drawOf(0);
const trains = spikeTrainsOf(
  Array.from({ length: samples }, () => drawnEvents(draw, 25, 30, 0.15)),
  { neurons: 25, windowS: 0.3 },
);
const train = { trains, labels: Uint8Array.from({ length: samples }, (_, s) => s % 4) };
const order = Uint32Array.from({ length: samples }, (_, s) => samples - 1 - s);

function shard(index: number, given: Partial<EventTrainingSettings>, count = samples) {
  const settings = resolve("training", eventTrainingFields, {
    loss: "firstSpike",
    tauS: 0.02,
    shards: 3,
    ...given,
  });
  const silent = new Uint32Array(rowsOf(network));
  const place = { engine, settings, seed: 0, train, validation: train };
  const result = computeEventShard(place, { order, epoch: 0, from: 0, count }, index, silent);
  return { ...result, silent, gradient: engine.gradient.slice() };
}

test("shards hold every sample of the batch once", () => {
  const [whole, ...parts] = [shard(0, { shards: 1 }), shard(0, {}), shard(1, {}), shard(2, {})];
  const loss = parts.reduce((sum, part) => sum + part.loss, 0);
  assert.ok(Math.abs(loss - whole.loss) < 1e-9 * whole.loss);
  assert.equal(
    parts.reduce((sum, { correct }) => sum + correct, 0),
    whole.correct,
  );
  for (let i = 0; i < whole.gradient.length; i++) {
    const sum = parts.reduce((total, { gradient }) => total + gradient[i], 0);
    assert.ok(Math.abs(sum - whole.gradient[i]) <= 1e-4 * Math.abs(whole.gradient[i]) + 1e-6);
  }
});

test("an empty shard has no loss and no gradient", () => {
  const { loss, gradient, spikes } = shard(0, {}, 2);
  assert.deepEqual([loss, ...spikes], [0, 0, 0, 0, 0]);
  assert.ok(gradient.every((part) => part === 0));
});

test("a bound that no sample's gradient reaches changes nothing, one that all exceed leaves nothing", () => {
  const [free, wide, narrow] = [0, 1e6, 1e-9].map((largestShare) => shard(0, { largestShare }));
  // A convolution's positions are rounded into the sum one by one, or sample by sample.
  for (const [i, part] of wide.gradient.entries()) {
    assert.ok(Math.abs(part - free.gradient[i]) <= 1e-5 * Math.abs(part) + 1e-7);
  }
  assert.ok(free.gradient.some((part) => part !== 0));
  assert.ok(narrow.gradient.every((part) => Math.abs(part) <= 4e-9));
});

test("a bound takes whole rows of single samples away, and those only where a part is larger", () => {
  const largestShare = 0.02;
  const [free, cut] = [0, largestShare].map(
    (largest) => shard(0, { shards: 12, largestShare: largest }).gradient,
  );
  for (const { offset, length, inputs } of neuronStages(network)) {
    for (let row = 0; row < length / inputs; row++) {
      const tile = offset + Math.floor(row / 16) * inputs * 16 + (row % 16);
      const places = Array.from({ length: inputs }, (_, i) => tile + 16 * i);
      const isLarge = places.some((i) => Math.abs(free[i]) > largestShare);
      for (const i of places) assert.equal(cut[i], isLarge ? 0 : free[i]);
    }
  }
});

test("silent neurons are counted by row of weights: positions of a channel together", () => {
  const { silent } = shard(0, { shards: 1, bump: 1e-3 });
  const expected: number[] = [];
  const gathered = { ...trains };
  engine.forward(gathered);
  for (const [layer, rows] of [
    [0, 3],
    [2, 20],
    [3, 4],
  ]) {
    const spikes = engine.trains(layer);
    const positions = spikes.neurons / rows;
    for (let row = 0; row < rows; row++) {
      let count = 0;
      for (let s = 0; s < samples; s++) {
        const fired = new Set(sampleOf(spikes, s).neuron);
        for (let p = 0; p < positions; p++) if (!fired.has(row * positions + p)) count++;
      }
      expected.push(count);
    }
  }
  assert.deepEqual([...silent], expected);
  assert.ok(expected.some((count) => count > 0));
});

test("only the first layer that is too silent is bumped, in its silent rows, twice as much the next time", () => {
  const stages = neuronStages(network);
  const settings = { bump: 0.5, silentShare: 0.2, silentOutputShare: 0 };
  const silent = new Uint32Array(rowsOf(network));
  // Of 20 hidden neurons, four and a half were silent throughout; of the outputs one, once.
  silent.fill(10, 3, 7).fill(5, 7, 8);
  silent[23] = 1;
  const weights = new Float32Array(engine.weights.length);
  const first = bumpSilent({ stages, weights, silent, samples: 10, settings }, { layer: -1, bump: 0 });
  assert.deepEqual(first, { layer: 1, bump: 0.5 });
  const second = bumpSilent({ stages, weights, silent, samples: 10, settings }, first);
  assert.deepEqual(second, { layer: 1, bump: 1 });
  const twin = new BatchEngine(kernels, { network, workBytes: 2 ** 16 });
  twin.weights.set(weights);
  const [conv, , hidden, output] = twin.getWeights();
  assert.ok([...conv, ...output].every((weight) => weight === 0));
  const inputs = hidden.length / 20;
  assert.ok(hidden.every((weight, i) => weight === (i < 5 * inputs ? 1.5 : 0)));
  silent.fill(0, 3, 8);
  const third = bumpSilent({ stages, weights, silent, samples: 10, settings }, second);
  assert.deepEqual(third, { layer: 2, bump: 0.5 });
  silent.fill(0);
  assert.equal(bumpSilent({ stages, weights, silent, samples: 10, settings }, third).layer, -1);
});
