import assert from "node:assert/strict";
import { test } from "node:test";
import { normalCdf, normalQuantile, studentCdf, studentQuantile } from "./quantiles.ts";

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

test("far tails are there: Cauchy's distribution for one degree of freedom, nothing beyond 8 deviations", () => {
  close(studentQuantile(0.99999, 1), 31830.98852, 1e-3); // cot(1e-5 π)
  close(studentQuantile(0.1, 1), -studentQuantile(0.9, 1), 1e-12);
  for (const z of [9, 40, 1e4, Infinity]) assert.deepEqual([normalCdf(-z), normalCdf(z)], [0, 1]);
});

test("distribution functions undo the quantiles", () => {
  for (const p of [1e-6, 0.02, 0.5, 0.9, 0.9999]) {
    close(normalCdf(normalQuantile(p)), p, 1e-14);
    for (const degrees of [1, 2, 3, 10, 77])
      close(studentCdf(studentQuantile(p, degrees), degrees), p, 1e-12);
  }
});

test("Student's quantile comes down to the normal one as degrees grow", () => {
  close(studentQuantile(0.975, 2000), normalQuantile(0.975), 2e-3);
});

test("degrees of freedom between whole numbers are refused, not rounded", () => {
  for (const degrees of [0, 1.5, Number.NaN])
    assert.throws(() => studentQuantile(0.975, degrees), /degrees of freedom must be a whole number/);
});
