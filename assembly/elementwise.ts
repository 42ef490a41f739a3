// Sums, conversions and counts. Lengths need not be multiples of four.

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
