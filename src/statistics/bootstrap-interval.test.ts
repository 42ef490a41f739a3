import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../base/random.ts";
import { type BootstrapOptions, bootstrapInterval } from "./bootstrap-interval.ts";
import { percentileInterval } from "./percentile-interval.ts";

const key = { seed: 5, trial: -1, purpose: "bootstrap-test", index: 0 };

const meanOf =
  (values: readonly number[]) =>
  (places: Int32Array): number =>
    places.reduce((sum, place) => sum + values[place], 0) / places.length;

const of = (values: readonly number[], more: Partial<BootstrapOptions> = {}) =>
  bootstrapInterval({ size: values.length, statistic: meanOf(values), key, range: [-1, 1], ...more });

test("BCa of the variance of Efron and Tibshirani's spatial data is their (115.8, 259.6)", () => {
  // An Introduction to the Bootstrap (1993), tables 14.1 and 14.2; 2,000 draws, hence the tolerance.
  const a = [
    48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6, 0, 33, 28, 34, 4, 32, 24, 47, 41, 24, 26, 30, 41,
  ];
  const statistic = (places: Int32Array): number => {
    const mean = meanOf(a)(places);
    return places.reduce((sum, place) => sum + (a[place] - mean) ** 2, 0) / places.length;
  };
  const { value, low, high } = of(a, { statistic, confidence: 0.9, draws: 20000 });
  assert.ok(Math.abs(value - 171.5) < 0.05, `value ${value}`);
  assert.ok(Math.abs(low - 115.8) < 3 && Math.abs(high - 259.6) < 8, `${low} to ${high}`);
});

test("the same key gives the same interval, another key another", () => {
  const values = [1, 5, 2, 8, 3];
  assert.deepEqual(of(values), of(values));
  assert.notDeepEqual(of(values), of(values, { key: { ...key, index: 1 } }));
});

test("intervals move and stretch with the values", () => {
  const values = [1, 5, 2, 8, 3, 9, 4];
  for (const kind of ["bca", "percentile"] as const) {
    const plain = of(values, { kind });
    const moved = of(
      values.map((x) => 10 - 2 * x),
      { kind },
    );
    const near = (a: number, b: number): boolean => Math.abs(a - b) < 0.5;
    assert.ok(near(moved.low, 10 - 2 * plain.high) && near(moved.high, 10 - 2 * plain.low), kind);
  }
});

test("reading two arrays at the same places is a paired bootstrap: what both share has no spread", () => {
  const [a, b] = [
    [10, 20, 5, 40],
    [9, 19, 4, 39],
  ];
  const { low, high } = of(a, { statistic: (places) => meanOf(a)(places) - meanOf(b)(places) });
  assert.ok(Math.abs(low - 1) < 1e-12 && Math.abs(high - 1) < 1e-12);
});

test("both kinds cover the mean of a skewed distribution in about 95 % of experiments of 25", () => {
  const random = new Random({ seed: 6, trial: -1, purpose: "bootstrap-coverage", index: 0 });
  const trials = 500;
  const covered = { bca: 0, percentile: 0 };
  for (let trial = 0; trial < trials; trial++) {
    const values = Array.from({ length: 25 }, () => -Math.log(1 - random.uniform()));
    for (const kind of ["bca", "percentile"] as const) {
      const { low, high } = of(values, { kind, draws: 500, key: { ...key, index: trial } });
      if (low <= 1 && 1 <= high) covered[kind]++;
    }
  }
  for (const [kind, times] of Object.entries(covered)) {
    assert.ok(times / trials > 0.91 && times / trials < 0.98, `${kind} covers ${times / trials}`);
  }
});

test("five normal values are covered as promised by the expanded levels and not by the plain ones", () => {
  const random = new Random({ seed: 7, trial: -1, purpose: "expanded-coverage", index: 0 });
  const trials = 1000;
  let [expanded, plain] = [0, 0];
  for (let trial = 0; trial < trials; trial++) {
    const values = Float64Array.from({ length: 5 }, () => {
      let sum = -6;
      for (let i = 0; i < 12; i++) sum += random.uniform();
      return sum;
    });
    const draws = Float64Array.from({ length: 1000 }, () => {
      let sum = 0;
      for (let i = 0; i < 5; i++) sum += values[random.integer(5)];
      return sum / 5;
    });
    const value = values.reduce((sum, x) => sum + x, 0) / 5;
    for (const units of [5, Infinity]) {
      const { low, high } = percentileInterval(draws, { value, confidence: 0.95, units, method: "" });
      if (!(low <= 0 && 0 <= high)) continue;
      if (units === 5) expanded++;
      else plain++;
    }
  }
  assert.ok(plain / trials < 0.87, `plain ${plain / trials}`);
  assert.ok(expanded / trials > 0.92, `expanded ${expanded / trials}`);
});

test("one value has the interval it was told, equal values have none", () => {
  const one = of([0.3]);
  assert.deepEqual([one.value, one.low, one.high], [0.3, -1, 1]);
  const equal = of([2, 2, 2, 2]);
  assert.deepEqual([equal.value, equal.low, equal.high], [2, 2, 2]);
});

test("BCa keeps to the draws where its correction has a pole, and does not accelerate what no value moves", () => {
  const outlier = [...Array.from({ length: 19 }, () => 0), 1];
  assert.ok(of(outlier, { confidence: 1 - 1e-12 }).high > 0.1);
  const values = [-1, 1];
  // Half of the draws are 0, the value: z₀ = Φ⁻¹(1/4), so the upper level is Φ(2 z₀ + 0.842) = 0.31.
  const statistic = (places: Int32Array): number => Math.abs(meanOf(values)(places));
  assert.equal(of(values, { statistic, confidence: 0.6 }).high, 0);
});

test("an empty sample, too few draws and a statistic that is no number are refused", () => {
  assert.throws(() => of([]), /size must be a whole number from 1/);
  assert.throws(() => of([1, 2], { draws: 3 }), /draws must be a whole number from 100/);
  assert.throws(() => of([1, NaN]), /statistic must be finite for every resample, but got NaN/);
  const values = [0, 1];
  assert.throws(() => of(values, { statistic: (places) => 1 / meanOf(values)(places) }), /pairedRatio/);
});

test("the percentile interval takes the order statistics at (B + 1) p", () => {
  const draws = Float64Array.from({ length: 199 }, (_, i) => 199 - i);
  const options = { value: 100, confidence: 0.95, units: Infinity, method: "" };
  const { low, high } = percentileInterval(draws, options);
  assert.ok(Math.abs(low - 5) < 1e-9 && Math.abs(high - 195) < 1e-9);
  // Of five units the level is Φ(−√(5/4) · 2.776445) = Φ(−3.10416) = 0.000954.
  const many = Float64Array.from({ length: 9999 }, (_, i) => i + 1);
  assert.ok(Math.abs(percentileInterval(many, { ...options, units: 5 }).low - 9.54) < 0.01);
  assert.equal(draws[0], 199, "the draws are left as they were");
  assert.throws(() => percentileInterval([], options), /at least one draw/);
  assert.throws(() => percentileInterval([1], { ...options, units: 1 }), /units must be at least 2/);
});
