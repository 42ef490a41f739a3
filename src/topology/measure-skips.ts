// What a network with skip connections is worth, by simulating it: the figures a search may ask for.

import type { IsCancelled } from "../base/cancel.ts";
import { foldBatchNorm } from "../convert/fold-batch-norm.ts";
import { countSnn } from "../energy/count-snn.ts";
import { energyOf } from "../energy/energy-of.ts";
import type { EnergyProfile } from "../energy/profile.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Model } from "../model/model.ts";
import type { SimulationResult } from "../simulate/simulation-result.ts";
import { createSimulator } from "../simulate/simulator.ts";
import { countProducts } from "./count-products.ts";
import type { SkipSamples } from "./skip-samples.ts";

export interface SkipFigures {
  readonly images: number;
  readonly correct: number;
  /** Spikes a neuron and step, over all neurons but those of the output. */
  readonly firingRate: number;
  /** Synaptic operations an image: additions of spikes, every one of a sum of spikes, and products of held input. */
  readonly operations: number;
  /** Mean energy of an image; null where the profile has no price for something that was done. */
  readonly energyPj: number | null;
  /** Products of one dense pass (count-products.ts). */
  readonly products: number;
}

export interface SkipMeasuring {
  readonly images: SkipSamples;
  readonly isCancelled: IsCancelled;
}

/** @param trained - batch norm is folded before it runs */
export function measureSkips(
  kernels: Kernels,
  trained: Model,
  { profile, ...measuring }: SkipMeasuring & { readonly profile: EnergyProfile },
): SkipFigures {
  const model = foldBatchNorm(trained);
  const run = simulate(kernels, model, measuring);
  const hidden = run.layers.filter(({ kind, layer }) => kind === "neuron" && layer !== model.network.output);
  const sum = (of: (layer: (typeof hidden)[number]) => number): number =>
    hidden.reduce((total, layer) => total + of(layer), 0);
  return {
    images: run.images,
    correct: correctOf(run),
    firingRate: sum(({ spikes }) => spikes) / sum(({ neuronUpdates }) => neuronUpdates),
    operations: run.operationsPerImage.reduce((total, done) => total + done, 0) / run.images,
    energyPj: energyOf(countSnn(model, run), profile, "mac-once").energyPj,
    products: countProducts(model.network),
  };
}

/** Samples that a network without batch norm decides rightly. */
export function countCorrect(kernels: Kernels, model: Model, measuring: SkipMeasuring): number {
  return correctOf(simulate(kernels, model, measuring));
}

function correctOf({ correctPerStep }: SimulationResult): number {
  return correctPerStep.at(-1) ?? 0;
}

function simulate(kernels: Kernels, model: Model, { images, isCancelled }: SkipMeasuring): SimulationResult {
  const { pixels, labels, count, spikes } = images;
  const mark = kernels.mark();
  try {
    return createSimulator(kernels, model).run({
      pixels,
      labels,
      ...(spikes && { spikes }),
      firstImage: 0,
      count,
      seed: model.provenance.seed,
      trial: -1,
      isCancelled,
      boundsPotentials: false,
    });
  } finally {
    kernels.release(mark);
  }
}
