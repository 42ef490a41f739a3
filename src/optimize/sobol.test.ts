import assert from "node:assert/strict";
import { test } from "node:test";
import { sobolDimensions, sobolPoint, sobolShift } from "./sobol.ts";

test("the plain sequence begins with the points of Joe and Kuo's tables", () => {
  // SciPy 1.17.1, qmc.Sobol(d=5, scramble=False), whose order is Gray code.
  const gray = [0, 1, 3, 2, 6, 7, 5, 4].map((index) => sobolPoint(index, 5));
  assert.deepEqual(gray, [
    [0, 0, 0, 0, 0],
    [0.5, 0.5, 0.5, 0.5, 0.5],
    [0.75, 0.25, 0.25, 0.25, 0.75],
    [0.25, 0.75, 0.75, 0.75, 0.25],
    [0.375, 0.375, 0.625, 0.875, 0.375],
    [0.875, 0.875, 0.125, 0.375, 0.875],
    [0.625, 0.125, 0.875, 0.625, 0.625],
    [0.125, 0.625, 0.375, 0.125, 0.125],
  ]);
});

test("each coordinate of the first 2^k points, shifted or not, visits each of 2^k equal cells once", () => {
  for (const shift of [undefined, sobolShift(7, sobolDimensions)]) {
    for (let d = 0; d < sobolDimensions; d++) {
      const cells = new Set<number>();
      for (let i = 0; i < 256; i++) cells.add(Math.floor(256 * sobolPoint(i, sobolDimensions, shift)[d]));
      assert.equal(cells.size, 256, `dimension ${d}`);
    }
  }
});

test("the first 64 points in all 21 dimensions are SciPy's", () => {
  // SciPy 1.17.1, qmc.Sobol(d=21, scramble=False): points 1, 2, 4, 8, 16 and 32 in natural order, in 64ths.
  const corners = [
    [32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32],
    [16, 48, 48, 48, 16, 16, 48, 16, 16, 16, 16, 16, 48, 48, 16, 48, 16, 48, 16, 48, 48],
    [8, 40, 24, 8, 8, 24, 40, 40, 40, 56, 40, 8, 40, 24, 8, 8, 8, 8, 40, 56, 56],
    [4, 60, 36, 20, 44, 12, 52, 20, 20, 44, 4, 12, 20, 36, 60, 52, 60, 60, 20, 44, 52],
    [2, 34, 58, 62, 62, 50, 22, 34, 10, 38, 2, 22, 62, 14, 42, 54, 14, 26, 38, 46, 26],
    [1, 51, 23, 29, 55, 9, 37, 9, 53, 37, 27, 43, 35, 49, 21, 49, 5, 25, 61, 15, 15],
  ];
  for (let index = 0; index < 64; index++) {
    // The sequence is linear over bits: the other points are exclusive ors of these.
    const expected = corners[0].map((_, d) =>
      corners.reduce((word, corner, bit) => ((index >> bit) & 1 ? word ^ corner[d] : word), 0),
    );
    assert.deepEqual(
      sobolPoint(index, 21).map((x) => 64 * x),
      expected,
    );
  }
});

test("the mean of a product over 1,024 points is nearer to the truth than chance comes", () => {
  let sum = 0;
  const shift = sobolShift(1, 10);
  for (let i = 0; i < 1024; i++)
    sum += sobolPoint(i, 10, shift).reduce((product, x) => product * (0.5 + x), 1);
  // Chance: standard deviation √((13/12)^10 − 1) / 32 = 0.035.
  assert.ok(Math.abs(sum / 1024 - 1) < 0.01, `${sum / 1024}`);
});

test("seeds shift differently, coordinates stay below 1, and too many dimensions are refused", () => {
  assert.notDeepEqual(sobolShift(1, 4), sobolShift(2, 4));
  assert.deepEqual(sobolShift(1, 4), sobolShift(1, 4));
  const ones = new Uint32Array(3).fill(0xffffffff);
  assert.ok(sobolPoint(0, 3, ones).every((x) => x < 1 && x > 0.999));
  assert.throws(() => sobolPoint(0, sobolDimensions + 1), { name: "InvalidValueError" });
});
