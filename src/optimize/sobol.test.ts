import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { owenSobolPoint, sobolDimensions, sobolPoint, sobolShift } from "./sobol.ts";

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
    const points = Array.from({ length: 256 }, (_, i) => sobolPoint(i, sobolDimensions, shift));
    for (let d = 0; d < sobolDimensions; d++)
      assert.equal(new Set(points.map((point) => Math.floor(256 * point[d]))).size, 256, `dimension ${d}`);
  }
});

test("the first 2^16 points in all 128 dimensions are SciPy's", () => {
  // Made by bench/peers/sobol_fixture.py: points 2^k, which by linearity determine the others.
  const url = new URL("../../test/fixtures/sobol-points.json", import.meta.url);
  const { words } = JSON.parse(readFileSync(url, "utf8")) as { words: readonly (readonly number[])[] };
  assert.equal(words.length, sobolDimensions);
  for (let k = 0; k < 16; k++) {
    const point = sobolPoint(2 ** k, sobolDimensions).map((x) => 2 ** 16 * x);
    assert.deepEqual(
      point,
      words.map((row) => row[k]),
    );
  }
  for (const index of [3, 77, 40_961, 65_535]) {
    const expected = words.map((row) =>
      row.reduce((word, corner, k) => ((index >> k) & 1 ? word ^ corner : word), 0),
    );
    assert.deepEqual(
      sobolPoint(index, sobolDimensions).map((x) => 2 ** 16 * x),
      expected,
    );
  }
});

test("Owen's scrambling keeps every elementary box of the first two dimensions filled once", () => {
  const seeds = sobolShift(3, 2);
  const points = Array.from({ length: 64 }, (_, i) => owenSobolPoint(i, 2, seeds));
  for (let split = 0; split <= 6; split++) {
    const boxes = new Set(
      points.map(([x, y]) => `${Math.floor(x * 2 ** split)}/${Math.floor(y * 2 ** (6 - split))}`),
    );
    assert.equal(boxes.size, 64, `2^${split} by 2^${6 - split}`);
  }
});

test("Owen's scrambling is nested: points stay together as long as their first bits agree, then part by chance", () => {
  const seeds = sobolShift(11, 8);
  let flipped = 0;
  for (let i = 0; i < 512; i++) {
    const [plain, mixed] = [sobolPoint(i, 8), owenSobolPoint(i, 8, seeds)];
    const [other, otherMixed] = [sobolPoint(i ^ 1, 8), owenSobolPoint(i ^ 1, 8, seeds)];
    for (let d = 0; d < 8; d++) {
      assert.equal(commonBits(mixed[d], otherMixed[d]), commonBits(plain[d], other[d]));
      flipped += ((mixed[d] * 2 ** 9) & 1) ^ ((plain[d] * 2 ** 9) & 1);
    }
  }
  // The ninth bit is flipped for about half of the 4,096 coordinates, not for all or none.
  assert.ok(flipped > 1700 && flipped < 2400, `${flipped}`);
});

/** How many leading bits of two numbers in [0, 1) agree. */
function commonBits(a: number, b: number): number {
  return Math.clz32((a * 2 ** 32) ^ (b * 2 ** 32));
}

test("Owen's scrambling integrates a smooth function with a smaller error than a shift does", () => {
  const meanSquare = (pointOf: typeof owenSobolPoint): number => {
    let total = 0;
    for (let seed = 0; seed < 24; seed++) {
      const words = sobolShift(seed, 3);
      let sum = 0;
      for (let i = 0; i < 512; i++)
        sum += pointOf(i, 3, words).reduce((product, x) => product * (0.5 + x), 1);
      total += (sum / 512 - 1) ** 2 / 24;
    }
    return total;
  };
  assert.ok(meanSquare(owenSobolPoint) < 0.5 * meanSquare(sobolPoint));
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
