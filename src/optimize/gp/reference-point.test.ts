import assert from "node:assert/strict";
import { test } from "node:test";
import { referenceOfTurn } from "./reference-point.ts";

const front = [
  [0, 4],
  [1, 3],
  [2, 2],
  [3, 1],
  [4, 0],
];
const points = [...front, [5, 6]];

test("trials take turns: far beyond all points, just beyond the front, within it", () => {
  assert.deepEqual(referenceOfTurn(points, front, 30), [10, 12]);
  assert.deepEqual(referenceOfTurn(points, front, 31), [4.4, 4.4]);
  assert.deepEqual(referenceOfTurn(points, front, 32), [3, 3]);
});

test("a front of few points has no middle, and one point leaves room beside it", () => {
  assert.deepEqual(referenceOfTurn(points, front.slice(0, 3), 32), [2.2, 4.2]);
  for (const trial of [0, 1, 2])
    for (const [j, at] of referenceOfTurn([[1, 2]], [[1, 2]], trial).entries()) assert.ok(at > [1, 2][j]);
});
