// Pooling over windows of [planes, height, width]; windows that do not fit whole are dropped.

export function averagePool(
  x: usize,
  y: usize,
  planes: i32,
  height: i32,
  width: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  strideY: i32,
  strideX: i32,
  outHeight: i32,
  outWidth: i32,
): void {
  const area = <f32>(kernelHeight * kernelWidth);
  const isPair = kernelHeight == 2 && kernelWidth == 2 && strideX == 2;
  for (let p: i32 = 0; p < planes; p++) {
    for (let oy: i32 = 0; oy < outHeight; oy++) {
      let ox: i32 = 0;
      for (; isPair && ox + 4 <= outWidth; ox += 4) {
        const from = x + ((<usize>(oy * strideY * width + 2 * ox)) << 2);
        const below = from + (<usize>width << 2);
        const a0 = v128.load(from), a1 = v128.load(from, 16), b0 = v128.load(below), b1 = v128.load(below, 16);
        let sum = f32x4.add(f32x4.splat(0), i32x4.shuffle(a0, a1, 0, 2, 4, 6));
        sum = f32x4.add(sum, i32x4.shuffle(a0, a1, 1, 3, 5, 7));
        sum = f32x4.add(sum, i32x4.shuffle(b0, b1, 0, 2, 4, 6));
        sum = f32x4.add(sum, i32x4.shuffle(b0, b1, 1, 3, 5, 7));
        v128.store(y, f32x4.mul(sum, f32x4.splat(0.25)));
        y += 16;
      }
      for (; ox < outWidth; ox++) {
        let sum: f32 = 0;
        for (let ky: i32 = 0; ky < kernelHeight; ky++) {
          let from = x + ((<usize>((oy * strideY + ky) * width + ox * strideX)) << 2);
          for (let kx: i32 = 0; kx < kernelWidth; kx++) {
            sum += load<f32>(from);
            from += 4;
          }
        }
        store<f32>(y, sum / area);
        y += 4;
      }
    }
    x += (<usize>(height * width)) << 2;
  }
}

/** dx += dy / area over each window */
export function averagePoolBackward(
  dy: usize,
  dx: usize,
  planes: i32,
  height: i32,
  width: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  strideY: i32,
  strideX: i32,
  outHeight: i32,
  outWidth: i32,
): void {
  const area = <f32>(kernelHeight * kernelWidth);
  const isPair = kernelHeight == 2 && kernelWidth == 2 && strideX == 2;
  for (let p: i32 = 0; p < planes; p++) {
    for (let oy: i32 = 0; oy < outHeight; oy++) {
      let ox: i32 = 0;
      for (; isPair && ox + 4 <= outWidth; ox += 4) {
        const to = dx + ((<usize>(oy * strideY * width + 2 * ox)) << 2);
        const share = f32x4.mul(v128.load(dy), f32x4.splat(0.25));
        const left = i32x4.shuffle(share, share, 0, 0, 1, 1), right = i32x4.shuffle(share, share, 2, 2, 3, 3);
        addPair(to, left, right);
        addPair(to + (<usize>width << 2), left, right);
        dy += 16;
      }
      for (; ox < outWidth; ox++) {
        const share = load<f32>(dy) / area;
        dy += 4;
        for (let ky: i32 = 0; ky < kernelHeight; ky++) {
          let to = dx + ((<usize>((oy * strideY + ky) * width + ox * strideX)) << 2);
          for (let kx: i32 = 0; kx < kernelWidth; kx++) {
            store<f32>(to, load<f32>(to) + share);
            to += 4;
          }
        }
      }
    }
    dx += (<usize>(height * width)) << 2;
  }
}

// @ts-ignore: decorator
@inline
function addPair(to: usize, left: v128, right: v128): void {
  v128.store(to, f32x4.add(v128.load(to), left));
  v128.store(to, f32x4.add(v128.load(to, 16), right), 16);
}

/** y = window maximum, index = its place in the plane; the first of equals, NaN only if it comes first. */
export function maxPool(
  x: usize,
  y: usize,
  index: usize,
  planes: i32,
  height: i32,
  width: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  strideY: i32,
  strideX: i32,
  outHeight: i32,
  outWidth: i32,
): void {
  for (let p: i32 = 0; p < planes; p++) {
    for (let oy: i32 = 0; oy < outHeight; oy++) {
      for (let ox: i32 = 0; ox < outWidth; ox++) {
        let place = oy * strideY * width + ox * strideX;
        let best = load<f32>(x + ((<usize>place) << 2));
        for (let ky: i32 = 0; ky < kernelHeight; ky++) {
          for (let kx: i32 = 0; kx < kernelWidth; kx++) {
            const at = (oy * strideY + ky) * width + ox * strideX + kx;
            const value = load<f32>(x + ((<usize>at) << 2));
            if (value > best) {
              best = value;
              place = at;
            }
          }
        }
        store<f32>(y, best);
        store<i32>(index, place);
        y += 4;
        index += 4;
      }
    }
    x += (<usize>(height * width)) << 2;
  }
}

/** dx[index] += dy, plane by plane */
export function maxPoolBackward(
  dy: usize,
  index: usize,
  dx: usize,
  planes: i32,
  planeSize: i32,
  outSize: i32,
): void {
  for (let p: i32 = 0; p < planes; p++) {
    for (let i: i32 = 0; i < outSize; i++) {
      const to = dx + ((<usize>load<i32>(index)) << 2);
      store<f32>(to, load<f32>(to) + load<f32>(dy));
      dy += 4;
      index += 4;
    }
    dx += (<usize>planeSize) << 2;
  }
}
