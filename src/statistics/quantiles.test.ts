import assert from "node:assert/strict";
import { test } from "node:test";
import { normalQuantile, studentQuantile } from "./quantiles.ts";

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
