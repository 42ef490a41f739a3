// What the neurons of an SNN, and the relus they stand for, give on average over some images.

import { Forward } from "../ann/forward.ts";
import { type IsCancelled, throwIfCancelled } from "../base/cancel.ts";
import type { ImageSet } from "../data/dataset.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Model } from "../model/model.ts";
import type { ObserveNeurons } from "../simulate/simulation-request.ts";
import { createSimulator } from "../simulate/simulator.ts";

/** Training images only: calibrating on validation or test images would leak them. */
export interface CalibrationImages {
  readonly kernels: Kernels;
  readonly images: ImageSet;
  /** First so many of them. */
  readonly count: number;
  /** Names the draws of random spike codes. */
  readonly seed: number;
  readonly isCancelled: IsCancelled;
}

/** Images an ANN is run on at once; changes speed only. */
const batch = 50;

/** Called with the values of a layer for some images, shape [count, size]; valid during the call only. */
export type ObserveValues = (layer: string, values: Float32Array, first: number, count: number) => void;

/** Run an ANN over the images. @throws {CancelledError} between batches */
export function watchAnn(
  ann: Model,
  { kernels, images, count, isCancelled }: CalibrationImages,
  observe: ObserveValues,
): void {
  const mark = kernels.mark();
  try {
    const forward = new Forward(kernels, ann, { maximumBatch: batch });
    for (let first = 0; first < count; first += batch) {
      throwIfCancelled(isCancelled, "calibration");
      const some = Math.min(batch, count - first);
      forward.run(images.pixels, first, some, (id, values) => observe(id, values, first, some));
    }
  } finally {
    kernels.release(mark);
  }
}

/** Run an SNN over the images. @throws {CancelledError} */
export function watchSnn(
  snn: Model,
  { kernels, images, count, seed, isCancelled }: CalibrationImages,
  observe: ObserveNeurons,
): readonly number[] {
  const { pixels, labels } = images;
  const set = { pixels, labels, firstImage: 0, count, seed, trial: -1 };
  const request = { ...set, isCancelled, boundsPotentials: false, observe };
  return createSimulator(kernels, snn).run(request).correctPerStep;
}

/** Mean of every neuron's activation, by relu. Shape [neurons]. */
export function meanActivations(ann: Model, images: CalibrationImages): ReadonlyMap<string, Float64Array> {
  const relus = new Set(ann.network.layers.filter(({ kind }) => kind === "relu").map(({ id }) => id));
  const sums = new Map<string, Float64Array>();
  watchAnn(ann, images, (id, values, _first, count) => {
    if (!relus.has(id)) return;
    const neurons = values.length / count;
    const sum = sums.get(id) ?? new Float64Array(neurons);
    sums.set(id, sum);
    for (let i = 0; i < values.length; i++) sum[i % neurons] += values[i] / images.count;
  });
  return sums;
}

/** Mean spikes of every neuron of one layer. Shape [neurons]. */
export function meanSpikes(snn: Model, layer: string, images: CalibrationImages): Float64Array {
  let sum = new Float64Array(0);
  watchSnn(snn, images, ({ layer: id, neurons, counts }) => {
    if (id !== layer) return;
    if (sum.length === 0) sum = new Float64Array(neurons);
    for (let i = 0; i < counts.length; i++) sum[i % neurons] += counts[i] / images.count;
  });
  return sum;
}
