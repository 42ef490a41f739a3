import assert from "node:assert/strict";
import { test } from "node:test";
import { meanEstimate, pairedDifference, unpairedDifference } from "./mean-estimate.ts";
import { meanInterval } from "./mean-interval.ts";

const isClose = (a: number, b: number, tolerance = 1e-12): boolean => Math.abs(a - b) <= tolerance;

test("a paired difference sees no spread that both share", () => {
  const { value, standardError, degrees } = pairedDifference([5, 9, 1, 7], [4, 8, 0, 6]);
  assert.deepEqual([value, standardError, degrees], [1, 0, 3]);
});

test("Welch's estimate of two hand-computed samples", () => {
  // Means 3 and 6; variances of the means 2.5/5 = 0.5 and 2/3; ν = (7/6)² / (0.5²/4 + (2/3)²/2) = 4.78, down to 4.
  const { value, standardError, degrees } = unpairedDifference(
    [1, 2, 3, 4, 5],
    [4.585786437626905, 6, 7.414213562373095],
  );
  assert.ok(isClose(value, -3) && isClose(standardError, Math.sqrt(0.5 + 2 / 3)));
  assert.equal(degrees, 4);
});

test("samples of one spread and size have all degrees of freedom, n + n − 2", () => {
  assert.equal(unpairedDifference([1, 2, 3, 4], [11, 12, 13, 14]).degrees, 6);
});

test("samples too small for an interval have no degrees of freedom", () => {
  assert.equal(meanEstimate([]).degrees, 0);
  assert.equal(meanEstimate([7]).degrees, 0);
  assert.equal(unpairedDifference([1, 2, 3], [4]).degrees, 0);
  assert.equal(pairedDifference([1], [4]).degrees, 0);
});

test("a NaN is refused by its place, and lists of different lengths are not paired", () => {
  assert.throws(
    () => meanInterval([1, NaN], [0, 1], "seeds"),
    /values\[1\] must be a finite number, but got NaN/,
  );
  assert.throws(() => pairedDifference([1, 2], [1, Infinity]), /b\[1\] must be a finite number/);
  assert.throws(() => pairedDifference([1, 2], [1]), /b must be as long as a \(2\)/);
});
