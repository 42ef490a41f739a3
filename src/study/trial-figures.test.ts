import assert from "node:assert/strict";
import { test } from "node:test";
import { accuracyInterval } from "../statistics/accuracy-interval.ts";
import { meanInterval } from "../statistics/mean-interval.ts";
import { ownErrorOf, standardErrorOf } from "./standard-error.ts";

test("the standard error of an accuracy is that of a proportion", () => {
  const error = standardErrorOf(accuracyInterval(9000, 10_000)) ?? 0;
  assert.ok(Math.abs(error / Math.sqrt((0.9 * 0.1) / 10_000) - 1) < 0.01, String(error));
});

test("the standard error of a mean over few seeds is s/√n, whatever the interval's quantile", () => {
  for (const values of [
    [0.1, 0.2],
    [0.1, 0.2, 0.4],
    [0.3, 0.1, 0.2, 0.25, 0.15, 0.2, 0.22],
  ]) {
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1);
    const error = standardErrorOf(meanInterval(values, [-9, 9], "fault seeds")) ?? 0;
    assert.ok(Math.abs(error - Math.sqrt(variance / values.length)) < 1e-12);
  }
});

test("one seed, and the uncertainty that a profile lends to all designs, give no standard error", () => {
  assert.equal(standardErrorOf(meanInterval([0.1], [-1, 1], "fault seeds")), null);
  const method = "uncertainty of profile horowitz-45nm-memory";
  assert.equal(standardErrorOf({ value: 10, low: 5, high: 15, confidence: 0.95, method }), null);
});

test("designs share the luck of their images, and each has its own of masks", () => {
  assert.equal(ownErrorOf(accuracyInterval(9000, 10_000)), 0);
  const drop = meanInterval([0.1, 0.2, 0.4], [-1, 1], "fault seeds");
  assert.equal(ownErrorOf(drop), standardErrorOf(drop));
  assert.ok(ownErrorOf(drop) > 0);
});

test("what a share of the images leaves open is a design's own, by the part of them that is missing", () => {
  const seen = accuracyInterval(225, 250);
  const whole = standardErrorOf(seen) ?? 0;
  // Of a sample of n of N without replacement: √(p(1 − p)/n · (1 − n/N)), Cochran 1977.
  assert.ok(Math.abs(ownErrorOf(seen, 0.25) - whole * Math.sqrt(0.75)) < 1e-12);
  assert.ok(ownErrorOf(seen, 0.01) > 0.99 * whole);
});
