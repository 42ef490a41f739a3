// Average and maximum pooling over windows of planes; windows that do not fit whole are dropped.
// Kernel and twin sum a window in the same order, so they agree bit for bit.

import { addressOf, type Kernels } from "./kernels.ts";
import { requireLength } from "./require-length.ts";

export interface PoolGeometry {
  /** batch × channels. */
  readonly planes: number;
  readonly height: number;
  readonly width: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly kernel: readonly [height: number, width: number];
  readonly stride: readonly [vertical: number, horizontal: number];
}

export interface PoolForwardArgs extends PoolGeometry {
  /** Shape [planes, height, width]. */
  readonly x: Float32Array;
  /** Output. Shape [planes, outHeight, outWidth]. */
  readonly y: Float32Array;
}

export interface MaxPoolForwardArgs extends PoolForwardArgs {
  /** Output: place of each maximum in its plane, the first of equals. Shape as y. */
  readonly index: Int32Array;
}

export interface PoolBackwardArgs extends PoolGeometry {
  readonly dy: Float32Array;
  /** dx += …; start it at zero. */
  readonly dx: Float32Array;
}

export interface MaxPoolBackwardArgs extends PoolBackwardArgs {
  readonly index: Int32Array;
}

export function averagePool(kernels: Kernels, args: PoolForwardArgs): void {
  checkLengths(args, args.x, args.y);
  kernels.exports["averagePool"](
    addressOf(kernels, "x", args.x),
    addressOf(kernels, "y", args.y),
    ...windows(args),
  );
}

export function averagePoolScalar(args: PoolForwardArgs): void {
  const area = args.kernel[0] * args.kernel[1];
  eachWindow(args, (yAt, xAts) => {
    args.y[yAt] = Math.fround(xAts.reduce((sum, at) => Math.fround(sum + args.x[at]), 0)) / area;
  });
}

export function averagePoolBackward(kernels: Kernels, args: PoolBackwardArgs): void {
  checkLengths(args, args.dx, args.dy);
  const [dy, dx] = [addressOf(kernels, "dy", args.dy), addressOf(kernels, "dx", args.dx)];
  kernels.exports["averagePoolBackward"](dy, dx, ...windows(args));
}

export function averagePoolBackwardScalar(args: PoolBackwardArgs): void {
  const area = args.kernel[0] * args.kernel[1];
  eachWindow(args, (yAt, xAts) => {
    for (const at of xAts) args.dx[at] += Math.fround(args.dy[yAt] / area);
  });
}

export function maxPool(kernels: Kernels, args: MaxPoolForwardArgs): void {
  checkLengths(args, args.x, args.y);
  requireLength("maxPool index", args.index, args.planes * args.outHeight * args.outWidth);
  kernels.exports["maxPool"](
    addressOf(kernels, "x", args.x),
    addressOf(kernels, "y", args.y),
    addressOf(kernels, "index", args.index),
    ...windows(args),
  );
}

export function maxPoolScalar(args: MaxPoolForwardArgs): void {
  const plane = args.height * args.width;
  eachWindow(args, (yAt, xAts) => {
    let best = xAts[0];
    for (const at of xAts) if (args.x[at] > args.x[best]) best = at;
    args.y[yAt] = args.x[best];
    args.index[yAt] = best % plane;
  });
}

export function maxPoolBackward(kernels: Kernels, args: MaxPoolBackwardArgs): void {
  checkLengths(args, args.dx, args.dy);
  kernels.exports["maxPoolBackward"](
    addressOf(kernels, "dy", args.dy),
    addressOf(kernels, "index", args.index),
    addressOf(kernels, "dx", args.dx),
    args.planes,
    args.height * args.width,
    args.outHeight * args.outWidth,
  );
}

export function maxPoolBackwardScalar({
  dy,
  dx,
  index,
  planes,
  height,
  width,
  outHeight,
  outWidth,
}: MaxPoolBackwardArgs): void {
  const out = outHeight * outWidth;
  for (let i = 0; i < planes * out; i++) dx[Math.floor(i / out) * height * width + index[i]] += dy[i];
}

function windows({
  planes,
  height,
  width,
  kernel,
  stride,
  outHeight,
  outWidth,
}: PoolGeometry): readonly number[] {
  return [planes, height, width, ...kernel, ...stride, outHeight, outWidth];
}

function eachWindow(geometry: PoolGeometry, visit: (yAt: number, xAts: readonly number[]) => void): void {
  const { planes, height, width, kernel, stride, outHeight, outWidth } = geometry;
  for (let i = 0; i < planes * outHeight * outWidth; i++) {
    const plane = Math.floor(i / (outHeight * outWidth));
    const oy = Math.floor(i / outWidth) % outHeight;
    const ox = i % outWidth;
    const corner = (plane * height + oy * stride[0]) * width + ox * stride[1];
    const places: number[] = [];
    for (let ky = 0; ky < kernel[0]; ky++)
      for (let kx = 0; kx < kernel[1]; kx++) places.push(corner + ky * width + kx);
    visit(i, places);
  }
}

function checkLengths(
  { planes, height, width, outHeight, outWidth }: PoolGeometry,
  x: Float32Array,
  y: Float32Array,
): void {
  requireLength("pooling input", x, planes * height * width);
  requireLength("pooling output", y, planes * outHeight * outWidth);
}
