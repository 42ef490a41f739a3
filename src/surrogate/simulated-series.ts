// What a network's output gives at every step of a simulation: spikes, potentials, or the sums that a dense or
// convolution output has accumulated, in the order of training.

import type { IsCancelled } from "../base/cancel.ts";
import type { InputSpikes } from "../coding/input-spikes.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Model } from "../model/model.ts";
import { inferShapes, sizeOf } from "../model/shapes.ts";
import { createSimulator } from "../simulate/simulator.ts";
import { rSquared } from "./series-losses.ts";

export interface SimulatedSeriesSet {
  readonly pixels?: Uint8Array;
  /** For coding `events`. */
  readonly spikes?: InputSpikes | undefined;
  readonly count: number;
  readonly seed: number;
  readonly trial?: number;
  readonly isCancelled?: IsCancelled;
}

/**
 * R² of every output in a simulation.
 *
 * @param targets - shape [images, steps, outputs]
 */
export function seriesFit(
  kernels: Kernels,
  model: Model,
  set: SimulatedSeriesSet,
  targets: Float32Array,
): Float64Array {
  const series = simulatedSeries(kernels, model, set);
  const steps = model.inference?.steps ?? 0;
  const outputs = targets.length / (set.count * steps);
  const byStep = new Float32Array(targets.length);
  for (let row = 0; row < set.count * steps; row++) {
    const to = ((row % steps) * set.count + Math.floor(row / steps)) * outputs;
    byStep.set(targets.subarray(row * outputs, (row + 1) * outputs), to);
  }
  return rSquared(series, byStep, outputs);
}

/** @returns shape [steps, images, outputs] */
export function simulatedSeries(kernels: Kernels, model: Model, set: SimulatedSeriesSet): Float32Array {
  const { pixels = new Uint8Array(0), spikes, count, seed, trial = -1, isCancelled = () => false } = set;
  const steps = model.inference?.steps ?? 0;
  const { output } = model.network;
  const size = sizeOf(inferShapes(model.network).get(output) ?? []);
  const series = new Float32Array(steps * count * size);
  createSimulator(kernels, model).run({
    pixels,
    labels: new Uint8Array(count),
    ...(spikes && { spikes }),
    firstImage: 0,
    count,
    seed,
    trial,
    isCancelled,
    trace: ({ firstImage, images, flows }) => {
      const flow = flows.get(output);
      for (let b = 0, at = 0; b < images; b++) {
        for (let step = 0; step < steps; step++) {
          const to = (step * count + firstImage + b) * size;
          if (flow?.kind === "spikes") {
            for (; at < flow.ends[b * steps + step]; at++) series[to + flow.events[at]] += 1;
          } else if (flow?.kind === "current" || flow?.kind === "potential") {
            const row = flow.kind === "current" && flow.isHeld ? b : b * steps + step;
            for (let j = 0; j < size; j++) {
              const before = flow.kind === "current" && step > 0 ? series[to - count * size + j] : 0;
              series[to + j] = before + flow.values[row * flow.stride + j];
            }
          }
        }
      }
    },
  });
  return series;
}
