import assert from "node:assert/strict";
import { test } from "node:test";
import type { PastTrial } from "../optimize/sampler.ts";
import { growthError } from "./growth-error.ts";

const searchOf = (trials: readonly PastTrial[]) => ({
  trials,
  directions: ["minimize", "maximize"] as const,
  reference: [2, 0],
});
const trial = (number: number, objectives: readonly number[], standardErrors = [0, 0]): PastTrial => ({
  number,
  design: {},
  objectives,
  violation: 0,
  standardErrors,
});

test("exact values grow without error", () => {
  assert.ok(growthError(searchOf([trial(0, [1, 1]), trial(1, [0.5, 1.5])]), 1, 0) < 1e-12); // rounding
});

test("a better value of one objective has that value's error, times what it is worth", () => {
  // (2 − x) · 1.5 less a volume that is known: the error of x, 1.5 times.
  const error = growthError(searchOf([trial(0, [1, 1]), trial(1, [0.5, 1.5], [0.02, 0])]), 1, 0);
  assert.ok(Math.abs(error / 0.03 - 1) < 0.15, `${error}`); // 200 draws know a deviation to 5 %
});

test("what both fronts share is no growth, however noisy, and neither is what counts nothing", () => {
  const noisy = trial(0, [1, 1], [0.1, 0.1]);
  const others = [trial(1, [1.5, 0.5], [0.1, 0.1]), { ...trial(2, [0, 3], [1, 1]), violation: 1 }];
  assert.equal(growthError(searchOf([noisy, ...others]), 2, 0), 0);
  assert.ok(growthError(searchOf([others[0], noisy]), 1, 0) >= 0);
  assert.ok(growthError(searchOf([noisy, { ...others[1], violation: 0 }]), 1, 0) > 0);
});

test("the order in which trials are told does not matter", () => {
  const trials = [0, 1, 2, 3].map((i) => trial(i, [1 - i / 10, 1 + i / 10], [0.05, 0.02]));
  assert.equal(growthError(searchOf(trials), 2, 5), growthError(searchOf([...trials].reverse()), 2, 5));
});
