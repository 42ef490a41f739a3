// Two-dimensional cross-correlation, image by image: windows become columns, columns a product.
// Scratch is one image's columns. In the plain build each output is summed over (channel, kernel
// row, kernel column) in ascending order from 0 (padding included as zeros), then the bias is added.

import { addressOf, type Kernels } from "./kernels.ts";
import { requireLength } from "./require-length.ts";

export interface Conv2dGeometry {
  readonly batch: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly outChannels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly kernel: readonly [height: number, width: number];
  readonly stride: readonly [vertical: number, horizontal: number];
  readonly padding: readonly [vertical: number, horizontal: number];
  readonly groups: number;
}

export interface Conv2dForwardArgs extends Conv2dGeometry {
  /** Shape [batch, channels, height, width]. */
  readonly x: Float32Array;
  /** Shape [outChannels, channels/groups, kernelHeight, kernelWidth]. */
  readonly weight: Float32Array;
  /** Shape [outChannels]. */
  readonly bias?: Float32Array | undefined;
  /** Output. Shape [batch, outChannels, outHeight, outWidth]. */
  readonly y: Float32Array;
}

export function conv2dForward(kernels: Kernels, args: Conv2dForwardArgs): void {
  const { batch, groups, x, weight, bias, y } = args;
  checkLengths(args, { x, weight, y });
  if (bias !== undefined) requireLength("conv2d bias", bias, args.outChannels);
  const [xAt, weightAt, yAt] = [
    addressOf(kernels, "x", x),
    addressOf(kernels, "weight", weight),
    addressOf(kernels, "y", y),
  ];
  const plan = new Plan(kernels, args);
  for (let n = 0; n < batch; n++) {
    for (let g = 0; g < groups; g++) {
      plan.toColumns(xAt + plan.inputBytes(n, g));
      plan.product(
        weightAt + plan.weightBytes(g),
        plan.columns,
        yAt + plan.outputBytes(n, g),
        plan.m,
        plan.positions,
        plan.k,
        0,
        0,
        0,
      );
    }
    if (bias !== undefined) {
      kernels.exports["addChannelBias"](
        yAt + plan.outputBytes(n, 0),
        addressOf(kernels, "bias", bias),
        args.outChannels,
        plan.positions,
      );
    }
  }
  plan.release();
}

export interface Conv2dBackwardInputArgs extends Conv2dGeometry {
  readonly weight: Float32Array;
  readonly dy: Float32Array;
  /** dx += … ; start it at zero. Shape [batch, channels, height, width]. */
  readonly dx: Float32Array;
}

export function conv2dBackwardInput(kernels: Kernels, args: Conv2dBackwardInputArgs): void {
  const { batch, groups, weight, dy, dx } = args;
  checkLengths(args, { x: dx, weight, y: dy });
  const [weightAt, dyAt, dxAt] = [
    addressOf(kernels, "weight", weight),
    addressOf(kernels, "dy", dy),
    addressOf(kernels, "dx", dx),
  ];
  const plan = new Plan(kernels, args);
  for (let n = 0; n < batch; n++) {
    for (let g = 0; g < groups; g++) {
      plan.product(
        weightAt + plan.weightBytes(g),
        dyAt + plan.outputBytes(n, g),
        plan.columns,
        plan.k,
        plan.positions,
        plan.m,
        1,
        0,
        0,
      );
      plan.fromColumns(dxAt + plan.inputBytes(n, g));
    }
  }
  plan.release();
}

export interface Conv2dBackwardWeightArgs extends Conv2dGeometry {
  readonly x: Float32Array;
  readonly dy: Float32Array;
  /** dweight += … */
  readonly dweight: Float32Array;
  /** dbias += … Shape [outChannels]. */
  readonly dbias?: Float32Array | undefined;
}

export function conv2dBackwardWeight(kernels: Kernels, args: Conv2dBackwardWeightArgs): void {
  const { batch, groups, x, dy, dweight, dbias } = args;
  checkLengths(args, { x, weight: dweight, y: dy });
  const [xAt, dyAt, dwAt] = [
    addressOf(kernels, "x", x),
    addressOf(kernels, "dy", dy),
    addressOf(kernels, "dweight", dweight),
  ];
  const plan = new Plan(kernels, args);
  for (let n = 0; n < batch; n++) {
    for (let g = 0; g < groups; g++) {
      plan.toColumns(xAt + plan.inputBytes(n, g));
      plan.product(
        dyAt + plan.outputBytes(n, g),
        plan.columns,
        dwAt + plan.weightBytes(g),
        plan.m,
        plan.k,
        plan.positions,
        0,
        1,
        1,
      );
    }
  }
  plan.release();
  if (dbias !== undefined) conv2dBackwardBias(kernels, { ...args, dbias });
}

export interface Conv2dBackwardBiasArgs
  extends Pick<Conv2dGeometry, "batch" | "outChannels" | "outHeight" | "outWidth"> {
  readonly dy: Float32Array;
  /** dbias += … Shape [outChannels]. */
  readonly dbias: Float32Array;
}

export function conv2dBackwardBias(kernels: Kernels, args: Conv2dBackwardBiasArgs): void {
  const { batch, outChannels, outHeight, outWidth, dy, dbias } = args;
  const positions = outHeight * outWidth;
  requireLength("conv2d output", dy, batch * outChannels * positions);
  requireLength("conv2d dbias", dbias, outChannels);
  const [dyAt, dbiasAt] = [addressOf(kernels, "dy", dy), addressOf(kernels, "dbias", dbias)];
  for (let n = 0; n < batch; n++)
    kernels.exports["addChannelSums"](
      dyAt + 4 * n * outChannels * positions,
      dbiasAt,
      outChannels,
      positions,
    );
}

/** Sizes, offsets and scratch of one call. */
class Plan {
  readonly m: number;
  readonly k: number;
  readonly positions: number;
  readonly columns: number;
  readonly #kernels: Kernels;
  readonly #geometry: Conv2dGeometry;
  readonly #mark: number;
  readonly #scratch: number;

  constructor(kernels: Kernels, geometry: Conv2dGeometry) {
    const { channels, outChannels, groups, kernel, outHeight, outWidth } = geometry;
    this.m = outChannels / groups;
    this.k = (channels / groups) * kernel[0] * kernel[1];
    this.positions = outHeight * outWidth;
    this.#kernels = kernels;
    this.#geometry = geometry;
    this.#mark = kernels.mark();
    this.columns = kernels.take(4 * this.k * this.positions);
    this.#scratch = kernels.take(4 * (8 * Math.max(this.k, this.m, this.positions) + 32));
  }

  inputBytes(image: number, group: number): number {
    const { channels, height, width, groups } = this.#geometry;
    return 4 * height * width * (image * channels + (group * channels) / groups);
  }

  outputBytes(image: number, group: number): number {
    return 4 * this.positions * (image * this.#geometry.outChannels + group * this.m);
  }

  weightBytes(group: number): number {
    return 4 * group * this.m * this.k;
  }

  toColumns(x: number): void {
    this.#kernels.exports["imageToColumns"](x, this.columns, ...this.#window());
  }

  fromColumns(x: number): void {
    this.#kernels.exports["columnsToImage"](this.columns, x, ...this.#window());
  }

  product(
    a: number,
    b: number,
    c: number,
    m: number,
    n: number,
    k: number,
    transposeA: number,
    transposeB: number,
    start: number,
  ): void {
    this.#kernels.exports["matmul"](a, b, c, m, n, k, transposeA, transposeB, start, 0, this.#scratch);
  }

  release(): void {
    this.#kernels.release(this.#mark);
  }

  #window(): readonly number[] {
    const { channels, groups, height, width, kernel, stride, padding, outHeight, outWidth } = this.#geometry;
    return [channels / groups, height, width, ...kernel, ...stride, ...padding, outHeight, outWidth];
  }
}

function checkLengths(
  { batch, channels, height, width, outChannels, outHeight, outWidth, kernel, groups }: Conv2dGeometry,
  { x, weight, y }: { readonly x: Float32Array; readonly weight: Float32Array; readonly y: Float32Array },
): void {
  requireLength("conv2d input", x, batch * channels * height * width);
  requireLength("conv2d weight", weight, (outChannels * channels * kernel[0] * kernel[1]) / groups);
  requireLength("conv2d output", y, batch * outChannels * outHeight * outWidth);
}
