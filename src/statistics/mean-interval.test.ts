import assert from "node:assert/strict";
import { test } from "node:test";
import { meanInterval } from "./mean-interval.ts";

const close = (got: number, wanted: number, tolerance: number): void =>
  assert.ok(Math.abs(got - wanted) <= tolerance, `${got} is not ${wanted} ± ${tolerance}`);

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
