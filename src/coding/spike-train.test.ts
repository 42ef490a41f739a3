import assert from "node:assert/strict";
import { test } from "node:test";
import {
  checkSpikeTrain,
  firstSpikesMs,
  meanRateHz,
  spikeCounts,
  type TimedSpikeTrain,
  toSteps,
} from "./spike-train.ts";

const timed: TimedSpikeTrain = {
  kind: "timed",
  neurons: 4,
  durationMs: 10,
  timeMs: Float64Array.of(0, 0.4, 0.9, 3.5, 9.99),
  neuron: Uint32Array.of(2, 0, 2, 1, 0),
};

test("counts and rates are the same for a timed train and the same train on a grid", () => {
  for (const dtMs of [0.1, 1, 2.5]) {
    const stepped = toSteps(timed, dtMs);
    checkSpikeTrain(stepped);
    assert.deepEqual(spikeCounts(stepped), spikeCounts(timed));
    assert.ok(Math.abs(meanRateHz(stepped) - meanRateHz(timed)) < 1e-9);
  }
  assert.deepEqual([...spikeCounts(timed)], [2, 1, 2, 0]);
  assert.equal(meanRateHz(timed), 125);
});

test("first spikes on a grid are at most a step late and never early; silent neurons have none", () => {
  const exact = firstSpikesMs(timed);
  assert.deepEqual([...exact], [0.4, 3.5, 0, Infinity]);
  const grid = firstSpikesMs(toSteps(timed, 1));
  for (let n = 0; n < 3; n++) assert.ok(grid[n] > exact[n] && grid[n] <= exact[n] + 1);
  assert.equal(grid[3], Infinity);
});

test("a train without spikes has metrics, too", () => {
  const empty: TimedSpikeTrain = { ...timed, timeMs: new Float64Array(0), neuron: new Uint32Array(0) };
  checkSpikeTrain(empty);
  assert.equal(meanRateHz(empty), 0);
  assert.equal(toSteps(empty, 1).steps, 10);
});

test("spikes out of order, range or neurons are refused by number", () => {
  checkSpikeTrain(timed);
  assert.throws(
    () => checkSpikeTrain({ ...timed, timeMs: Float64Array.of(0, 1, 0.5, 3, 4) }),
    /spike 2 must not be before/,
  );
  assert.throws(
    () => checkSpikeTrain({ ...timed, timeMs: Float64Array.of(0, 1, 2, 3, 10) }),
    /spike 4 must be .* before 10, but got 10/,
  );
  assert.throws(
    () => checkSpikeTrain({ ...timed, neuron: Uint32Array.of(0, 1, 4, 0, 0) }),
    /neuron of spike 2 must be below 4/,
  );
  assert.throws(
    () => checkSpikeTrain({ ...timed, timeMs: Float64Array.of(Number.NaN, 1, 2, 3, 4) }),
    /spike 0/,
  );
});
