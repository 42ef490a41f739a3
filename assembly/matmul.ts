// Matrix product by panels: eight columns of B are packed, then met by four rows of A at a time
// (4×2 vectors of accumulators: more spill, see docs of the kernels room). Every element of C is
// summed over k in ascending order from its start value, so the plain build is exact to its twin.

import { madd } from "./simd";

const panel: usize = 8;

/**
 * C[m,n] = start + op(A) op(B), row-major.
 *
 * @param start - 0: zero, 1: C itself, 2: bias[n] in every row
 * @param scratch - (8 k + 32) floats
 */
export function matmul(
  a: usize, b: usize, c: usize, m: i32, n: i32, k: i32,
  transposeA: bool, transposeB: bool, start: i32, bias: usize, scratch: usize,
): void {
  // Row i of op(A) begins at a + i·rowBytes and goes on in steps of stepBytes.
  const rowBytes: usize = transposeA ? 4 : <usize>k << 2;
  const stepBytes: usize = transposeA ? <usize>m << 2 : 4;
  const tile = scratch + ((<usize>k * panel) << 2);
  for (let j: i32 = 0; j < n; j += <i32>panel) {
    const columns = min(<i32>panel, n - j);
    if (transposeB) packTransposed(b + ((<usize>j * <usize>k) << 2), scratch, columns, k);
    else packRows(b + (<usize>j << 2), scratch, columns, n, k);
    for (let i: i32 = 0; i < m; i += 4) {
      const rows = min(4, m - i);
      const corner = c + ((<usize>i * <usize>n + <usize>j) << 2);
      const from = a + <usize>i * rowBytes;
      const isWhole = rows == 4 && columns == <i32>panel;
      const to = isWhole ? corner : tile;
      const toBytes: usize = isWhole ? <usize>n << 2 : panel << 2;
      startTile(corner, to, toBytes, n, rows, columns, start, bias + (<usize>j << 2), isWhole);
      if (rows == 4) multiply4(from, rowBytes, stepBytes, scratch, k, to, toBytes);
      else for (let r: i32 = 0; r < rows; r++) {
        multiply1(from + <usize>r * rowBytes, stepBytes, scratch, k, to + <usize>r * toBytes);
      }
      if (!isWhole) copyTile(tile, corner, n, rows, columns);
    }
  }
}

function packRows(b: usize, to: usize, columns: i32, n: i32, k: i32): void {
  const rowBytes = <usize>n << 2;
  if (columns == <i32>panel) {
    for (let p: i32 = 0; p < k; p++) {
      v128.store(to, v128.load(b));
      v128.store(to, v128.load(b, 16), 16);
      b += rowBytes;
      to += panel << 2;
    }
    return;
  }
  for (let p: i32 = 0; p < k; p++) {
    for (let j: usize = 0; j < panel; j++) {
      store<f32>(to + (j << 2), <i32>j < columns ? load<f32>(b + (j << 2)) : 0);
    }
    b += rowBytes;
    to += panel << 2;
  }
}

function packTransposed(b: usize, to: usize, columns: i32, k: i32): void {
  const rowBytes = <usize>k << 2;
  let p: i32 = 0;
  if (columns == <i32>panel) {
    // 4×4 blocks: four rows of B turned by shuffles.
    for (; p + 4 <= k; p += 4) {
      turn4(b + (<usize>p << 2), rowBytes, to + ((<usize>p * panel) << 2));
      turn4(b + 4 * rowBytes + (<usize>p << 2), rowBytes, to + ((<usize>p * panel + 4) << 2));
    }
  }
  for (; p < k; p++) {
    for (let j: usize = 0; j < panel; j++) {
      const value: f32 = <i32>j < columns ? load<f32>(b + j * rowBytes + (<usize>p << 2)) : 0;
      store<f32>(to + ((<usize>p * panel + j) << 2), value);
    }
  }
}

// @ts-ignore: decorator
@inline
function turn4(from: usize, rowBytes: usize, to: usize): void {
  const r0 = v128.load(from);
  const r1 = v128.load(from + rowBytes);
  const r2 = v128.load(from + 2 * rowBytes);
  const r3 = v128.load(from + 3 * rowBytes);
  const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
  const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
  v128.store(to, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7), 32);
  v128.store(to, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5), 64);
  v128.store(to, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7), 96);
}

function startTile(
  c: usize, to: usize, toBytes: usize, n: i32, rows: i32, columns: i32, start: i32, bias: usize, isWhole: bool,
): void {
  if (start == 1 && isWhole) return;
  for (let r: usize = 0; r < <usize>rows; r++) {
    const row = to + r * toBytes;
    if (columns == <i32>panel && start != 1) {
      v128.store(row, start == 0 ? f32x4.splat(0) : v128.load(bias));
      v128.store(row, start == 0 ? f32x4.splat(0) : v128.load(bias, 16), 16);
      continue;
    }
    for (let j: usize = 0; j < <usize>columns; j++) {
      const value: f32 = start == 0 ? 0
        : start == 1 ? load<f32>(c + ((r * <usize>n + j) << 2))
        : load<f32>(bias + (j << 2));
      store<f32>(row + (j << 2), value);
    }
    for (let j = <usize>columns; j < panel; j++) store<f32>(row + (j << 2), 0);
  }
}

function copyTile(tile: usize, c: usize, n: i32, rows: i32, columns: i32): void {
  for (let r: usize = 0; r < <usize>rows; r++) {
    memory.copy(c + ((r * <usize>n) << 2), tile + ((r * panel) << 2), <usize>columns << 2);
  }
}

function multiply4(a: usize, rowBytes: usize, stepBytes: usize, b: usize, k: i32, c: usize, cBytes: usize): void {
  const c1 = c + cBytes;
  const c2 = c1 + cBytes;
  const c3 = c2 + cBytes;
  let s00 = v128.load(c);
  let s01 = v128.load(c, 16);
  let s10 = v128.load(c1);
  let s11 = v128.load(c1, 16);
  let s20 = v128.load(c2);
  let s21 = v128.load(c2, 16);
  let s30 = v128.load(c3);
  let s31 = v128.load(c3, 16);
  let a1 = a + rowBytes;
  let a2 = a1 + rowBytes;
  let a3 = a2 + rowBytes;
  const end = b + ((<usize>k * panel) << 2);
  while (b < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    s00 = madd(x, b0, s00);
    s01 = madd(x, b1, s01);
    x = v128.load32_splat(a1);
    s10 = madd(x, b0, s10);
    s11 = madd(x, b1, s11);
    x = v128.load32_splat(a2);
    s20 = madd(x, b0, s20);
    s21 = madd(x, b1, s21);
    x = v128.load32_splat(a3);
    s30 = madd(x, b0, s30);
    s31 = madd(x, b1, s31);
    a += stepBytes;
    a1 += stepBytes;
    a2 += stepBytes;
    a3 += stepBytes;
    b += panel << 2;
  }
  v128.store(c, s00);
  v128.store(c, s01, 16);
  v128.store(c1, s10);
  v128.store(c1, s11, 16);
  v128.store(c2, s20);
  v128.store(c2, s21, 16);
  v128.store(c3, s30);
  v128.store(c3, s31, 16);
}

function multiply1(a: usize, stepBytes: usize, b: usize, k: i32, c: usize): void {
  let s0 = v128.load(c);
  let s1 = v128.load(c, 16);
  for (let p: i32 = 0; p < k; p++) {
    const x = v128.load32_splat(a);
    s0 = madd(x, v128.load(b), s0);
    s1 = madd(x, v128.load(b, 16), s1);
    a += stepBytes;
    b += panel << 2;
  }
  v128.store(c, s0);
  v128.store(c, s1, 16);
}
