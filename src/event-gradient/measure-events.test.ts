// What is measured of event networks, and what happens to them when spikes and weights are disturbed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { drawnEvents, drawnWeights, drawOf } from "../../test/event-networks.ts";
import { InvalidValueError } from "../base/errors.ts";
import { energyOf } from "../energy/energy-of.ts";
import { profiles } from "../energy/profiles.ts";
import { loadKernels } from "../kernels/load.ts";
import { BatchEngine } from "./batch-engine.ts";
import { eventNetwork, eventShapes, eventWeightShapes } from "./event-network.ts";
import type { LabelledTrains } from "./labelled-trains.ts";
import { eventCounts } from "./measure-counts.ts";
import { fanOutOf, measureEvents } from "./measure-events.ts";
import { deletion, jitter } from "./robust-spikes.ts";
import { quantisedEventWeights, struckEventWeights, thresholdNoise, weightNoise } from "./robust-weights.ts";
import { type EventWeights, spikeTimes } from "./spike-times.ts";
import { type SpikeTrains, sampleOf, spikeTrainsOf } from "./spike-trains.ts";
import { wiringOf } from "./wiring.ts";

const kernels = await loadKernels();
const tau = { tauSynapseS: 0.05, tauMembraneS: 0.1 };
const windowS = 0.3;

const network = eventNetwork({
  inputShape: [1, 6, 6],
  windowS,
  layers: [
    {
      id: "conv",
      kind: "conv2d",
      channels: 4,
      kernel: [3, 3],
      padding: [1, 1],
      threshold: 0.01,
      maxSpikes: 3,
      ...tau,
    },
    { id: "pool", kind: "pool", kernel: [2, 2] },
    { id: "hidden", kind: "dense", units: 24, threshold: 0.02, maxSpikes: 20, ...tau },
    { id: "output", kind: "dense", units: 3, threshold: 0.02, maxSpikes: 20, ...tau },
  ],
});
const weights = drawnWeights(network, drawOf(77), -0.6, 1.2).map((layer) => Float32Array.from(layer));
const samples = 40;
const trains = spikeTrainsOf(
  Array.from({ length: samples }, (_, s) => drawnEvents(drawOf(100 + s), 36, 20, 0.2)),
  { neurons: 36, windowS },
);
const set: LabelledTrains = { trains, labels: Uint8Array.from({ length: samples }, (_, s) => s % 3) };

const engine = new BatchEngine(kernels, { network, workBytes: 4 * 1024 * 1024 });

function measured(own: EventWeights, options: Partial<Parameters<typeof measureEvents>[2]> = {}) {
  engine.setWeights(own);
  return measureEvents(engine, set, { decoding: "count", ...options });
}

const clean = measured(weights);
const key = { seed: 5, trial: 0 };

test("events at synapses are counted as the wiring has them", () => {
  const shapes = eventShapes(network);
  const fanOut = fanOutOf(network);
  const expected = network.layers.map(() => 0);
  const spikesOf = network.layers.map(() => 0);
  for (let s = 0; s < samples; s++) {
    const spikes = spikeTimes(network, weights, sampleOf(trains, s));
    for (const [l, layer] of network.layers.entries()) {
      spikesOf[l] += spikes[l].neuron.length;
      const wiring = wiringOf(layer, shapes[l], shapes[l + 1]);
      for (const source of l === 0 ? sampleOf(trains, s).neuron : spikes[l - 1].neuron) {
        if (layer.kind !== "pool") wiring(source, () => expected[l]++);
      }
    }
  }
  assert.deepEqual(
    clean.layers.map(({ synapticOperations }) => synapticOperations),
    expected,
  );
  assert.deepEqual(
    clean.layers.map(({ spikes }) => spikes),
    spikesOf,
  );
  // A corner of a padded image is heard by four places of every channel, its middle by nine.
  assert.equal(fanOut[0][0], 4 * 4);
  assert.equal(fanOut[0][14], 9 * 4);
  assert.ok(clean.layers[0].cappedTrains > 0);
});

test("what is charged until a decision grows with its time, up to the whole", () => {
  let before = -1;
  for (const untilS of [0, 0.05, 0.1, 0.2, windowS]) {
    const { layers } = measured(weights, { untilS: new Float64Array(samples).fill(untilS) });
    const operations = layers.reduce((sum, { synapticOperations }) => sum + synapticOperations, 0);
    assert.ok(operations > before);
    before = operations;
    if (untilS === windowS) assert.deepEqual(layers, clean.layers);
  }
});

test("energy is the price of an addition for every event at a synapse, whatever the layer", () => {
  const [profile] = Object.values(profiles);
  const counts = eventCounts(network, clean, 8);
  const { energyPj, byLayerPj } = energyOf(counts, profile, "mac-once");
  const operations = clean.layers.map(({ synapticOperations }) => synapticOperations / samples);
  const [hidden, output] = [byLayerPj["hidden"] / operations[2], byLayerPj["output"] / operations[3]];
  assert.ok(Math.abs(hidden / output - 1) < 1e-12);
  assert.ok(
    Math.abs((energyPj ?? 0) - operations.reduce((sum, n) => sum + n, 0) * profile.addPj["int32"]) < 1e-6,
  );
  const wide = eventCounts(network, clean, "float32");
  assert.equal(wide.memories.weightsBytes, 4 * counts.memories.weightsBytes);
});

/** Every event as "neuron time", sample by sample. */
function listed(spikes: SpikeTrains): readonly (readonly string[])[] {
  return Array.from({ length: spikes.samples }, (_, s) => {
    const { neuron, timeS } = sampleOf(spikes, s);
    return Array.from(neuron, (n, e) => `${n} ${timeS[e]}`);
  });
}

test("jitter of 0 and a deletion of chance 0 change nothing, a deletion of chance 1 leaves nothing", () => {
  const still = jitter({ deviationS: 0, windowS }, key);
  assert.deepEqual(listed(still(trains, 0, 1)), listed(trains));
  assert.deepEqual(listed(deletion(0, key)(trains, 0, 1)), listed(trains));
  assert.equal(deletion(1, key)(trains, 0, 1).timeS.length, 0);
  const same = measured(weights, { disturbInput: still, disturbHidden: still });
  assert.deepEqual(same.decisions, clean.decisions);
  assert.throws(() => jitter({ deviationS: -1, windowS }, key), InvalidValueError);
  assert.throws(() => deletion(1.5, key), InvalidValueError);
});

test("jitter moves every spike by the deviation asked for, and no spike before 0", () => {
  const one = spikeTrainsOf(
    Array.from({ length: 400 }, () => ({ neuron: [0, 1, 2, 3], timeS: [1, 1, 1, 0.01] })),
    { neurons: 4, windowS: 2 },
  );
  const moved = jitter({ deviationS: 0.05, windowS: 2 }, key)(one, 0, -1);
  const shifts: number[] = [];
  for (let e = 0; e < moved.neuron.length; e++) {
    if (moved.neuron[e] < 3) shifts.push(moved.timeS[e] - 1);
    assert.ok(moved.timeS[e] >= 0);
  }
  const mean = shifts.reduce((sum, x) => sum + x, 0) / shifts.length;
  const deviation = Math.sqrt(shifts.reduce((sum, x) => sum + (x - mean) ** 2, 0) / shifts.length);
  // 1200 draws: the mean within 4 standard errors, the deviation within 10 %.
  assert.ok(Math.abs(mean) < (4 * 0.05) / Math.sqrt(shifts.length));
  assert.ok(Math.abs(deviation / 0.05 - 1) < 0.1);
});

test("a sample's disturbance depends on neither its batch nor the chance: fewer lost are among more lost", () => {
  const whole = listed(deletion(0.3, key)(trains, 0, 1));
  const part = spikeTrainsOf([sampleOf(trains, 7)], { neurons: 36, windowS });
  assert.deepEqual(listed(deletion(0.3, key)(part, 7, 1))[0], whole[7]);
  const more = listed(deletion(0.6, key)(trains, 0, 1));
  for (const [s, kept] of more.entries()) assert.ok(kept.every((event) => whole[s].includes(event)));
  assert.notDeepEqual(listed(deletion(0.3, key)(trains, 0, 2)), whole);
});

test("deleting hidden spikes leaves the layers before as they were", () => {
  const { layers } = measured(weights, { disturbHidden: deletion(0.5, key) });
  assert.equal(layers[0].spikes, clean.layers[0].spikes);
  assert.ok(layers[1].inputEvents < 0.7 * clean.layers[1].inputEvents);
  assert.ok(layers[3].spikes < clean.layers[3].spikes);
});

test("a network of noisy thresholds spikes as one whose thresholds are set so", () => {
  const dense = eventNetwork({
    inputShape: [36],
    windowS,
    layers: [{ id: "only", kind: "dense", units: 1, threshold: 0.02, maxSpikes: 9, ...tau }],
  });
  const own = [Float32Array.from({ length: 36 }, (_, i) => 0.1 + 0.01 * i)];
  const noisy = thresholdNoise(dense, own, 0.3, key);
  const factor = own[0][5] / noisy[0][5];
  assert.ok(Math.abs(factor - 1) > 0.01);
  const set = eventNetwork({
    ...dense,
    layers: dense.layers.map((layer) => ({ ...layer, threshold: 0.02 * factor }) as typeof layer),
  });
  for (let s = 0; s < 5; s++) {
    const [a] = spikeTimes(dense, noisy, sampleOf(trains, s));
    const [b] = spikeTimes(set, own, sampleOf(trains, s));
    assert.equal(a.timeS.length, b.timeS.length);
    assert.ok(a.timeS.length > 0);
    for (let k = 0; k < a.timeS.length; k++) assert.ok(Math.abs(a.timeS[k] - b.timeS[k]) < 1e-6);
  }
});

test("noisy thresholds scatter around their own by the share asked for", () => {
  const rows = 4000;
  const wide = eventNetwork({
    inputShape: [1],
    windowS,
    layers: [{ id: "wide", kind: "dense", units: rows }],
  });
  const [noisy] = thresholdNoise(wide, [new Float32Array(rows).fill(1)], 0.2, key);
  const factors = Array.from(noisy, (weight) => 1 / weight);
  const mean = factors.reduce((sum, factor) => sum + factor, 0) / rows;
  const deviation = Math.sqrt(factors.reduce((sum, factor) => sum + (factor - mean) ** 2, 0) / rows);
  // Four standard errors of the mean; the deviation within a twentieth.
  assert.ok(Math.abs(mean - 1) < (4 * 0.2) / Math.sqrt(rows));
  assert.ok(Math.abs(deviation / 0.2 - 1) < 0.05);
});

test("noise of 0 and no flipped bit are quantisation at most, and errors grow with what is disturbed", () => {
  assert.deepEqual(thresholdNoise(network, weights, 0, key), weights);
  assert.deepEqual(weightNoise(network, weights, 0, key), weights);
  const distance = (other: EventWeights): number =>
    weights.reduce((sum, layer, l) => sum + layer.reduce((s, w, i) => s + (w - other[l][i]) ** 2, 0), 0);
  assert.ok(
    distance(weightNoise(network, weights, 0.1, key)) < distance(weightNoise(network, weights, 0.5, key)),
  );
  const coarse = [8, 6, 4, 2].map((bits) => distance(quantisedEventWeights(network, weights, bits)));
  assert.deepEqual(
    coarse,
    [...coarse].sort((a, b) => a - b),
  );
  const stored = quantisedEventWeights(network, weights, 8);
  const flips = { bits: 8, fault: "bit-flip", dose: { kind: "rate", rate: 0 } } as const;
  const place = { seed: 5, trial: 0, purpose: "event faults", index: 0 };
  assert.deepEqual(struckEventWeights(network, weights, flips, place), stored);
  assert.throws(() => quantisedEventWeights(network, weights, 1), InvalidValueError);
  assert.throws(
    () => struckEventWeights(network, weights, { ...flips, fault: "dead-neuron" }, place),
    InvalidValueError,
  );
});

test("a struck weight differs from the stored one by a bit's worth, and as many are struck as the dose says", () => {
  const place = { seed: 5, trial: 0, purpose: "event faults", index: 0 };
  const stored = quantisedEventWeights(network, weights, 8);
  const dose = { kind: "count", count: 25 } as const;
  const struck = struckEventWeights(network, weights, { bits: 8, fault: "bit-flip", dose }, place);
  let changed = 0;
  for (const [l, layer] of stored.entries()) {
    if (eventWeightShapes(network)[l].length === 0) continue;
    const unit = layer.reduce((most, w) => Math.max(most, Math.abs(w)), 0) / 127;
    for (let i = 0; i < layer.length; i++) {
      if (struck[l][i] === layer[i]) continue;
      const bit = Math.log2(Math.abs(struck[l][i] - layer[i]) / unit);
      assert.ok(Math.abs(bit - Math.round(bit)) < 1e-4 && bit > -0.5 && bit < 7.5);
      changed++;
    }
  }
  // Two bits of one weight are one changed weight.
  assert.ok(changed > 20 && changed <= 25);
  assert.deepEqual(struckEventWeights(network, weights, { bits: 8, fault: "bit-flip", dose }, place), struck);
});
