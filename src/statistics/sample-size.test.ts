import assert from "node:assert/strict";
import { test } from "node:test";
import { InvalidValueError } from "../base/errors.ts";
import { reachedMargin, sampleSize } from "./sample-size.ts";

test("one point at 99 % asks for at most 16,641 faults, as campaigns in print say", () => {
  assert.equal(sampleSize({ population: Infinity, margin: 0.01, t: 2.58 }), 16641);
  assert.equal(sampleSize({ population: 1e12, margin: 0.01, t: 2.58 }), 16641);
  // The same with the quantile not rounded: 2.5758293² / 4 · 10⁴ = 16,587.2.
  assert.equal(sampleSize({ population: Infinity, margin: 0.01 }), 16588);
});

test("a 578-20-10 network with 11,910 stored values of 32 bits needs the 15,944 of SpikingJET, rounded up", () => {
  // Weights 578·20 + 20·10, and bias, leak, threshold, potential and spike of 30 neurons.
  const population = (578 * 20 + 20 * 10 + 5 * 30) * 32;
  assert.equal(sampleSize({ population, margin: 0.01, t: 2.58 }), 15945);
});

test("the size is the smallest that reaches the margin", () => {
  for (const population of [1, 2, 50, 1000, 813056, Infinity]) {
    for (const margin of [0.3, 0.05, 0.01, 0.002]) {
      for (const p of [0.5, 0.02]) {
        const sampled = sampleSize({ population, margin, p });
        assert.ok(reachedMargin({ population, sampled, p }) <= margin * (1 + 1e-9));
        assert.ok(sampled === 1 || reachedMargin({ population, sampled: sampled - 1, p }) > margin);
      }
    }
  }
});

test("all of a population leave no margin, and none of it leave the widest", () => {
  assert.equal(reachedMargin({ population: 40, sampled: 40 }), 0);
  assert.equal(reachedMargin({ population: 40, sampled: 0 }), 1);
});

test("margins, shares and counts that cannot be are refused", () => {
  assert.throws(
    () => sampleSize({ population: 10, margin: 0 }),
    /margin must lie between 0 and 1, but got 0/,
  );
  assert.throws(() => sampleSize({ population: 10, margin: NaN }), InvalidValueError);
  assert.throws(() => sampleSize({ population: 0, margin: 0.1 }), /population must be a whole number/);
  assert.throws(() => sampleSize({ population: 10, margin: 0.1, confidence: 99 }), /confidence must lie/);
  assert.throws(() => sampleSize({ population: 10, margin: 0.1, t: NaN }), /t must be above 0/);
  assert.throws(() => reachedMargin({ population: 10, sampled: 11 }), /from 0 to 10, but got 11/);
});
