import assert from "node:assert/strict";
import { test } from "node:test";
import { InvalidValueError } from "../base/errors.ts";
import { normalQuantile } from "./quantiles.ts";
import { wilsonInterval } from "./wilson-interval.ts";

test("15 of 148 is the interval (0.0624, 0.1605) that Newcombe prints", () => {
  // Newcombe (1998), Statistics in Medicine 17, 857–872, table I, method 3: 15/148, 0/20, 1/29.
  for (const [hits, sampled, low, high] of [
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
    [81, 263, 0.2553, 0.3662],
  ]) {
    const interval = wilsonInterval({ hits, sampled });
    assert.ok(Math.abs(interval.low - low) < 6e-5 && Math.abs(interval.high - high) < 6e-5, `${hits}`);
  }
});

test("of a finite population the interval solves |p − P| = z √(P(1−P)/n · (N−n)/(N−1))", () => {
  const [hits, sampled, population] = [30, 200, 500];
  const { value, low, high } = wilsonInterval({ hits, sampled, population });
  const z = normalQuantile(0.975);
  for (const end of [low, high]) {
    const deviation = Math.sqrt(((end * (1 - end)) / sampled) * ((population - sampled) / (population - 1)));
    assert.ok(Math.abs(Math.abs(value - end) - z * deviation) < 1e-9);
  }
});

test("all of a population is known exactly, and nothing drawn says nothing", () => {
  const all = wilsonInterval({ hits: 3, sampled: 40, population: 40 });
  assert.deepEqual([all.value, all.low, all.high], [0.075, 0.075, 0.075]);
  const none = wilsonInterval({ hits: 0, sampled: 0, population: 40 });
  assert.deepEqual([none.low, none.high], [0, 1]);
});

test("the ends never contradict what was seen", () => {
  // Two of three drawn, both misses: one hit at most.
  assert.equal(wilsonInterval({ hits: 0, sampled: 2, population: 3 }).high, 1 - 2 / 3);
  assert.equal(wilsonInterval({ hits: 2, sampled: 2, population: 3 }).low, 2 / 3);
});

test("over all populations of 60, 20 drawn, the interval covers 95 % on average and never below 88 %", () => {
  const [population, sampled] = [60, 20];
  let [mean, worst] = [0, 1];
  for (let truth = 0; truth <= population; truth++) {
    let covered = 0;
    for (let hits = Math.max(0, sampled + truth - population); hits <= Math.min(sampled, truth); hits++) {
      const { low, high } = wilsonInterval({ hits, sampled, population });
      const share = truth / population;
      if (low <= share + 1e-12 && share <= high + 1e-12)
        covered += hypergeometric(hits, population, truth, sampled);
    }
    mean += covered / (population + 1);
    worst = Math.min(worst, covered);
  }
  assert.ok(mean > 0.945 && mean < 0.98, `mean ${mean}`);
  assert.ok(worst > 0.88, `worst ${worst}`);
});

test("counts that cannot be are refused", () => {
  assert.throws(() => wilsonInterval({ hits: 5, sampled: 4 }), /hits must be a whole number from 0 to 4/);
  assert.throws(() => wilsonInterval({ hits: 5, sampled: 40, population: 30 }), /sampled .* from 0 to 30/);
  assert.throws(() => wilsonInterval({ hits: NaN, sampled: 4 }), InvalidValueError);
  assert.throws(() => wilsonInterval({ hits: 1, sampled: 4, confidence: 1 }), /confidence must lie/);
});

function hypergeometric(hits: number, population: number, truth: number, sampled: number): number {
  return (choose(truth, hits) * choose(population - truth, sampled - hits)) / choose(population, sampled);
}

function choose(n: number, k: number): number {
  let result = 1;
  for (let i = 1; i <= k; i++) result = (result * (n - k + i)) / i;
  return result;
}
