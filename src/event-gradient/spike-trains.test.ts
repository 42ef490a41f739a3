import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleOf, spikeTrainsOf } from "./spike-trains.ts";

const rules = { neurons: 3, windowS: 1 };

test("events are sorted by time, then neuron, sample by sample", () => {
  const trains = spikeTrainsOf(
    [
      { neuron: [2, 0, 1, 0], timeS: [0.5, 0.9, 0.5, 0] },
      { neuron: [], timeS: [] },
      { neuron: [1], timeS: [1] },
    ],
    rules,
  );
  assert.deepEqual([...trains.offsets], [0, 4, 4, 5]);
  assert.deepEqual([...trains.neuron], [0, 1, 2, 0, 1]);
  assert.deepEqual([...trains.timeS], [0, 0.5, 0.5, 0.9, 1]);
  assert.equal(sampleOf(trains, 1).timeS.length, 0);
  assert.deepEqual([...sampleOf(trains, 0).neuron], [0, 1, 2, 0]);
  assert.equal(spikeTrainsOf([], rules).samples, 0);
});

test("a neuron may spike twice at one time, and both events are kept", () => {
  const trains = spikeTrainsOf([{ neuron: [1, 1, 1], timeS: [0.5, 0.25, 0.5] }], rules);
  assert.deepEqual([...trains.timeS], [0.25, 0.5, 0.5]);
});

test("events after the window are refused, or dropped where that is asked for", () => {
  const samples = [{ neuron: [0, 1, 2], timeS: [0.5, 100, 1] }];
  assert.throws(() => spikeTrainsOf(samples, rules), {
    name: "InvalidValueError",
    message:
      'sample 0, event 1 must be within the window of 1 s, but got "100 s". Times are in seconds; lengthen the window, or have late events dropped.',
  });
  const kept = spikeTrainsOf(samples, { ...rules, late: "drop" });
  assert.deepEqual([...kept.neuron], [0, 2]);
});

test("times that are none and neurons that are not there are named", () => {
  const cases: readonly [number, number, RegExp][] = [
    [0, Number.NaN, /sample 1, event 0 must be at a finite time of 0 or later, but got NaN/],
    [0, -1e-9, /finite time of 0 or later, but got -1e-9/],
    [0, Infinity, /but got Infinity\. Leave out neurons that do not spike/],
    [3, 0.5, /sample 1, event 0 must be of a neuron from 0 to 2, but got 3/],
    [-1, 0.5, /but got -1/],
    [0.5, 0.5, /but got 0\.5/],
  ];
  for (const [neuron, timeS, message] of cases) {
    for (const late of ["refuse", "drop"] as const) {
      const samples = [
        { neuron: [0], timeS: [0] },
        { neuron: [neuron], timeS: [timeS] },
      ];
      assert.throws(() => spikeTrainsOf(samples, { ...rules, late }), message);
    }
  }
  assert.throws(
    () => spikeTrainsOf([{ neuron: [0, 1], timeS: [0] }], rules),
    /sample 0 must have a neuron for each of 1 times, but got 2/,
  );
});
