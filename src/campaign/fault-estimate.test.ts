// Estimates over faults: unbiased in every sample there is, and never narrower than what was seen allows.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { studentQuantile } from "../statistics/quantiles.ts";
import { meanOfFaults, type SampledStratum, shareOfFaults } from "./fault-estimate.ts";

function stratum(values: readonly number[], population: number): SampledStratum {
  return {
    population,
    sampled: values.length,
    sum: values.reduce((sum, x) => sum + x, 0),
    squares: values.reduce((sum, x) => sum + x * x, 0),
  };
}

function subsets<T>(all: readonly T[], size: number): T[][] {
  if (size === 0) return [[]];
  return all.flatMap((first, i) => subsets(all.slice(i + 1), size - 1).map((rest) => [first, ...rest]));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}

const wide = [-1e6, 1e6] as const;

describe("the mean over faults", () => {
  const faults = [0, 0.1, 0.7, 0.3, 0.9, 0.2];

  test("over all samples of a size it is the population's, and its variance theirs", () => {
    const samples = subsets(faults, 3).map((values) => meanOfFaults([stratum(values, 6)], wide, 0.9));
    const truth = mean(faults);
    assert.ok(Math.abs(mean(samples.map(({ value }) => value)) - truth) < 1e-12);
    const t = studentQuantile(0.95, 2);
    const told = mean(samples.map(({ high, low }) => ((high - low) / 2 / t) ** 2));
    const real = mean(samples.map(({ value }) => (value - truth) ** 2));
    assert.ok(Math.abs(told - real) < 1e-12, `${told} for ${real}`);
  });

  test("over all samples of two strata it is the population's, and its variance theirs", () => {
    const other = [0.5, 0.6, 0.9, 0.4];
    const truth = mean([...faults, ...other]);
    const samples = subsets(faults, 2).flatMap((a) =>
      subsets(other, 3).map((b) => [stratum(a, 6), stratum(b, 4)] as const),
    );
    const values = samples.map((strata) => meanOfFaults(strata, wide).value);
    assert.ok(Math.abs(mean(values) - truth) < 1e-12);
    const real = mean(values.map((value) => (value - truth) ** 2));
    const told = mean(
      samples.map((strata) => {
        const { low, high } = meanOfFaults(strata, wide, 0.9);
        const parts = strata.map(({ sampled, sum, squares, population }) => {
          const spread = (squares - (sum * sum) / sampled) / (sampled - 1);
          return {
            v: ((population / 10) ** 2 * spread * (1 - sampled / population)) / sampled,
            f: sampled - 1,
          };
        });
        const degrees =
          parts.reduce((s, { v }) => s + v, 0) ** 2 / parts.reduce((s, { v, f }) => s + (v * v) / f, 0);
        return ((high - low) / 2 / studentQuantile(0.95, Math.max(1, Math.floor(degrees + 1e-9)))) ** 2;
      }),
    );
    assert.ok(Math.abs(told - real) < 1e-12, `${told} for ${real}`);
  });

  test("of all faults it has no interval", () => {
    const { value, low, high } = meanOfFaults([stratum(faults, 6)], [0, 1]);
    assert.deepEqual([low, high], [value, value]);
    assert.ok(Math.abs(value - mean(faults)) < 1e-12);
  });

  test("of faults that all do nothing it is not known to be nothing", () => {
    const few = meanOfFaults([stratum(new Array(100).fill(0), 1000)], [0, 1], 0.99);
    assert.equal(few.low, 0);
    assert.ok(few.high > 0.05 && few.high < 0.1, String(few.high));
    const many = meanOfFaults([stratum(new Array(900).fill(0), 1000)], [0, 1], 0.99);
    assert.ok(many.high < few.high / 10);
  });

  test("a stratum nobody drew from may hold anything", () => {
    const { low, high, value } = meanOfFaults([stratum([0.2, 0.2, 0.3], 3), stratum([], 1)], [0, 1]);
    const known = 0.7 / 3;
    assert.ok(Math.abs(value - known) < 1e-12);
    assert.ok(low <= 0.75 * known + 1e-12 && high >= 0.75 * known + 0.25 - 1e-12, `${low} to ${high}`);
  });

  test("one fault says where it is, and that the others may be far", () => {
    const { value, low, high } = meanOfFaults([stratum([0.4], 100)], [0, 1]);
    assert.deepEqual([value, low, high], [0.4, 0, 1]);
  });
});

describe("the share of faults", () => {
  test("of whole hits it is Wilson's, of parts of a hit it holds those around", () => {
    const whole = (sum: number) => shareOfFaults([{ population: 1000, sampled: 50, sum }], 0.95);
    const between = whole(7.5);
    assert.equal(between.low, whole(7).low);
    assert.equal(between.high, whole(8).high);
    assert.ok(Math.abs(between.value - 0.15) < 1e-12);
  });

  test("strata count by their population, not by what was drawn from them", () => {
    const strata = [
      { population: 900, sampled: 10, sum: 0 },
      { population: 100, sampled: 90, sum: 90 },
    ];
    assert.ok(Math.abs(shareOfFaults(strata).value - 0.1) < 1e-12);
  });
});
