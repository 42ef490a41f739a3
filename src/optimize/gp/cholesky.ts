// Cholesky factors C = L Lᵀ of symmetric positive definite matrices, and what is solved with them.
//
// Only the lower triangle is kept, row after row without gaps: entry (i, j ≤ i) stands at i(i+1)/2 + j. So all
// inner loops run along rows, and a factor grows by appending rows. Multiplications: n³/6 to factor, n²/2 a
// solve, n³/3 more for the inverse.

/** Where row i of a packed lower triangle starts. */
export function rowStart(i: number): number {
  return (i * (i + 1)) / 2;
}

/**
 * Factor in place the rows from `from` on; rows before it hold a factor already.
 *
 * @param matrix - packed lower triangle, [n(n+1)/2]
 * @returns whether the matrix is positive definite; if not, its content is void
 */
export function factorise(matrix: Float64Array, n: number, from = 0): boolean {
  for (let i = from; i < n; i++) {
    const row = rowStart(i);
    for (let j = 0; j < i; j++) {
      const other = rowStart(j);
      matrix[row + j] = (matrix[row + j] - dot(matrix, row, matrix, other, j)) / matrix[other + j];
    }
    const pivot = matrix[row + i] - dot(matrix, row, matrix, row, i);
    if (!(pivot > 0)) return false;
    matrix[row + i] = Math.sqrt(pivot);
  }
  return true;
}

/** Solve L x = b in place of b; b [n] starts at `at`. */
export function solveLower(factor: Float64Array, n: number, b: Float64Array, at = 0): void {
  for (let i = 0; i < n; i++) {
    const row = rowStart(i);
    b[at + i] = (b[at + i] - dot(factor, row, b, at, i)) / factor[row + i];
  }
}

/** Solve Lᵀ x = b in place of b; b [n] starts at `at`. */
export function solveUpper(factor: Float64Array, n: number, b: Float64Array, at = 0): void {
  for (let i = n - 1; i >= 0; i--) {
    const row = rowStart(i);
    const x = b[at + i] / factor[row + i];
    b[at + i] = x;
    addScaled(b, at, factor, row, i, -x);
  }
}

/** L v for a vector v [n]. */
export function multiplyLower(factor: Float64Array, n: number, v: Float64Array): Float64Array {
  const product = new Float64Array(n);
  for (let i = 0; i < n; i++) product[i] = dot(factor, rowStart(i), v, 0, i + 1);
  return product;
}

/** log det C = 2 Σ log L_ii. */
export function logDeterminant(factor: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += Math.log(factor[rowStart(i) + i]);
  return 2 * sum;
}

/** The lower triangle of C⁻¹ = L⁻ᵀ L⁻¹, packed. */
export function inverseOf(factor: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(rowStart(n));
  const line = new Float64Array(n);
  const lines = new Float64Array(rowStart(n));
  for (let i = 0; i < n; i++) {
    const row = rowStart(i);
    const pivot = 1 / factor[row + i];
    line.fill(0, 0, i);
    for (let k = 0; k < i; k++) addScaled(line, 0, lines, rowStart(k), k + 1, -pivot * factor[row + k]);
    line[i] = pivot;
    lines.set(line.subarray(0, i + 1), row);
    // C⁻¹ is the sum over rows of L⁻¹ of each row with itself.
    for (let j = 0; j <= i; j++) addScaled(inverse, rowStart(j), line, 0, j + 1, line[j]);
  }
  return inverse;
}

/** Σ a[at + k] b[bt + k] over `length` entries; four sums at once keep the processor busy. */
export function dot(a: Float64Array, at: number, b: Float64Array, bt: number, length: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let k = 0;
  for (; k + 3 < length; k += 4) {
    s0 += a[at + k] * b[bt + k];
    s1 += a[at + k + 1] * b[bt + k + 1];
    s2 += a[at + k + 2] * b[bt + k + 2];
    s3 += a[at + k + 3] * b[bt + k + 3];
  }
  for (; k < length; k++) s0 += a[at + k] * b[bt + k];
  return s0 + s1 + (s2 + s3);
}

/** a[at + k] += factor · b[bt + k] over `length` entries, in place. */
function addScaled(
  a: Float64Array,
  at: number,
  b: Float64Array,
  bt: number,
  length: number,
  factor: number,
): void {
  for (let k = 0; k < length; k++) a[at + k] += factor * b[bt + k];
}
