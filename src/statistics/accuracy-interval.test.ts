import assert from "node:assert/strict";
import { test } from "node:test";
import { accuracyInterval } from "./accuracy-interval.ts";
import { normalQuantile } from "./quantiles.ts";

const close = (got: number, wanted: number, tolerance: number): void =>
  assert.ok(Math.abs(got - wanted) <= tolerance, `${got} is not ${wanted} ± ${tolerance}`);

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
