// Sums of a convolution that is driven by spikes.
//
//   out[s, c, y, x] = worth · Σ w[c, i, ky, kx] (· x_i) + bias[c]
//
// over the events of segment s, in their order; an event touches an output at most once. Weights
// stand as [input channel, kernel y, kernel x from right to left, lane], so that what a spike adds to
// one row of outputs is one run of memory; lanes are a group's output channels padded to 4.

import { addressOf, type Kernels } from "./kernels.ts";
import { requireLength } from "./require-length.ts";
import { requireSegments, type SpikeSegments } from "./spike-segments.ts";

/** Sizes of a convolution over [channels, height, width]. */
export interface SpikeConvolutionShape {
  readonly input: readonly [channels: number, height: number, width: number];
  readonly output: readonly [channels: number, height: number, width: number];
  readonly kernel: readonly [height: number, width: number];
  readonly stride: readonly [vertical: number, horizontal: number];
  readonly padding: readonly [vertical: number, horizontal: number];
  readonly groups: number;
}

export interface SpikeConvolutionArgs extends SpikeSegments {
  readonly shape: SpikeConvolutionShape;
  /** From `laneWeights`. */
  readonly weights: Float32Array;
  /** What a spike is worth: 1, or 1/window behind an average pool. */
  readonly worth: number;
  /** Shape [output channels]. */
  readonly bias: Float32Array;
  /** Output; segments lie `stride` apart. Shape [segments, stride]. */
  readonly out: Float32Array;
  /** At least the output's size. */
  readonly outStride: number;
}

/** Values that `laneWeights` writes. */
export function laneWeightsLength({ input, kernel, ...shape }: SpikeConvolutionShape): number {
  return input[0] * kernel[0] * kernel[1] * lanesOf({ input, kernel, ...shape });
}

/**
 * Write weights by input channel, in place; padding lanes are left as they are.
 *
 * @param weights - shape [output channels, input channels/groups, kernel height, kernel width]
 * @param target - zeroed, length `laneWeightsLength`
 */
export function laneWeights(
  weights: ArrayLike<number>,
  target: Float32Array,
  shape: SpikeConvolutionShape,
): void {
  eachLane(shape, (weight, lane) => {
    target[lane] = weights[weight];
  });
}

/** Every weight's place, and its place among lanes. */
export function eachLane(shape: SpikeConvolutionShape, visit: (weight: number, lane: number) => void): void {
  const { input, output, kernel, groups } = shape;
  const lanes = lanesOf(shape);
  const inGroup = input[0] / groups;
  const outGroup = output[0] / groups;
  const area = kernel[0] * kernel[1];
  for (let c = 0; c < output[0]; c++) {
    const group = Math.floor(c / outGroup);
    for (let i = 0; i < inGroup; i++) {
      for (let k = 0; k < area; k++) {
        const mirrored = k - (k % kernel[1]) + kernel[1] - 1 - (k % kernel[1]);
        const lane = ((group * inGroup + i) * area + mirrored) * lanes + (c % outGroup);
        visit((c * inGroup + i) * area + k, lane);
      }
    }
  }
}

/** @throws {InvalidValueError} when a view is too short or not in kernel memory */
export function spikeConvolution(kernels: Kernels, args: SpikeConvolutionArgs): void {
  checkLengths(args);
  const { events, values, ends, segments, shape, weights, worth, bias, out, outStride } = args;
  const { output, groups } = shape;
  const address = (name: string, view: ArrayBufferView): number =>
    addressOf(kernels, `spikeConvolution ${name}`, view);
  const mark = kernels.mark();
  const geometry = takeGeometry(kernels, shape);
  const sums = kernels.float32(output[1] * output[2] * lanesOf(shape) * groups);
  kernels.exports["spikeConvolution"](
    address("events", events),
    values === undefined ? 0 : address("values", values),
    address("ends", ends),
    segments,
    address("weights", weights),
    geometry.byteOffset,
    sums.byteOffset,
    worth,
    address("bias", bias),
    address("out", out),
    outStride * 4,
  );
  kernels.release(mark);
}

/** Scalar twin of {@link spikeConvolution}: defines what is correct. */
export function spikeConvolutionScalar(args: SpikeConvolutionArgs): void {
  checkLengths(args);
  const { events, values, ends, segments, shape, weights, worth, bias, out, outStride } = args;
  const { input, output, kernel, stride, padding, groups } = shape;
  const lanes = lanesOf(shape);
  const outGroup = output[0] / groups;
  const sumOf = (s: number, c: number, y: number, x: number): number => {
    let sum = 0;
    for (let k = s === 0 ? 0 : ends[s - 1]; k < ends[s]; k++) {
      const channel = Math.floor(events[k] / (input[1] * input[2]));
      const ky = (Math.floor(events[k] / input[2]) % input[1]) + padding[0] - y * stride[0];
      const kx = (events[k] % input[2]) + padding[1] - x * stride[1];
      const inKernel = ky >= 0 && ky < kernel[0] && kx >= 0 && kx < kernel[1];
      const inGroup = Math.floor(channel / (input[0] / groups)) === Math.floor(c / outGroup);
      if (!inKernel || !inGroup) continue;
      const weight = weights[((channel * kernel[0] + ky + 1) * kernel[1] - 1 - kx) * lanes + (c % outGroup)];
      sum = Math.fround(sum + Math.fround(weight * (values?.[k] ?? 1)));
    }
    return sum;
  };
  for (let s = 0; s < segments; s++) {
    let to = s * outStride;
    for (let c = 0; c < output[0]; c++) {
      for (let y = 0; y < output[1]; y++) {
        for (let x = 0; x < output[2]; x++) {
          out[to++] = Math.fround(sumOf(s, c, y, x) * Math.fround(worth)) + bias[c];
        }
      }
    }
  }
}

/** The 14 numbers that the kernels of spike-driven convolutions read. */
export function takeGeometry(kernels: Kernels, shape: SpikeConvolutionShape): Int32Array {
  const { input, output, kernel, stride, padding, groups } = shape;
  const geometry = kernels.int32(14);
  geometry.set([
    input[1],
    input[2],
    input[0] / groups,
    ...kernel,
    ...stride,
    ...padding,
    output[1],
    output[2],
  ]);
  geometry.set([lanesOf(shape), output[0] / groups, groups], 11);
  return geometry;
}

/** A group's output channels, padded to whole vectors. */
export function lanesOf({ output, groups }: SpikeConvolutionShape): number {
  return Math.ceil(output[0] / groups / 4) * 4;
}

function checkLengths(args: SpikeConvolutionArgs): void {
  const { segments, shape, weights, bias, out, outStride } = args;
  const size = shape.output[0] * shape.output[1] * shape.output[2];
  requireSegments("spikeConvolution", args);
  requireLength("spikeConvolution weights", weights, laneWeightsLength(shape));
  requireLength("spikeConvolution bias", bias, shape.output[0]);
  requireLength("spikeConvolution stride", { length: outStride }, size);
  if (segments > 0) requireLength("spikeConvolution out", out, (segments - 1) * outStride + size);
}
