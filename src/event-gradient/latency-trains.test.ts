import assert from "node:assert/strict";
import { test } from "node:test";
import { latencyTrains } from "./latency-trains.ts";
import { sampleOf, spikeTrainsOf } from "./spike-trains.ts";

const coding = { earliestS: 0, latestS: 0.1, isZeroSilent: true };

test("a byte p spikes at 0.1 s (1 − p/255), black stays silent", () => {
  const values = Uint8Array.of(0, 255, 51, 0, 0, 0, 1, 255, 255);
  const trains = latencyTrains({ values, inputs: 3 }, coding);
  assert.deepEqual([...trains.offsets], [0, 2, 2, 5]);
  assert.deepEqual([...trains.neuron], [1, 2, 1, 2, 0]);
  for (const [k, t] of [0, 0.08, 0, 0, (0.1 * 254) / 255].entries()) {
    assert.ok(Math.abs(trains.timeS[k] - t) < 1e-16);
  }
});

test("numbers stand for themselves, and zeros spike last where they are not silent", () => {
  const tau = 0.5;
  const values = Float64Array.of(0, 0.25, 1);
  const loud = { earliestS: 0.15 * tau, latestS: 2 * tau, isZeroSilent: false };
  const trains = latencyTrains({ values, inputs: 3 }, loud);
  assert.deepEqual([...trains.neuron], [2, 1, 0]);
  for (const [k, x] of [1, 0.25, 0].entries()) {
    assert.ok(Math.abs(trains.timeS[k] - tau * (0.15 + (1 - x) * 1.85)) < 1e-15);
  }
});

test("they are sorted trains as the builder makes them", () => {
  const values = Uint8Array.from({ length: 40 }, (_, i) => (i * 97) % 256);
  const trains = latencyTrains({ values, inputs: 20 }, coding);
  const samples = [0, 1].map((s) => sampleOf(trains, s));
  assert.deepEqual(spikeTrainsOf(samples, { neurons: 20, windowS: 0.1 }), trains);
});

test("values outside of [0, 1], parts of samples and reversed times are refused", () => {
  const refused = (values: Float32Array, inputs: number, changed = {}): (() => void) => {
    return () => void latencyTrains({ values, inputs }, { ...coding, ...changed });
  };
  assert.throws(refused(Float32Array.of(0.5, 2), 2), /sample 0, input 1 must be from 0 to 1, but got 2/);
  assert.throws(refused(Float32Array.of(Number.NaN), 1), /but got NaN/);
  assert.throws(
    refused(new Float32Array(3), 2),
    /inputs must be a whole number that divides 3 values, but got 2/,
  );
  assert.throws(refused(new Float32Array(2), 2, { earliestS: 0.2 }), /latestS must be at least earliestS/);
});
