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
  for (let p: i32 = 0; p < planes; p++) {
    for (let oy: i32 = 0; oy < outHeight; oy++) {
      for (let ox: i32 = 0; ox < outWidth; ox++) {
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
  for (let p: i32 = 0; p < planes; p++) {
    for (let oy: i32 = 0; oy < outHeight; oy++) {
      for (let ox: i32 = 0; ox < outWidth; ox++) {
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
