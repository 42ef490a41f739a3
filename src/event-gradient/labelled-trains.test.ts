import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../base/random.ts";
import { resolve } from "../space/resolve.ts";
import { eventDecision } from "./event-decision.ts";
import { eventCodingFields, gatherTrains, inputsOf, labelledTrains } from "./labelled-trains.ts";
import { latencyTrains } from "./latency-trains.ts";
import { sampleOf } from "./spike-trains.ts";

const windowS = 0.3;
const draw = new Random({ seed: 2, trial: -1, purpose: "test", index: 0 });
const bytes = Uint8Array.from({ length: 40 * 30 }, () => Math.max(0, draw.integer(300) - 44));
const labels = Uint8Array.from({ length: 40 }, (_, s) => s % 3);
const none = { noiseS: 0, windowS, seed: 0, epoch: 0 };

test("bytes are coded as the values they stand for", () => {
  for (const isZeroSilent of [true, false]) {
    const coding = { earliestS: 0.02, latestS: 0.1, isZeroSilent };
    const values = Float64Array.from(bytes, (byte) => byte / 255);
    assert.deepEqual(
      latencyTrains({ values: bytes, inputs: 30 }, coding),
      latencyTrains({ values, inputs: 30 }, coding),
    );
  }
});

test("a bias is one more input that spikes in every sample, in its place in time", () => {
  const coding = resolve("coding", eventCodingFields, { biasS: 0.05 });
  const { trains } = labelledTrains({ values: bytes, inputs: 30 }, labels, { coding, windowS });
  assert.equal(trains.neurons, inputsOf(30, coding));
  for (let s = 0; s < 40; s++) {
    const { neuron, timeS } = sampleOf(trains, s);
    assert.deepEqual(
      [...timeS],
      [...timeS].sort((a, b) => a - b),
    );
    const places = [...neuron.keys()].filter((e) => neuron[e] === 30);
    assert.deepEqual(
      places.map((e) => timeS[e]),
      [0.05],
    );
  }
});

test("codes later than the window are refused, as their spikes could cause nothing", () => {
  const coding = resolve("coding", eventCodingFields, { latestS: 0.4 });
  const given = { coding, windowS };
  assert.throws(
    () => labelledTrains({ values: bytes, inputs: 30 }, labels, given),
    /must be within the window of 0.3 s/,
  );
});

test("gathered samples are the ones named, in that order", () => {
  const coding = resolve("coding", eventCodingFields, {});
  const { trains } = labelledTrains({ values: bytes, inputs: 30 }, labels, { coding, windowS });
  const gathered = gatherTrains(trains, [7, 0, 7], none);
  for (const [i, s] of [7, 0, 7].entries()) assert.deepEqual(sampleOf(gathered, i), sampleOf(trains, s));
});

test("noise moves times by its standard deviation, by sample and epoch alone, and leaves them in the window", () => {
  const coding = resolve("coding", eventCodingFields, { earliestS: 0.1, latestS: 0.2, isZeroSilent: false });
  const { trains } = labelledTrains({ values: bytes, inputs: 30 }, labels, { coding, windowS });
  const noise = { ...none, noiseS: 0.01 };
  const all = Uint32Array.from({ length: 40 }, (_, s) => s);
  const moved = gatherTrains(trains, all, noise);
  const timeOf = (set: typeof trains, s: number): Float64Array => {
    const { neuron, timeS } = sampleOf(set, s);
    const times = new Float64Array(30);
    for (const [e, n] of neuron.entries()) times[n] = timeS[e];
    return times;
  };
  const shifts = Array.from(all, (s) =>
    [...timeOf(moved, s)].map((time, n) => time - timeOf(trains, s)[n]),
  ).flat();
  const mean = shifts.reduce((sum, x) => sum + x, 0) / shifts.length;
  const deviation = Math.sqrt(shifts.reduce((sum, x) => sum + (x - mean) ** 2, 0) / shifts.length);
  // 1200 draws: standard errors of 3e-4 and 2e-4.
  assert.ok(Math.abs(mean) < 1.2e-3 && Math.abs(deviation - 0.01) < 8e-4, `${mean} ± ${deviation}`);
  assert.deepEqual(sampleOf(gatherTrains(trains, [3], noise), 0), sampleOf(moved, 3));
  assert.notDeepEqual(sampleOf(gatherTrains(trains, [3], { ...noise, epoch: 1 }), 0), sampleOf(moved, 3));
  const wide = gatherTrains(trains, all, { ...noise, noiseS: 0.5 });
  assert.ok(wide.timeS.every((time) => time >= 0 && time <= windowS));
  assert.ok(wide.timeS.length < trains.timeS.length);
});

test("labels must be one a sample", () => {
  const coding = resolve("coding", eventCodingFields, {});
  const given = { coding, windowS };
  assert.throws(
    () => labelledTrains({ values: bytes, inputs: 30 }, labels.subarray(1), given),
    /must be those of 40 samples/,
  );
});

test("counts decide by the most spikes, first spikes by time; equals go to the lowest class, silence to none", () => {
  const output = { neurons: 3, neuron: [2, 1, 1, 2, 0], timeS: [0.1, 0.1, 0.2, 0.3, 0.4] };
  assert.equal(eventDecision(output, "count"), 1);
  assert.equal(eventDecision(output, "first"), 1);
  assert.equal(eventDecision({ neurons: 3, neuron: [2, 0], timeS: [0.1, 0.2] }, "first"), 2);
  assert.equal(eventDecision({ neurons: 3, neuron: [], timeS: [] }, "count"), -1);
});
