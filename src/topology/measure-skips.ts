// What a network with skip connections is worth, by simulating it: the figures a search may ask for.

import type { IsCancelled } from "../base/cancel.ts";
import { foldBatchNorm } from "../convert/fold-batch-norm.ts";
import type { ImageSet } from "../data/dataset.ts";
import { countSnn } from "../energy/count-snn.ts";
import { energyOf } from "../energy/energy-of.ts";
import type { EnergyProfile } from "../energy/profile.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Model } from "../model/model.ts";
import { createSimulator } from "../simulate/simulator.ts";
import { countProducts } from "./count-products.ts";

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

/** @param trained - batch norm is folded before it runs */
export function measureSkips(
  kernels: Kernels,
  trained: Model,
  {
    images,
    profile,
    isCancelled,
  }: { readonly images: ImageSet; readonly profile: EnergyProfile; readonly isCancelled: IsCancelled },
): SkipFigures {
  const model = foldBatchNorm(trained);
  const mark = kernels.mark();
  try {
    const { pixels, labels, count } = images;
    const run = createSimulator(kernels, model).run({
      pixels,
      labels,
      firstImage: 0,
      count,
      seed: model.provenance.seed,
      trial: -1,
      isCancelled,
      boundsPotentials: false,
    });
    const hidden = run.layers.filter(
      ({ kind, layer }) => kind === "neuron" && layer !== model.network.output,
    );
    const sum = (of: (layer: (typeof hidden)[number]) => number): number =>
      hidden.reduce((total, layer) => total + of(layer), 0);
    return {
      images: count,
      correct: run.correctPerStep.at(-1) ?? 0,
      firingRate: sum(({ spikes }) => spikes) / sum(({ neuronUpdates }) => neuronUpdates),
      operations: run.operationsPerImage.reduce((total, done) => total + done, 0) / count,
      energyPj: energyOf(countSnn(model, run), profile, "mac-once").energyPj,
      products: countProducts(model.network),
    };
  } finally {
    kernels.release(mark);
  }
}
