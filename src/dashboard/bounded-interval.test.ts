import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../base/random.ts";
import { boundedInterval } from "./bounded-interval.ts";

test("what was never seen is at most 1 - (α/2)^(1/n), and what was always seen mirrors it", () => {
  const { low, high } = boundedInterval(0, 50);
  assert.equal(low, 0);
  assert.ok(Math.abs(high - (1 - 0.025 ** (1 / 50))) < 1e-12);
  assert.ok(Math.abs(boundedInterval(1, 50).low - (1 - high)) < 1e-12);
  assert.equal(boundedInterval(1, 50).high, 1);
});

test("the true mean of bounded draws lies within at least as often as is said", () => {
  let misses = 0;
  for (let trial = 0; trial < 400; trial++) {
    const random = new Random({ seed: 2, trial, purpose: "bounded", index: 0 });
    // Half of the draws at an end is as wide a spread as there is.
    const draws = Array.from({ length: 40 }, () => (random.uniform() < 0.3 ? 1 : 0));
    const { low, high } = boundedInterval(draws.reduce<number>((sum, one) => sum + one, 0) / 40, 40);
    if (!(low <= 0.3 && 0.3 <= high)) misses++;
  }
  assert.ok(misses <= 0.05 * 400, `${misses} of 400`);
});

test("more images leave less room", () => {
  const [few, many] = [100, 10_000].map((count) => boundedInterval(0.1, count));
  assert.ok(few.low < many.low && many.low < 0.1 && 0.1 < many.high && many.high < few.high);
});
