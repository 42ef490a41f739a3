// Matrix product C = start + op(A) op(B), row-major float32.
//
// In the plain build every element is summed over k in ascending order, product and sum each
// rounded to float32, so kernel and twin agree bit for bit. The relaxed build may fuse the two.

import { addressOf, type Kernels } from "./kernels.ts";
import { requireLength } from "./require-length.ts";

export interface MatmulArgs {
  /** Shape [m, k], or [k, m] when `transposeA`. */
  readonly a: Float32Array;
  /** Shape [k, n], or [n, k] when `transposeB`. */
  readonly b: Float32Array;
  /** Output. Shape [m, n]. */
  readonly c: Float32Array;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  /** Start from what c holds instead of zeros. */
  readonly accumulate?: boolean;
  /** Start every row from this instead. Shape [n]. Not together with `accumulate`. */
  readonly bias?: Float32Array | undefined;
}

/** @throws {InvalidValueError} when a view is too short or not in kernel memory */
export function matmul(kernels: Kernels, args: MatmulArgs): void {
  checkLengths(args);
  const { a, b, c, m, n, k, transposeA = false, transposeB = false, accumulate = false, bias } = args;
  const [aAt, bAt, cAt] = [
    addressOf(kernels, "a", a),
    addressOf(kernels, "b", b),
    addressOf(kernels, "c", c),
  ];
  const biasAt = bias === undefined ? 0 : addressOf(kernels, "bias", bias);
  const mark = kernels.mark();
  const scratch = kernels.take(4 * (8 * k + 32));
  kernels.exports["matmul"](
    aAt,
    bAt,
    cAt,
    m,
    n,
    k,
    Number(transposeA),
    Number(transposeB),
    accumulate ? 1 : bias === undefined ? 0 : 2,
    biasAt,
    scratch,
  );
  kernels.release(mark);
}

/** Scalar twin of {@link matmul}: defines what is correct. */
export function matmulScalar(args: MatmulArgs): void {
  checkLengths(args);
  const { a, b, c, m, n, k, transposeA = false, transposeB = false, accumulate = false, bias } = args;
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = accumulate ? c[i * n + j] : (bias?.[j] ?? 0);
      for (let p = 0; p < k; p++) {
        const x = transposeA ? a[p * m + i] : a[i * k + p];
        const y = transposeB ? b[j * k + p] : b[p * n + j];
        sum = Math.fround(sum + Math.fround(x * y));
      }
      c[i * n + j] = sum;
    }
  }
}

function checkLengths({ a, b, c, m, n, k, bias }: MatmulArgs): void {
  requireLength("matmul a", a, m * k);
  requireLength("matmul b", b, k * n);
  requireLength("matmul c", c, m * n);
  if (bias !== undefined) requireLength("matmul bias", bias, n);
}
