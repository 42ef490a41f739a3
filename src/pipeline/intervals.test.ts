import assert from "node:assert/strict";
import { test } from "node:test";
import { accuracyInterval, meanInterval, normalQuantile, studentQuantile } from "./intervals.ts";

const close = (got: number, wanted: number, tolerance: number): void =>
  assert.ok(Math.abs(got - wanted) <= tolerance, `${got} is not ${wanted} ± ${tolerance}`);

test("quantiles equal the printed tables", () => {
  // Abramowitz & Stegun (1964), tables 26.1 and 26.10.
  close(normalQuantile(0.975), 1.959963985, 1e-8);
  close(normalQuantile(0.5), 0, 1e-12);
  for (const [degrees, t] of [
    [1, 12.706],
    [2, 4.303],
    [3, 3.182],
    [4, 2.776],
    [9, 2.262],
    [30, 2.042],
  ]) {
    close(studentQuantile(0.975, degrees), t, 6e-4);
  }
});

test("Student's quantile comes down to the normal one as degrees grow", () => {
  close(studentQuantile(0.975, 2000), normalQuantile(0.975), 2e-3);
});

test("the Wilson interval solves its defining equation |p − bound| = z √(bound (1 − bound) / n)", () => {
  const z = normalQuantile(0.975);
  for (const [correct, total] of [
    [1, 10],
    [97, 100],
    [9801, 10000],
  ]) {
    const { value, low, high } = accuracyInterval(correct, total);
    for (const bound of [low, high])
      close(Math.abs(value - bound), z * Math.sqrt((bound * (1 - bound)) / total), 1e-9);
  }
});

test("all right and all wrong still have intervals, with an end at the edge", () => {
  assert.equal(accuracyInterval(50, 50).high, 1);
  assert.ok(accuracyInterval(50, 50).low > 0.9 && accuracyInterval(50, 50).low < 1);
  assert.equal(accuracyInterval(0, 50).low, 0);
  assert.deepEqual([accuracyInterval(0, 0).low, accuracyInterval(0, 0).high], [0, 1]);
});

test("a single seed claims nothing", () => {
  const { value, low, high } = meanInterval([0.02], [-1, 1], "fault seeds");
  assert.deepEqual([value, low, high], [0.02, -1, 1]);
});

test("the Student interval of a hand-computed sample", () => {
  const { value, low, high } = meanInterval([1, 2, 3, 4], [-100, 100], "values");
  close(value, 2.5, 1e-12);
  close(high - value, (3.182446 * Math.sqrt(5 / 3)) / 2, 1e-5);
  close(value - low, high - value, 1e-12);
});
