// Decisions of an ANN on many images, and what it did to reach them.

import { type IsCancelled, throwIfCancelled } from "../base/cancel.ts";
import { countNonZero } from "../kernels/elementwise.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Network } from "../model/network.ts";
import type { Forward } from "./forward.ts";
import { planNetwork } from "./plan.ts";

/** Class of a decision that could not be made: every score is NaN. Never equal to a label. */
export const undecided = 255;

/** Index of the largest score, the lowest of equals; NaN never wins. */
export function decide(scores: Float32Array, start: number, classes: number): number {
  let best = undecided;
  let bestScore = Number.NaN;
  for (let j = 0; j < classes; j++) {
    const score = scores[start + j];
    if (Number.isNaN(score) || score <= bestScore) continue;
    best = j;
    bestScore = score;
  }
  return best;
}

export interface ImagesToClassify {
  /** [at least count, …image] */
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
  readonly count: number;
  readonly isCancelled: IsCancelled;
}

export interface Classified {
  readonly correct: number;
  /** Shape [count]. */
  readonly predictions: Uint8Array;
}

/** @throws {CancelledError} between batches */
export function classify(forward: Forward, images: ImagesToClassify): Classified {
  const predictions = new Uint8Array(images.count);
  let correct = 0;
  eachBatch(forward, images, (first, count) => {
    const scores = forward.run(images.pixels, first, count);
    for (let n = 0; n < count; n++) {
      predictions[first + n] = decide(scores, n * forward.classes, forward.classes);
      if (predictions[first + n] === images.labels[first + n]) correct++;
    }
  });
  return { correct, predictions };
}

/** What an ANN did on a set of images: the energy room turns it into counts. */
export interface AnnRun extends Classified {
  readonly images: number;
  /** Dense and conv2d layers, in order. Totals over all images. */
  readonly layers: readonly {
    readonly layer: string;
    readonly denseProducts: number;
    /** Products whose input is not 0; padding never counts. */
    readonly nonZeroProducts: number;
    /** Values the layer gives out. */
    readonly outputs: number;
  }[];
  /** Products with a non-zero input of each image. Shape [images]. */
  readonly operationsPerImage: Float64Array;
}

/** Classify and count products. */
export function measureAnn(
  kernels: Kernels,
  network: Network,
  forward: Forward,
  images: ImagesToClassify,
): AnnRun {
  const planned = planNetwork(network).filter(
    ({ layer }) => layer.kind === "dense" || layer.kind === "conv2d",
  );
  const fanOuts = new Map(planned.map((plan) => [plan.layer.id, fanOutOf(plan)]));
  const totals = new Map(planned.map(({ layer }) => [layer.id, { dense: 0, nonZero: 0, outputs: 0 }]));
  const operationsPerImage = new Float64Array(images.count);
  const predictions = new Uint8Array(images.count);
  let correct = 0;
  eachBatch(forward, images, (first, count) => {
    const scores = forward.run(images.pixels, first, count, (id, values) => {
      for (const { layer, inputs, inputSize, outputSize } of planned) {
        if (inputs[0] !== id) continue;
        const { fanOut, total: dense } = fanOuts.get(layer.id) as FanOut;
        const total = totals.get(layer.id) as { dense: number; nonZero: number; outputs: number };
        total.dense += dense * count;
        total.outputs += outputSize * count;
        const perImage = productsPerImage(kernels, values, count, inputSize, fanOut);
        for (let n = 0; n < count; n++) {
          operationsPerImage[first + n] += perImage[n];
          total.nonZero += perImage[n];
        }
      }
    });
    for (let n = 0; n < count; n++) {
      predictions[first + n] = decide(scores, n * forward.classes, forward.classes);
      if (predictions[first + n] === images.labels[first + n]) correct++;
    }
  });
  const layers = [...totals].map(([layer, { dense, nonZero, outputs }]) => ({
    layer,
    denseProducts: dense,
    nonZeroProducts: nonZero,
    outputs,
  }));
  return { images: images.count, correct, predictions, layers, operationsPerImage };
}

/** Products each input value takes part in: one number for dense layers, one per position for convolutions. */
interface FanOut {
  readonly fanOut: number | Float64Array;
  /** Products of one image, zeros included, padding not. */
  readonly total: number;
}

function fanOutOf({
  layer,
  inputShape,
  outputShape,
  inputSize,
  outputSize,
}: ReturnType<typeof planNetwork>[number]): FanOut {
  if (layer.kind !== "conv2d") return { fanOut: outputSize, total: inputSize * outputSize };
  const [, height, width] = inputShape;
  const fanOut = new Float64Array(inputSize);
  const along = (size: number, axis: 0 | 1): readonly number[] =>
    Array.from({ length: size }, (_, i) => {
      let windows = 0;
      for (let o = 0; o < outputShape[axis + 1]; o++) {
        const tap = i + layer.padding[axis] - o * layer.stride[axis];
        if (tap >= 0 && tap < layer.kernel[axis]) windows++;
      }
      return windows;
    });
  const [rows, columns] = [along(height, 0), along(width, 1)];
  let total = 0;
  for (let i = 0; i < inputSize; i++) {
    const [row, column] = [Math.floor(i / width) % height, i % width];
    fanOut[i] = (rows[row] * columns[column] * layer.channels) / layer.groups;
    total += fanOut[i];
  }
  return { fanOut, total };
}

function productsPerImage(
  kernels: Kernels,
  values: Float32Array,
  count: number,
  size: number,
  fanOut: number | Float64Array,
): Float64Array {
  const products = new Float64Array(count);
  if (typeof fanOut === "number") {
    const mark = kernels.mark();
    const counts = kernels.int32(count);
    countNonZero(kernels, { x: values, counts, rows: count, columns: size });
    for (let n = 0; n < count; n++) products[n] = counts[n] * fanOut;
    kernels.release(mark);
    return products;
  }
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < size; i++) if (values[n * size + i] !== 0) products[n] += fanOut[i];
  }
  return products;
}

function eachBatch(
  forward: Forward,
  { count, isCancelled }: ImagesToClassify,
  run: (first: number, count: number) => void,
): void {
  for (let first = 0; first < count; first += forward.maximumBatch) {
    throwIfCancelled(isCancelled);
    run(first, Math.min(forward.maximumBatch, count - first));
  }
}
