import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../base/random.ts";
import { normalQuantile } from "./quantiles.ts";
import { type Stratum, stratifiedProportion } from "./stratified-proportion.ts";
import { wilsonInterval } from "./wilson-interval.ts";

const isClose = (a: number, b: number, tolerance = 1e-9): boolean => Math.abs(a - b) <= tolerance;

test("one stratum gives Wilson's interval", () => {
  for (const hits of [0, 1, 7, 49, 50]) {
    const one = { population: 900, sampled: 50, hits };
    const [ours, wilson] = [stratifiedProportion([one]), wilsonInterval(one)];
    // A form of the root that subtracts equal numbers would lose digits at 50 of 50.
    assert.ok(isClose(ours.low, wilson.low, 1e-15) && isClose(ours.high, wilson.high, 1e-15), `${hits} hits`);
  }
});

test("without hits, strata sampled in proportion give the interval of all drawn at once", () => {
  const strata = [1, 2, 3].map((k) => ({ population: 1e9 * k, sampled: 100 * k, hits: 0 }));
  const together = wilsonInterval({ hits: 0, sampled: 600 });
  assert.ok(isClose(stratifiedProportion(strata).high, together.high, 1e-7));
});

test("in large samples the interval is p ± z √(Σ W² p(1−p)/n · (N−n)/(N−1))", () => {
  const strata = [
    { population: 4e5, sampled: 1e5, hits: 3e4 },
    { population: 6e5, sampled: 5e4, hits: 4e4 },
  ];
  const { value, low, high } = stratifiedProportion(strata);
  assert.ok(isClose(value, 0.4 * 0.3 + 0.6 * 0.8));
  const variance = 0.4 ** 2 * ((0.3 * 0.7) / 1e5) * 0.75 + 0.6 ** 2 * ((0.8 * 0.2) / 5e4) * (55 / 60);
  const half = normalQuantile(0.975) * Math.sqrt(variance);
  assert.ok(isClose((high - low) / 2, half, 1e-3 * half));
});

test("strata drawn whole are known, and strata not drawn may hold anything", () => {
  const whole = { population: 100, sampled: 100, hits: 10 };
  const known = stratifiedProportion([whole, { population: 300, sampled: 300, hits: 0 }]);
  assert.deepEqual([known.value, known.low, known.high], [0.025, 0.025, 0.025]);
  const unseen = stratifiedProportion([whole, { population: 300, sampled: 0, hits: 0 }]);
  assert.deepEqual([unseen.low, unseen.high], [0.025, 0.025 + 0.75]);
  const nothing = stratifiedProportion([{ population: 300, sampled: 0, hits: 0 }]);
  assert.deepEqual([nothing.low, nothing.high], [0, 1]);
});

test("the order of strata makes no difference", () => {
  const strata = [
    { population: 500, sampled: 20, hits: 3 },
    { population: 80, sampled: 40, hits: 0 },
    { population: 9000, sampled: 70, hits: 70 },
  ];
  const [there, back] = [stratifiedProportion(strata), stratifiedProportion([...strata].reverse())];
  assert.ok(isClose(there.low, back.low) && isClose(there.high, back.high));
});

test("the interval covers at least 94 % at nominal 95 %, for rare and common hits, fair and unfair samples", () => {
  const cases: { readonly shares: readonly number[]; readonly sampled: readonly number[] }[] = [
    { shares: [0.5, 0.3, 0.1, 0.02], sampled: [40, 40, 40, 40] },
    { shares: [0.03, 0, 0, 0], sampled: [100, 100, 100, 100] },
    { shares: [0.02, 0.02, 0.02, 0.02], sampled: [20, 60, 100, 140] },
    { shares: [0.9, 0.1, 0.9, 0.1], sampled: [15, 50, 15, 50] },
  ];
  const populations = [1000, 2000, 3000, 4000];
  const trials = 1500;
  for (const [index, { shares, sampled }] of cases.entries()) {
    const random = new Random({ seed: 1, trial: -1, purpose: "stratified-coverage", index });
    const truth = shares.reduce((sum, share, h) => sum + share * populations[h], 0) / 10000;
    let covered = 0;
    for (let trial = 0; trial < trials; trial++) {
      const strata: Stratum[] = shares.map((share, h) => ({
        population: populations[h],
        sampled: sampled[h],
        hits: drawHits(random, populations[h], Math.round(share * populations[h]), sampled[h]),
      }));
      const { low, high } = stratifiedProportion(strata);
      if (low <= truth && truth <= high) covered++;
    }
    assert.ok(covered / trials >= 0.94, `case ${index} covers ${covered / trials}`);
    assert.ok(covered / trials <= 0.99, `case ${index} is needlessly wide: ${covered / trials}`);
  }
});

test("counts that cannot be are refused by their place", () => {
  assert.throws(() => stratifiedProportion([]), /strata must hold at least one/);
  const good = { population: 10, sampled: 5, hits: 0 };
  assert.throws(() => stratifiedProportion([good, { ...good, hits: 6 }]), /strata\[1\]\.hits .* from 0 to 5/);
  assert.throws(() => stratifiedProportion([{ ...good, population: NaN }]), /strata\[0\]\.population/);
});

/** Hits among `sampled` drawn without replacement. */
function drawHits(random: Random, population: number, marked: number, sampled: number): number {
  let hits = 0;
  for (let i = 0; i < sampled; i++) if (random.integer(population - i) < marked - hits) hits++;
  return hits;
}
