import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../base/random.ts";
import { kendallTau, rankCorrelation, spearmanRho } from "./rank-correlation.ts";

test("the same order is 1, the reverse −1, one swap of neighbours among four is 2/3", () => {
  assert.equal(kendallTau([1, 2, 3, 4], [10, 20, 30, 40]), 1);
  assert.equal(kendallTau([1, 2, 3, 4], [4, 3, 2, 1]), -1);
  assert.ok(Math.abs((kendallTau([1, 2, 3, 4], [1, 3, 2, 4]) ?? 0) - 2 / 3) < 1e-12);
});

test("without two different values there is no order to compare", () => {
  assert.equal(kendallTau([], []), null);
  assert.equal(kendallTau([1], [1]), null);
  assert.equal(kendallTau([2, 2], [1, 3]), null);
});

test("Spearman's rho of the textbook's ten pairs is −29/165", () => {
  // Hours of television against intelligence quotients, the usual worked example without ties.
  const iq = [106, 100, 86, 101, 99, 103, 97, 113, 112, 110];
  const hours = [7, 27, 2, 50, 28, 29, 20, 12, 6, 17];
  assert.ok(Math.abs((spearmanRho(iq, hours) ?? 0) + 29 / 165) < 1e-12);
});

test("tied values share the mean of their ranks", () => {
  // Ranks 0, 1.5, 1.5, 3 against 0, 1, 2, 3: 4.5 / √(4.5 · 5).
  assert.ok(Math.abs((spearmanRho([1, 2, 2, 3], [1, 2, 3, 4]) ?? 0) - 4.5 / Math.sqrt(22.5)) < 1e-12);
  assert.equal(spearmanRho([2, 2], [1, 3]), null);
  assert.equal(spearmanRho([], []), null);
});

test("both correlations see the order only", () => {
  const [a, b] = [
    [3, 1, 4, 1.5, 9, 2.6],
    [2, 7, 1, 8, 2.8, 1.8],
  ];
  for (const correlate of [kendallTau, spearmanRho]) {
    const [plain, bent] = [
      correlate(a, b) ?? 0,
      correlate(
        a.map(Math.exp),
        b.map((x) => -1 / x),
      ) ?? 0,
    ];
    assert.ok(Math.abs(plain - bent) < 1e-12);
  }
});

test("the interval holds the correlation, narrows with more values, and covers in about 95 % of experiments", () => {
  const random = new Random({ seed: 11, trial: -1, purpose: "rank-coverage", index: 0 });
  const pairs = (count: number): { a: number[]; b: number[] } => {
    const a = Array.from({ length: count }, () => random.uniform());
    return { a, b: a.map((x) => (random.uniform() < 0.5 ? x : random.uniform())) };
  };
  const key = { seed: 12, trial: -1, purpose: "rank-bootstrap", index: 0 };
  const few = rankCorrelation({ ...pairs(12), kind: "kendall", key });
  const many = rankCorrelation({ ...pairs(120), kind: "kendall", key, draws: 300 });
  assert.ok(few !== null && many !== null && many.high - many.low < few.high - few.low);
  assert.ok(many.low < many.value && many.value < many.high);
  const trials = 300;
  let covered = 0;
  for (let index = 0; index < trials; index++) {
    // Half of the pairs agree wholly, half not at all: rho is 1/2.
    const made = rankCorrelation({ ...pairs(30), kind: "spearman", draws: 300, key: { ...key, index } });
    if (made !== null && made.low <= 0.5 && 0.5 <= made.high) covered++;
  }
  assert.ok(covered / trials > 0.9 && covered / trials < 0.985, String(covered / trials));
});

test("three values say nothing, equal ones have no order, and NaN is refused", () => {
  const key = { seed: 12, trial: -1, purpose: "rank-bootstrap", index: 0 };
  const three = rankCorrelation({ a: [1, 2, 3], b: [1, 2, 3], kind: "spearman", key });
  assert.deepEqual([three?.value, three?.low, three?.high], [1, -1, 1]);
  assert.equal(rankCorrelation({ a: [1, 1, 1], b: [1, 2, 3], kind: "kendall", key }), null);
  assert.throws(() => rankCorrelation({ a: [1, NaN], b: [1, 2], kind: "kendall", key }), /a\[1\] must be/);
});
