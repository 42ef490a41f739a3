// One value in, one value out. Lengths need not be multiples of four.

/** y = max(x, 0); NaN stays NaN. x and y may be the same. */
export function relu(x: usize, y: usize, length: i32): void {
  const zero = f32x4.splat(0);
  let i: i32 = 0;
  for (; i + 4 <= length; i += 4) {
    v128.store(y, f32x4.max(v128.load(x), zero));
    x += 16;
    y += 16;
  }
  for (; i < length; i++) {
    store<f32>(y, max(load<f32>(x), <f32>0));
    x += 4;
    y += 4;
  }
}

/** dx = dy where y > 0, else 0. dy and dx may be the same. */
export function reluBackward(y: usize, dy: usize, dx: usize, length: i32): void {
  const zero = f32x4.splat(0);
  let i: i32 = 0;
  for (; i + 4 <= length; i += 4) {
    v128.store(dx, v128.and(v128.load(dy), f32x4.gt(v128.load(y), zero)));
    y += 16;
    dy += 16;
    dx += 16;
  }
  for (; i < length; i++) {
    store<f32>(dx, load<f32>(y) > 0 ? load<f32>(dy) : 0);
    y += 4;
    dy += 4;
    dx += 4;
  }
}

/** y = min(max(x, 0), bound); NaN stays NaN. */
export function clip(x: usize, y: usize, length: i32, bound: f32): void {
  for (let i: i32 = 0; i < length; i++) {
    store<f32>(y, min(max(load<f32>(x), <f32>0), bound));
    x += 4;
    y += 4;
  }
}

/** y = bound · floor(clip(x / bound, 0, 1) · levels + shift) / levels; NaN stays NaN. */
export function clipToLevels(x: usize, y: usize, length: i32, bound: f32, levels: f32, shift: f32): void {
  for (let i: i32 = 0; i < length; i++) {
    const share = min(max(load<f32>(x) / bound, <f32>0), <f32>1);
    store<f32>(y, (bound * min(floor(share * levels + shift), levels)) / levels);
    x += 4;
    y += 4;
  }
}

/** y += x */
export function addInto(x: usize, y: usize, length: i32): void {
  let i: i32 = 0;
  for (; i + 4 <= length; i += 4) {
    v128.store(y, f32x4.add(v128.load(y), v128.load(x)));
    x += 16;
    y += 16;
  }
  for (; i < length; i++) {
    store<f32>(y, load<f32>(y) + load<f32>(x));
    x += 4;
    y += 4;
  }
}

/** out = pixel · scale + offset */
export function pixelsToFloat(pixels: usize, out: usize, length: i32, scale: f32, offset: f32): void {
  for (let i: i32 = 0; i < length; i++) {
    store<f32>(out, <f32>load<u8>(pixels) * scale + offset);
    pixels += 1;
    out += 4;
  }
}

/** counts[row] = values of the row that are not 0 (NaN counts). @returns their sum */
export function countNonZero(x: usize, counts: usize, rows: i32, columns: i32): f64 {
  let total: f64 = 0;
  for (let r: i32 = 0; r < rows; r++) {
    let count: i32 = 0;
    for (let j: i32 = 0; j < columns; j++) {
      count += i32(load<f32>(x) != 0);
      x += 4;
    }
    store<i32>(counts, count);
    counts += 4;
    total += <f64>count;
  }
  return total;
}

/** sum[column] += Σ over rows of y[row, column], rows ascending */
export function addRowSums(y: usize, sum: usize, rows: i32, columns: i32): void {
  for (let r: i32 = 0; r < rows; r++) {
    addInto(y, sum, columns);
    y += (<usize>columns) << 2;
  }
}
