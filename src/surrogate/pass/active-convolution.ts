// Derivatives of active neurons alone, back through a convolution: of stride 1 and one group it has as its transpose the
// convolution with turned kernels, which costs what is active where the active are few.
//
//   dx[i, y, x] = Σ over (c, u, v) of w[c, i, h − 1 − u, k − 1 − v] · e[c, y + u − (h − 1 − p), x + v − (k − 1 − q)]

import type { Kernels } from "../../kernels/kernels.ts";
import { listNonZero } from "../../kernels/list-non-zero.ts";
import {
  laneWeights,
  laneWeightsLength,
  type SpikeConvolutionShape,
  spikeConvolution,
} from "../../kernels/spike-convolution.ts";

/** @returns the transpose's sizes; null where it is none of the kernel's convolutions */
export function activeShape(shape: SpikeConvolutionShape): SpikeConvolutionShape | null {
  const { input, output, kernel, stride, padding, groups } = shape;
  const turned = [kernel[0] - 1 - padding[0], kernel[1] - 1 - padding[1]] as const;
  if (stride[0] > 1 || stride[1] > 1 || groups > 1 || turned[0] < 0 || turned[1] < 0) return null;
  return { input: output, output: input, kernel, stride, padding: turned, groups };
}

export interface ActiveConvolutionArgs {
  /** Shape [rows, …output]: what is not 0 is active. */
  readonly e: Float32Array;
  readonly rows: number;
  /** Of the convolution forward; one that `activeShape` has a transpose of. */
  readonly shape: SpikeConvolutionShape;
  /** Shape [output channels, input channels, kernel height, kernel width]. */
  readonly weights: Float32Array;
  /** Output. Shape [rows, …input]. */
  readonly out: Float32Array;
}

/** Above this share of active outputs a product over all of them is faster. */
const sparseShare = 0.4;

/** @returns whether so few are active that it was done; else `out` is left as it was */
export function activeConvolution(kernels: Kernels, args: ActiveConvolutionArgs): boolean {
  const { e, rows } = args;
  const shape = activeShape(args.shape);
  if (shape === null)
    throw new TypeError("only convolutions of stride 1 and one group have a transpose here");
  const [channels, height, width] = shape.input;
  const mark = kernels.mark();
  const size = channels * height * width;
  const [events, listed] = [kernels.scratchInt32(rows * size), kernels.scratchFloat32(rows * size)];
  const ends = kernels.scratchInt32(rows);
  listNonZero(kernels, { values: e, size, rows, events, listed, ends });
  const isSparse = rows === 0 || ends[rows - 1] <= sparseShare * rows * size;
  if (isSparse) convolve(kernels, { ...args, events, listed, ends }, shape);
  kernels.release(mark);
  return isSparse;
}

function convolve(
  kernels: Kernels,
  {
    weights,
    rows,
    out,
    events,
    listed,
    ends,
  }: ActiveConvolutionArgs & {
    readonly events: Int32Array;
    readonly listed: Float32Array;
    readonly ends: Int32Array;
  },
  shape: SpikeConvolutionShape,
): void {
  const [[channels], [inputs, height, width]] = [shape.input, shape.output];
  const lanes = kernels.float32(laneWeightsLength(shape));
  laneWeights(turnedKernels(weights, channels, inputs), lanes, shape);
  const sums = { weights: lanes, worth: 1, bias: kernels.float32(inputs), out };
  const outStride = inputs * height * width;
  spikeConvolution(kernels, { events, values: listed, ends, segments: rows, shape, ...sums, outStride });
}

/** From [channel, input, place] to [input, channel, last place first]. */
function turnedKernels(weights: Float32Array, channels: number, inputs: number): Float32Array {
  const area = weights.length / (channels * inputs);
  const turned = new Float32Array(weights.length);
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < inputs; i++) {
      const [from, to] = [(c * inputs + i) * area, (i * channels + c + 1) * area - 1];
      for (let k = 0; k < area; k++) turned[to - k] = weights[from + k];
    }
  }
  return turned;
}
