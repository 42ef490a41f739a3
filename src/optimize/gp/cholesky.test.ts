import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../base/random.ts";
import {
  factorise,
  inverseOf,
  logDeterminant,
  multiplyLower,
  rowStart,
  solveLower,
  solveUpper,
} from "./cholesky.ts";

const n = 23;
const random = new Random({ seed: 1, trial: -1, purpose: "test-cholesky", index: 0 });
const square = Array.from({ length: n }, () => Array.from({ length: n }, () => random.uniform() - 0.5));
/** A Aᵀ + ½: positive definite. */
const entry = (i: number, j: number): number =>
  square[i].reduce((sum, value, k) => sum + value * square[j][k], i === j ? 0.5 : 0);
const matrix = new Float64Array(rowStart(n));
for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) matrix[rowStart(i) + j] = entry(i, j);
const factor = matrix.slice();
const isDefinite = factorise(factor, n);

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 1e-11, `${actual} ${expected}`);
}

test("the factor times itself is the matrix, and two solves undo a product", () => {
  assert.ok(isDefinite);
  const v = Float64Array.from({ length: n }, () => random.uniform());
  const x = Float64Array.from({ length: n }, (_, i) => v.reduce((sum, at, j) => sum + entry(i, j) * at, 0));
  solveLower(factor, n, x);
  for (const [i, at] of multiplyLower(factor, n, x).entries())
    near(
      at,
      v.reduce((sum, value, j) => sum + entry(i, j) * value, 0),
    );
  solveUpper(factor, n, x);
  for (let i = 0; i < n; i++) near(x[i], v[i]);
});

test("appended rows give the factor of the whole", () => {
  const half = 11;
  const grown = matrix.slice();
  grown.set(factor.subarray(0, rowStart(half)));
  assert.ok(factorise(grown, n, half));
  assert.deepEqual(grown, factor);
});

test("the inverse times the matrix is one, and determinants multiply", () => {
  const inverse = inverseOf(factor, n);
  const at = (i: number, j: number): number => inverse[rowStart(Math.max(i, j)) + Math.min(i, j)];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += entry(i, k) * at(k, j);
      near(sum, i === j ? 1 : 0);
    }
  }
  const inverted = inverse.slice();
  assert.ok(factorise(inverted, n));
  near(logDeterminant(factor, n), -logDeterminant(inverted, n));
});

test("a matrix that is not positive definite is told, also when it is not a number", () => {
  assert.equal(factorise(Float64Array.of(1, 2, 1), 2), false);
  assert.equal(factorise(Float64Array.of(1, Number.NaN, 1), 2), false);
});
