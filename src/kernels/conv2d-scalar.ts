// Scalar twins of conv2d.ts: the definition, written as loops over windows.

import type {
  Conv2dBackwardInputArgs,
  Conv2dBackwardWeightArgs,
  Conv2dForwardArgs,
  Conv2dGeometry,
} from "./conv2d.ts";

export function conv2dForwardScalar(args: Conv2dForwardArgs): void {
  const { x, weight, bias, y } = args;
  const f = Math.fround;
  y.fill(0);
  eachTap(args, (xAt, weightAt, yAt) => {
    y[yAt] = f(y[yAt] + f((xAt < 0 ? 0 : x[xAt]) * weight[weightAt]));
  });
  if (bias === undefined) return;
  const positions = args.outHeight * args.outWidth;
  for (let i = 0; i < args.batch * args.outChannels * positions; i++) {
    y[i] += bias[Math.floor(i / positions) % args.outChannels];
  }
}

export function conv2dBackwardInputScalar(args: Conv2dBackwardInputArgs): void {
  eachTap(args, (xAt, weightAt, yAt) => {
    if (xAt >= 0) args.dx[xAt] += args.weight[weightAt] * args.dy[yAt];
  });
}

export function conv2dBackwardWeightScalar(args: Conv2dBackwardWeightArgs): void {
  const { x, dy, dweight, dbias } = args;
  eachTap(args, (xAt, weightAt, yAt) => {
    if (xAt >= 0) dweight[weightAt] += x[xAt] * dy[yAt];
  });
  if (dbias === undefined) return;
  const positions = args.outHeight * args.outWidth;
  for (let i = 0; i < args.batch * args.outChannels * positions; i++) {
    dbias[Math.floor(i / positions) % args.outChannels] += dy[i];
  }
}

/** Every product of the convolution, by flat index; x index −1 in the padding. */
function eachTap(
  geometry: Conv2dGeometry,
  visit: (xAt: number, weightAt: number, yAt: number) => void,
): void {
  const {
    batch,
    channels,
    height,
    width,
    outChannels,
    outHeight,
    outWidth,
    kernel,
    stride,
    padding,
    groups,
  } = geometry;
  const perGroup = channels / groups;
  for (let n = 0; n < batch; n++) {
    for (let o = 0; o < outChannels; o++) {
      const first = Math.floor(o / (outChannels / groups)) * perGroup;
      for (let oy = 0; oy < outHeight; oy++) {
        for (let ox = 0; ox < outWidth; ox++) {
          const yAt = ((n * outChannels + o) * outHeight + oy) * outWidth + ox;
          for (let c = 0; c < perGroup; c++) {
            for (let ky = 0; ky < kernel[0]; ky++) {
              for (let kx = 0; kx < kernel[1]; kx++) {
                const iy = oy * stride[0] + ky - padding[0];
                const ix = ox * stride[1] + kx - padding[1];
                const isInside = iy >= 0 && iy < height && ix >= 0 && ix < width;
                const xAt = isInside ? ((n * channels + first + c) * height + iy) * width + ix : -1;
                visit(xAt, ((o * perGroup + c) * kernel[0] + ky) * kernel[1] + kx, yAt);
              }
            }
          }
        }
      }
    }
  }
}
