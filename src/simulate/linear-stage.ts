// Dense and conv2d layers: spikes, or held values once an image, become currents.

import type { Kernels } from "../kernels/kernels.ts";
import {
  laneWeights,
  laneWeightsLength,
  type SpikeConvolutionShape,
  spikeConvolution,
} from "../kernels/spike-convolution.ts";
import { paddedOutputs, spikeDense, tileWeights } from "../kernels/spike-dense.ts";
import type { SpikeSegments } from "../kernels/spike-segments.ts";
import type { TensorData } from "../model/model.ts";
import type { Conv2dLayer, DenseLayer, Shape } from "../model/network.ts";
import { asImageShape, sizeOf } from "../model/shapes.ts";
import type { CurrentBuffer, HeldBuffer, SpikeBuffer } from "./flow-buffer.ts";
import type { LayerTally } from "./layer-tally.ts";
import type { Piece, RunMemory, Stage } from "./stage.ts";

export interface LinearStageOptions {
  readonly layer: DenseLayer | Conv2dLayer;
  readonly steps: number;
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  /** What a spike of the input is worth. */
  readonly worth: number;
  readonly weights: TensorData;
  readonly bias: TensorData | undefined;
  /** From `fanOutOf`. */
  readonly fanOut: Int32Array;
  readonly tally: LayerTally;
}

export function linearStage(
  options: LinearStageOptions,
  { kernels, batch }: RunMemory,
  input: SpikeBuffer | HeldBuffer,
): Stage {
  const { steps, outputShape, tally, fanOut } = options;
  const size = sizeOf(outputShape);
  const stride = paddedOutputs(size);
  const isHeld = input.kind === "held";
  const values = kernels.float32(batch * (isHeld ? 1 : steps) * stride);
  const output: CurrentBuffer = { kind: "current", size, isHeld, stride, values };
  const sum =
    options.layer.kind === "dense"
      ? denseSum(options, kernels, output, input.kind === "spikes" && input.values !== undefined)
      : convolutionSum(options, kernels, output);
  const products = fanOut.reduce((total, count) => total + count, 0);
  if (input.kind === "spikes") {
    return {
      output,
      run(piece) {
        const { events, ends, values: worths } = input;
        sum({ events, ends, ...(worths && { values: worths }), segments: piece.images * steps });
        countSpikes(options, input, piece);
        if (piece.isStart) tally.denseProducts += products * piece.images;
      },
    };
  }
  const held = takeHeldEvents(kernels, batch, input.size);
  return {
    output,
    run(piece) {
      if (!piece.isStart) return;
      listNonZero(input, held, piece.images);
      sum({ ...held, segments: piece.images });
      countProducts(options, held, piece);
      tally.denseProducts += products * piece.images;
    },
  };
}

type Sum = (segments: SpikeSegments) => void;

function denseSum(
  { layer, inputShape, worth, weights, bias, ...rest }: LinearStageOptions,
  kernels: Kernels,
  output: CurrentBuffer,
  hasOwnWorth: boolean,
): Sum {
  const inputs = sizeOf(inputShape);
  const outputs = output.stride;
  const isCodes = weights instanceof Int8Array && rest.tally.inputKind === "events" && !hasOwnWorth;
  const tiles = isCodes ? kernels.int8(outputs * inputs) : kernels.float32(outputs * inputs);
  tileWeights(weights, tiles, output.size, inputs);
  const offsets = kernels.float32(outputs);
  if (layer.bias && bias !== undefined) offsets.set(bias);
  return (segments) =>
    spikeDense(kernels, {
      ...segments,
      weights: tiles,
      inputs,
      outputs,
      worth,
      bias: offsets,
      out: output.values,
    });
}

function convolutionSum(
  { layer, inputShape, outputShape, worth, weights, bias }: LinearStageOptions,
  kernels: Kernels,
  output: CurrentBuffer,
): Sum {
  if (layer.kind !== "conv2d") throw new TypeError("not a convolution");
  const { kernel, stride, padding, groups } = layer;
  const shape: SpikeConvolutionShape = {
    input: asImageShape(inputShape),
    output: asImageShape(outputShape),
    kernel,
    stride,
    padding,
    groups,
  };
  const lanes = kernels.float32(laneWeightsLength(shape));
  laneWeights(weights, lanes, shape);
  const offsets = kernels.float32(layer.channels);
  if (bias !== undefined) offsets.set(bias);
  return (segments) =>
    spikeConvolution(kernels, {
      ...segments,
      shape,
      weights: lanes,
      worth,
      bias: offsets,
      out: output.values,
      outStride: output.stride,
    });
}

interface HeldEvents {
  readonly events: Int32Array;
  readonly values: Float32Array;
  readonly ends: Int32Array;
}

function takeHeldEvents(kernels: Kernels, batch: number, size: number): HeldEvents {
  return {
    events: kernels.int32(batch * size),
    values: kernels.float32(batch * size),
    ends: kernels.int32(batch),
  };
}

function listNonZero(
  { values: all, size }: HeldBuffer,
  { events, values, ends }: HeldEvents,
  images: number,
): void {
  let end = 0;
  for (let b = 0; b < images; b++) {
    for (let i = 0; i < size; i++) {
      const x = all[b * size + i];
      if (x === 0) continue;
      events[end] = i;
      values[end++] = x;
    }
    ends[b] = end;
  }
}

function countSpikes(
  { layer, steps, fanOut, tally }: LinearStageOptions,
  { events, ends }: SpikeBuffer,
  piece: Piece,
): void {
  let at = 0;
  for (let b = 0; b < piece.images; b++) {
    const end = ends[(b + 1) * steps - 1];
    tally.inputEvents += end - at;
    const additions = layer.kind === "dense" ? (end - at) * layer.units : fanOutSum(fanOut, events, at, end);
    tally.synapticAdditions += additions;
    piece.operations[b] += additions;
    at = end;
  }
}

function countProducts(
  { fanOut, tally }: LinearStageOptions,
  { events, ends }: HeldEvents,
  piece: Piece,
): void {
  let at = 0;
  for (let b = 0; b < piece.images; b++) {
    const products = fanOutSum(fanOut, events, at, ends[b]);
    tally.analogProducts += products;
    piece.operations[b] += products;
    at = ends[b];
  }
}

function fanOutSum(fanOut: Int32Array, events: Int32Array, start: number, end: number): number {
  let total = 0;
  for (let k = start; k < end; k++) total += fanOut[events[k]];
  return total;
}
