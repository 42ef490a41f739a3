// Batch normalisation (Ioffe & Szegedy 2015) of [batch, channels, positions] by channel:
//   y = γ (x − μ)/√(σ² + ε) + β,  μ and σ² (biased) of the batch
// Sums run in float64 in ascending order; kernel and twin agree bit for bit.

import { addressOf, type Kernels } from "./kernels.ts";
import { requireLength } from "./require-length.ts";

export interface BatchGeometry {
  readonly batch: number;
  readonly channels: number;
  /** height × width, or 1 for vectors. */
  readonly positions: number;
}

export interface BatchStatisticsArgs extends BatchGeometry {
  readonly x: Float32Array;
  /** Outputs. Shape [channels]. */
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

export function batchStatistics(
  kernels: Kernels,
  { x, mean, variance, batch, channels, positions }: BatchStatisticsArgs,
): void {
  requireLength("batchStatistics x", x, batch * channels * positions);
  requireLength("batchStatistics mean", mean, channels);
  requireLength("batchStatistics variance", variance, channels);
  kernels.exports["batchStatistics"](
    addressOf(kernels, "x", x),
    addressOf(kernels, "mean", mean),
    addressOf(kernels, "variance", variance),
    batch,
    channels,
    positions,
  );
}

export function batchStatisticsScalar({
  x,
  mean,
  variance,
  batch,
  channels,
  positions,
}: BatchStatisticsArgs): void {
  for (let c = 0; c < channels; c++) {
    let sum = 0;
    eachOf(c, { batch, channels, positions }, (at) => {
      sum += x[at];
    });
    const centre = sum / (batch * positions);
    let squares = 0;
    eachOf(c, { batch, channels, positions }, (at) => {
      squares += (x[at] - centre) * (x[at] - centre);
    });
    mean[c] = centre;
    variance[c] = squares / (batch * positions);
  }
}

export interface ScaleShiftArgs extends BatchGeometry {
  readonly x: Float32Array;
  /** Output: x · scale[c] + shift[c]; may be x. */
  readonly y: Float32Array;
  /** Shape [channels]. */
  readonly scale: Float32Array;
  readonly shift: Float32Array;
}

/** Batch norm with given statistics: scale = γ/σ, shift = β − μγ/σ. */
export function scaleShift(
  kernels: Kernels,
  { x, y, scale, shift, batch, channels, positions }: ScaleShiftArgs,
): void {
  requireLength("scaleShift x", x, batch * channels * positions);
  requireLength("scaleShift y", y, batch * channels * positions);
  requireLength("scaleShift scale", scale, channels);
  requireLength("scaleShift shift", shift, channels);
  kernels.exports["scaleShift"](
    addressOf(kernels, "x", x),
    addressOf(kernels, "y", y),
    addressOf(kernels, "scale", scale),
    addressOf(kernels, "shift", shift),
    batch,
    channels,
    positions,
  );
}

export function scaleShiftScalar({ x, y, scale, shift, batch, channels, positions }: ScaleShiftArgs): void {
  for (let c = 0; c < channels; c++) {
    eachOf(c, { batch, channels, positions }, (at) => {
      y[at] = Math.fround(x[at] * scale[c]) + shift[c];
    });
  }
}

export interface BatchNormBackwardArgs extends BatchGeometry {
  readonly x: Float32Array;
  readonly dy: Float32Array;
  /** Output; may be dy. */
  readonly dx: Float32Array;
  readonly gamma: Float32Array;
  readonly mean: Float32Array;
  /** 1/√(σ² + ε). Shape [channels]. */
  readonly inverse: Float32Array;
  /** dgamma += …, dbeta += … Shape [channels]. */
  readonly dgamma: Float32Array;
  readonly dbeta: Float32Array;
}

export function batchNormBackward(kernels: Kernels, args: BatchNormBackwardArgs): void {
  const { x, dy, dx, gamma, mean, inverse, dgamma, dbeta, batch, channels, positions } = args;
  for (const [name, view] of Object.entries({ x, dy, dx })) {
    requireLength(`batchNormBackward ${name}`, view, batch * channels * positions);
  }
  for (const [name, view] of Object.entries({ gamma, mean, inverse, dgamma, dbeta })) {
    requireLength(`batchNormBackward ${name}`, view, channels);
  }
  const views = { x, dy, dx, gamma, mean, inverse, dgamma, dbeta };
  const addresses = Object.entries(views).map(([name, view]) => addressOf(kernels, name, view));
  kernels.exports["batchNormBackward"](...addresses, batch, channels, positions);
}

export function batchNormBackwardScalar(args: BatchNormBackwardArgs): void {
  const { x, dy, dx, gamma, mean, inverse, dgamma, dbeta, batch, positions } = args;
  const f = Math.fround;
  for (let c = 0; c < args.channels; c++) {
    const normal = (at: number): number => f(f(x[at] - mean[c]) * inverse[c]);
    let [sum, product] = [0, 0];
    eachOf(c, args, (at) => {
      sum += dy[at];
      product += f(dy[at] * normal(at));
    });
    dbeta[c] += f(sum);
    dgamma[c] += f(product);
    const factor = f(gamma[c] * inverse[c]);
    const meanGradient = f(sum / (batch * positions));
    const meanProduct = f(product / (batch * positions));
    eachOf(c, args, (at) => {
      dx[at] = f(factor * f(f(dy[at] - meanGradient) - f(normal(at) * meanProduct)));
    });
  }
}

function eachOf(
  channel: number,
  { batch, channels, positions }: BatchGeometry,
  visit: (at: number) => void,
): void {
  for (let n = 0; n < batch; n++) {
    const start = (n * channels + channel) * positions;
    for (let i = 0; i < positions; i++) visit(start + i);
  }
}
