// Convolution as matrix products: windows of one image become columns ("im2col"), and back ("col2im").

/** col[c·kh·kw, oh·ow] from one group's image x[c, h, w]. Outside the image stand zeros. */
export function imageToColumns(
  x: usize,
  col: usize,
  channels: i32,
  height: i32,
  width: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  strideY: i32,
  strideX: i32,
  paddingY: i32,
  paddingX: i32,
  outHeight: i32,
  outWidth: i32,
): void {
  for (let c: i32 = 0; c < channels; c++) {
    for (let ky: i32 = 0; ky < kernelHeight; ky++) {
      for (let kx: i32 = 0; kx < kernelWidth; kx++) {
        for (let oy: i32 = 0; oy < outHeight; oy++) {
          const iy = oy * strideY + ky - paddingY;
          if (iy < 0 || iy >= height) {
            zero(col, outWidth);
          } else if (strideX == 1) {
            // ix = ox + shift: a copied middle between two zero margins.
            const shift = kx - paddingX;
            const first = min(outWidth, max(0, -shift));
            const last = max(first, min(outWidth, width - shift));
            zero(col, first);
            copy(x + ((<usize>(iy * width + first + shift)) << 2), col + ((<usize>first) << 2), last - first);
            zero(col + ((<usize>last) << 2), outWidth - last);
          } else {
            for (let ox: i32 = 0; ox < outWidth; ox++) {
              const ix = ox * strideX + kx - paddingX;
              const value: f32 = ix < 0 || ix >= width ? 0 : load<f32>(x + ((<usize>(iy * width + ix)) << 2));
              store<f32>(col + ((<usize>ox) << 2), value);
            }
          }
          col += (<usize>outWidth) << 2;
        }
      }
    }
    x += (<usize>(height * width)) << 2;
  }
}

// Rows are short: loops in place beat memory.copy and memory.fill, whose calls cost more than the work.

// @ts-ignore: decorator
@inline
function zero(to: usize, count: i32): void {
  let i: i32 = 0;
  for (; i + 4 <= count; i += 4) v128.store(to + ((<usize>i) << 2), f32x4.splat(0));
  for (; i < count; i++) store<f32>(to + ((<usize>i) << 2), 0);
}

// @ts-ignore: decorator
@inline
function copy(from: usize, to: usize, count: i32): void {
  let i: i32 = 0;
  for (; i + 4 <= count; i += 4) v128.store(to + ((<usize>i) << 2), v128.load(from + ((<usize>i) << 2)));
  for (; i < count; i++) store<f32>(to + ((<usize>i) << 2), load<f32>(from + ((<usize>i) << 2)));
}

// @ts-ignore: decorator
@inline
function add(from: usize, to: usize, count: i32): void {
  let i: i32 = 0;
  for (; i + 4 <= count; i += 4) {
    const at = (<usize>i) << 2;
    v128.store(to + at, f32x4.add(v128.load(to + at), v128.load(from + at)));
  }
  for (; i < count; i++) {
    const at = (<usize>i) << 2;
    store<f32>(to + at, load<f32>(to + at) + load<f32>(from + at));
  }
}

/** Adds every column's values back to where they came from: x[c, h, w] += … */
export function columnsToImage(
  col: usize,
  x: usize,
  channels: i32,
  height: i32,
  width: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  strideY: i32,
  strideX: i32,
  paddingY: i32,
  paddingX: i32,
  outHeight: i32,
  outWidth: i32,
): void {
  for (let c: i32 = 0; c < channels; c++) {
    for (let ky: i32 = 0; ky < kernelHeight; ky++) {
      for (let kx: i32 = 0; kx < kernelWidth; kx++) {
        for (let oy: i32 = 0; oy < outHeight; oy++) {
          const iy = oy * strideY + ky - paddingY;
          if (iy >= 0 && iy < height && strideX == 1) {
            const shift = kx - paddingX;
            const first = min(outWidth, max(0, -shift));
            const last = max(first, min(outWidth, width - shift));
            add(col + ((<usize>first) << 2), x + ((<usize>(iy * width + first + shift)) << 2), last - first);
          } else if (iy >= 0 && iy < height) {
            for (let ox: i32 = 0; ox < outWidth; ox++) {
              const ix = ox * strideX + kx - paddingX;
              if (ix < 0 || ix >= width) continue;
              const to = x + ((<usize>(iy * width + ix)) << 2);
              store<f32>(to, load<f32>(to) + load<f32>(col + ((<usize>ox) << 2)));
            }
          }
          col += (<usize>outWidth) << 2;
        }
      }
    }
    x += (<usize>(height * width)) << 2;
  }
}

/** y[channel, positions] += bias[channel] */
export function addChannelBias(y: usize, bias: usize, channels: i32, positions: i32): void {
  for (let c: i32 = 0; c < channels; c++) {
    const value = load<f32>(bias + ((<usize>c) << 2));
    for (let i: i32 = 0; i < positions; i++) {
      store<f32>(y, load<f32>(y) + value);
      y += 4;
    }
  }
}

/** sum[channel] += Σ y[channel, positions], in ascending order */
export function addChannelSums(y: usize, sum: usize, channels: i32, positions: i32): void {
  let c: i32 = 0;
  // Four channels side by side: an addition need not wait for the one before.
  for (; c + 4 <= channels; c += 4) {
    const rowBytes = <usize>positions << 2;
    let a = load<f32>(sum), b = load<f32>(sum, 4), d = load<f32>(sum, 8), e = load<f32>(sum, 12);
    for (let i: i32 = 0; i < positions; i++) {
      a += load<f32>(y);
      b += load<f32>(y + rowBytes);
      d += load<f32>(y + 2 * rowBytes);
      e += load<f32>(y + 3 * rowBytes);
      y += 4;
    }
    y += 3 * rowBytes;
    store<f32>(sum, a);
    store<f32>(sum, b, 4);
    store<f32>(sum, d, 8);
    store<f32>(sum, e, 12);
    sum += 16;
  }
  for (; c < channels; c++) {
    let total = load<f32>(sum);
    for (let i: i32 = 0; i < positions; i++) {
      total += load<f32>(y);
      y += 4;
    }
    store<f32>(sum, total);
    sum += 4;
  }
}
