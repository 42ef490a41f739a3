// What a dense or convolution layer does with spikes or held values: which kernel, and its weights laid out.

import type { Kernels } from "../kernels/kernels.ts";
import {
  laneWeights,
  laneWeightsLength,
  type SpikeConvolutionShape,
  spikeConvolution,
} from "../kernels/spike-convolution.ts";
import { planIntConvolution, spikeConvolutionInt } from "../kernels/spike-convolution-int.ts";
import { spikeDense, tileWeights } from "../kernels/spike-dense.ts";
import { codeTilesLength, spikeDenseInt, tileCodes } from "../kernels/spike-dense-int.ts";
import { spreadSpikes } from "../kernels/spike-pooling.ts";
import type { SpikeSegments } from "../kernels/spike-segments.ts";
import type { LoweredLayer } from "../model/linear-layer.ts";
import type { TensorData } from "../model/model.ts";
import type { Conv2dLayer, Shape } from "../model/network.ts";
import { asImageShape, sizeOf } from "../model/shapes.ts";
import type { CurrentBuffer, SpikeBuffer } from "./flow-buffer.ts";

export interface LinearSumOptions {
  readonly layer: LoweredLayer;
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  /** What a spike of the input is worth. */
  readonly worth: number;
  readonly weights: TensorData;
  readonly bias: TensorData | undefined;
  /** From `fanOutOf`. */
  readonly fanOut: Int32Array;
}

/** Fill the layer's currents from lists of spikes or of held values. */
export type Sum = (lists: SpikeSegments) => void;

/** @param hasValues - whether every entry has a real value: held input, or spikes with a worth of their own */
export function denseSum(
  options: LinearSumOptions,
  kernels: Kernels,
  output: CurrentBuffer,
  hasValues: boolean,
  placeOf: Int32Array | undefined,
): Sum {
  const { layer, inputShape, worth, weights, bias } = options;
  const inputs = sizeOf(inputShape);
  const outputs = output.stride;
  const offsets = kernels.float32(outputs);
  if (layer.bias && bias !== undefined) offsets.set(bias);
  const common = { inputs, outputs, worth, bias: offsets, out: output.values };
  if (weights instanceof Int8Array && !hasValues) {
    const tiles = kernels.int8(codeTilesLength(output.size, inputs));
    tileCodes(weights, tiles, output.size, inputs);
    const places = placeOf && { placeOf };
    return ({ events, ends, segments }) =>
      spikeDenseInt(kernels, { events, ends, segments, ...places, ...common, tiles });
  }
  const tiles = kernels.float32(outputs * inputs);
  tileWeights(weights, tiles, output.size, inputs);
  return (lists) => spikeDense(kernels, { ...lists, ...common, weights: tiles });
}

export function convolutionSum(
  options: LinearSumOptions & { readonly layer: Conv2dLayer },
  kernels: Kernels,
  output: CurrentBuffer,
  placeOf: Int32Array | undefined,
): Sum {
  const { layer, worth, bias } = options;
  const { shape, weights } = withoutDilation(options);
  const lanes = kernels.float32(laneWeightsLength(shape));
  laneWeights(weights, lanes, shape);
  const offsets = kernels.float32(layer.channels);
  if (bias !== undefined) offsets.set(bias);
  const common = {
    shape,
    weights: lanes,
    worth,
    bias: offsets,
    out: output.values,
    outStride: output.stride,
  };
  if (placeOf === undefined) return (lists) => spikeConvolution(kernels, { ...lists, ...common });
  return ({ events, ends, segments }) => {
    const mark = kernels.mark();
    const passed = kernels.int32(segments === 0 ? 0 : ends[segments - 1]);
    const passedEnds = kernels.int32(segments);
    const windows = sizeOf(options.inputShape);
    spreadSpikes(kernels, { events, ends, segments, windowOf: placeOf, windows, passed, passedEnds });
    spikeConvolution(kernels, { events: passed, ends: passedEnds, segments, ...common });
    kernels.release(mark);
  };
}

/** Sums of codes in int16 lanes, and what they took. */
export interface IntSum {
  readonly run: Sum;
  /** Spikes and crossed synapses of every segment of the last run. Shape [segments, 2]. */
  readonly work: Int32Array;
}

/** @returns undefined where weights are no codes, spikes have a worth of their own, or sums do not fit int16 */
export function intConvolutionSum(
  options: LinearSumOptions & { readonly layer: Conv2dLayer },
  kernels: Kernels,
  output: CurrentBuffer,
  input: SpikeBuffer,
  segments: number,
): IntSum | undefined {
  const { layer, worth, bias, fanOut } = options;
  const { shape, weights } = withoutDilation(options);
  if (!(weights instanceof Int8Array) || input.values !== undefined) return undefined;
  const places = input.placeOf ?? Int32Array.from({ length: sizeOf(options.inputShape) }, (_, i) => i);
  const convolution = { shape, codes: weights, places, multiplicity: input.multiplicity };
  const plan = planIntConvolution(kernels, convolution, fanOut);
  if (plan === undefined) return undefined;
  const offsets = kernels.float32(layer.channels);
  if (bias !== undefined) offsets.set(bias);
  const work = kernels.int32(2 * segments);
  const common = { plan, worth, bias: offsets, out: output.values, outStride: output.stride, work };
  return {
    work,
    run: ({ events, ends, segments }) => spikeConvolutionInt(kernels, { events, ends, segments, ...common }),
  };
}

/** The same convolution with zeros between the taps. */
function withoutDilation({
  layer,
  inputShape,
  outputShape,
  weights,
}: LinearSumOptions & { layer: Conv2dLayer }): {
  readonly shape: SpikeConvolutionShape;
  readonly weights: TensorData;
} {
  const { kernel, stride, padding, groups, dilation = [1, 1] } = layer;
  const spread = [(kernel[0] - 1) * dilation[0] + 1, (kernel[1] - 1) * dilation[1] + 1] as const;
  const shape: SpikeConvolutionShape = {
    input: asImageShape(inputShape),
    output: asImageShape(outputShape),
    kernel: spread,
    stride,
    padding,
    groups,
  };
  if (dilation[0] === 1 && dilation[1] === 1) return { shape, weights };
  const planes = weights.length / (kernel[0] * kernel[1]);
  const length = planes * spread[0] * spread[1];
  const wide = weights instanceof Int8Array ? new Int8Array(length) : new Float32Array(length);
  let from = 0;
  for (let plane = 0; plane < planes; plane++) {
    for (let ky = 0; ky < kernel[0]; ky++) {
      for (let kx = 0; kx < kernel[1]; kx++) {
        wide[(plane * spread[0] + ky * dilation[0]) * spread[1] + kx * dilation[1]] = weights[from++];
      }
    }
  }
  return { shape, weights: wide };
}
