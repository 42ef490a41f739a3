// Derivatives by the weights of a convolution that is driven by spikes.
//
//   dw[c, i, ky, kx] += worth · Σ d[s, c, y, x] (· x_i)
//
// over the events of every segment s, in their order, and the outputs that each of them reaches.

import { addressOf, type Kernels } from "./kernels.ts";
import { requireLength } from "./require-length.ts";
import {
  eachLane,
  lanesOf,
  laneWeightsLength,
  type SpikeConvolutionShape,
  takeGeometry,
} from "./spike-convolution.ts";
import { requireSegments, type SpikeSegments } from "./spike-segments.ts";

export interface SpikeConvolutionGradientArgs extends SpikeSegments {
  readonly shape: SpikeConvolutionShape;
  readonly worth: number;
  /** Derivatives by the sums. Shape [segments, …output]. */
  readonly d: Float32Array;
  /** Added to. Shape [output channels, input channels/groups, kernel height, kernel width]. */
  readonly dweight: Float32Array;
}

/** @throws {InvalidValueError} when a view is too short or not in kernel memory */
export function spikeConvolutionGradient(kernels: Kernels, args: SpikeConvolutionGradientArgs): void {
  const { events, values, ends, segments, shape, worth, d, dweight } = args;
  const size = checkLengths(args);
  const address = (name: string, view: ArrayBufferView): number =>
    addressOf(kernels, `spikeConvolutionGradient ${name}`, view);
  const mark = kernels.mark();
  const lanes = kernels.float32(laneWeightsLength(shape));
  const turned = kernels.float32(shape.output[1] * shape.output[2] * lanesOf(shape) * shape.groups);
  kernels.exports["spikeConvolutionGradient"](
    address("events", events),
    values === undefined ? 0 : address("values", values),
    address("ends", ends),
    segments,
    lanes.byteOffset,
    takeGeometry(kernels, shape).byteOffset,
    turned.byteOffset,
    address("d", d),
    4 * size,
  );
  const factor = Math.fround(worth);
  eachLane(shape, (weight, lane) => {
    dweight[weight] += Math.fround(lanes[lane] * factor);
  });
  kernels.release(mark);
}

/** Scalar twin of {@link spikeConvolutionGradient}: defines what is correct. */
export function spikeConvolutionGradientScalar(args: SpikeConvolutionGradientArgs): void {
  const { events, values, ends, segments, shape, worth, d, dweight } = args;
  const size = checkLengths(args);
  const { input, output, kernel, stride, padding, groups } = shape;
  const [inGroup, outGroup] = [input[0] / groups, output[0] / groups];
  const sums = new Float32Array(dweight.length);
  for (let s = 0, at = 0; s < segments; s++) {
    for (; at < ends[s]; at++) {
      const channel = Math.floor(events[at] / (input[1] * input[2]));
      const first = Math.floor(channel / inGroup) * outGroup;
      for (let c = first; c < first + outGroup; c++) {
        for (let y = 0; y < output[1]; y++) {
          for (let x = 0; x < output[2]; x++) {
            const ky = (Math.floor(events[at] / input[2]) % input[1]) + padding[0] - y * stride[0];
            const kx = (events[at] % input[2]) + padding[1] - x * stride[1];
            if (ky < 0 || ky >= kernel[0] || kx < 0 || kx >= kernel[1]) continue;
            const own = d[s * size + (c * output[1] + y) * output[2] + x];
            const weight = ((c * inGroup + (channel % inGroup)) * kernel[0] + ky) * kernel[1] + kx;
            sums[weight] += Math.fround(own * (values?.[at] ?? 1));
          }
        }
      }
    }
  }
  for (let i = 0; i < sums.length; i++) dweight[i] += Math.fround(sums[i] * Math.fround(worth));
}

/** @returns values of a segment's derivatives */
function checkLengths(args: SpikeConvolutionGradientArgs): number {
  const { segments, shape, d, dweight } = args;
  const { input, output, kernel, groups } = shape;
  const size = output[0] * output[1] * output[2];
  requireSegments("spikeConvolutionGradient", args);
  requireLength("spikeConvolutionGradient d", d, segments * size);
  const weights = (output[0] * input[0] * kernel[0] * kernel[1]) / groups;
  requireLength("spikeConvolutionGradient dweight", dweight, weights);
  return size;
}
