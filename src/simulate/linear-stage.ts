// Dense and convolution layers: spikes, or held values once an image, become currents.

import type { Kernels } from "../kernels/kernels.ts";
import { listNonZero } from "../kernels/list-non-zero.ts";
import { paddedOutputs } from "../kernels/spike-dense.ts";
import type { Conv2dLayer } from "../model/network.ts";
import { sizeOf } from "../model/shapes.ts";
import { type CurrentBuffer, type HeldBuffer, type SpikeBuffer, takeCurrent } from "./flow-buffer.ts";
import type { LayerTally } from "./layer-tally.ts";
import {
  convolutionSum,
  denseSum,
  type IntSum,
  intConvolutionSum,
  type LinearSumOptions,
  type Sum,
} from "./linear-sums.ts";
import type { Piece, RunMemory, Stage } from "./stage.ts";

export interface LinearStageOptions extends LinearSumOptions {
  /** Steps of a call. */
  readonly steps: number;
  readonly tally: LayerTally;
}

export function linearStage(
  options: LinearStageOptions,
  memory: RunMemory,
  input: SpikeBuffer | HeldBuffer,
): Stage {
  const { steps, outputShape, tally, fanOut } = options;
  const { kernels, batch } = memory;
  const size = sizeOf(outputShape);
  const rows = input.kind === "held" ? 1 : steps;
  const output = takeCurrent(kernels, batch * rows, size, paddedOutputs(size), input.kind === "held");
  const products = fanOut.reduce((total, count) => total + count, 0);
  const present =
    input.kind === "held"
      ? heldRun(options, memory, input, output)
      : spikesRun(options, memory, input, output);
  return {
    output,
    run(piece) {
      present(piece);
      if (piece.isStart) tally.denseProducts += products * piece.images;
    },
  };
}

function spikesRun(
  options: LinearStageOptions,
  { kernels, batch }: RunMemory,
  input: SpikeBuffer,
  output: CurrentBuffer,
): (piece: Piece) => void {
  const { steps } = options;
  const { events, ends, values, placeOf } = input;
  const lists = { events, ends, ...(values && { values }) };
  const ints = isConvolution(options)
    ? intConvolutionSum(options, kernels, output, input, batch * steps)
    : undefined;
  if (ints !== undefined) {
    return (piece) => {
      ints.run({ ...lists, segments: piece.images * steps });
      countWork(options, ints, piece);
    };
  }
  const sum = sumOf(options, kernels, output, values !== undefined, placeOf);
  const isOnto = placeOf?.every((place) => place < input.size) ?? true;
  return (piece) => {
    sum({ ...lists, segments: piece.images * steps });
    countSpikes(options, input, isOnto, piece);
  };
}

function sumOf(
  options: LinearStageOptions,
  kernels: Kernels,
  output: CurrentBuffer,
  hasValues: boolean,
  placeOf: Int32Array | undefined,
): Sum {
  return isConvolution(options)
    ? convolutionSum(options, kernels, output, placeOf)
    : denseSum(options, kernels, output, hasValues, placeOf);
}

function isConvolution(
  options: LinearStageOptions,
): options is LinearStageOptions & { readonly layer: Conv2dLayer } {
  return options.layer.kind === "conv2d";
}

/** Held input is presented once an image, as a list of what is not 0. */
function heldRun(
  options: LinearStageOptions,
  { kernels, batch }: RunMemory,
  input: HeldBuffer,
  output: CurrentBuffer,
): (piece: Piece) => void {
  const held: HeldEvents = {
    events: kernels.int32(batch * input.size),
    values: kernels.float32(batch * input.size),
    ends: kernels.int32(batch),
  };
  const sum = sumOf(options, kernels, output, true, undefined);
  return (piece) => {
    if (!piece.isStart) return;
    const { events, values: listed, ends } = held;
    listNonZero(kernels, {
      values: input.values,
      size: input.size,
      rows: piece.images,
      events,
      listed,
      ends,
    });
    sum({ ...held, segments: piece.images });
    countProducts(options, held, piece);
  };
}

interface HeldEvents {
  readonly events: Int32Array;
  readonly values: Float32Array;
  readonly ends: Int32Array;
}

function countWork({ steps, tally }: LinearStageOptions, { work }: IntSum, piece: Piece): void {
  for (let b = 0, at = 0; b < piece.images; b++) {
    for (let step = 0; step < steps; step++, at += 2)
      countStep(tally, piece, b, step, work[at], work[at + 1]);
  }
}

/** @param isOnto - whether every event goes to some place */
function countSpikes(
  { layer, steps, fanOut, tally }: LinearStageOptions,
  { size, events, ends, placeOf }: SpikeBuffer,
  isOnto: boolean,
  piece: Piece,
): void {
  let at = 0;
  for (let b = 0; b < piece.images; b++) {
    for (let step = 0; step < steps; step++) {
      const end = ends[b * steps + step];
      let spikes = end - at;
      if (placeOf && !isOnto) {
        spikes = 0;
        for (let k = at; k < end; k++) spikes += Number(placeOf[events[k]] < size);
      }
      let additions = 0;
      if (layer.kind === "dense") additions = spikes * layer.units;
      else for (let k = at; k < end; k++) additions += fanOut[placeOf ? placeOf[events[k]] : events[k]] ?? 0;
      countStep(tally, piece, b, step, spikes, additions);
      at = end;
    }
  }
}

function countStep(
  tally: LayerTally,
  { operations, operationsPerStep, step: first }: Piece,
  image: number,
  step: number,
  spikes: number,
  additions: number,
): void {
  tally.inputEvents += spikes;
  tally.synapticAdditions += additions;
  operations[image] += additions;
  operationsPerStep[first + step] += additions;
}

function countProducts(
  { fanOut, tally }: LinearStageOptions,
  { events, ends }: HeldEvents,
  piece: Piece,
): void {
  let at = 0;
  for (let b = 0; b < piece.images; b++) {
    let products = 0;
    for (; at < ends[b]; at++) products += fanOut[events[at]];
    tally.analogProducts += products;
    piece.operations[b] += products;
    piece.operationsPerStep[0] += products;
  }
}
