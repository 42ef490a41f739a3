// A network on a sample of images, a few at a time, so that it can be told how it goes and be stopped. Pieces add
// up to exactly what one run gives (simulate/simulator.ts).

import { countSnn } from "../../energy/count-snn.ts";
import type { OperationCounts } from "../../energy/counts.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import type { Model } from "../../model/model.ts";
import { mergeResults, type SimulationResult } from "../../simulate/simulation-result.ts";
import { createSimulator } from "../../simulate/simulator.ts";

export interface SampleImages {
  /** Pixels and classes of the sample, from the split's first image on. */
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
}

/** What a sample says so far. Plain data. */
export interface SampleFigures {
  readonly images: number;
  readonly correctPerStep: readonly number[];
  /** Class of each image after the last step. */
  readonly predictions: Uint8Array;
  readonly counts: OperationCounts;
  /** Spiking layers in order. */
  readonly layers: readonly {
    readonly layer: string;
    readonly neurons: number;
    readonly spikes: number;
    /** That fired on no image. */
    readonly silent: number;
  }[];
}

export class SampleRun {
  readonly #kernels: Kernels;
  readonly #model: Model;
  readonly #images: SampleImages;
  #result: SimulationResult | null = null;

  constructor(kernels: Kernels, model: Model, images: SampleImages) {
    this.#kernels = kernels;
    this.#model = model;
    this.#images = images;
  }

  /** Images that are run. */
  get done(): number {
    return this.#result?.images ?? 0;
  }

  /** Run the next so many images. @throws {InvalidValueError} when the network cannot be run on them */
  advance(count: number): void {
    const { pixels, labels } = this.#images;
    const result = createSimulator(this.#kernels, this.#model).run({
      pixels,
      labels,
      firstImage: this.done,
      count,
      // As evaluate has them, so that random spike codes are the same.
      seed: 0,
      trial: -1,
      isCancelled: () => false,
      boundsPotentials: false,
    });
    this.#result = this.#result === null ? result : mergeResults(this.#result, result);
  }

  /** Null before the first images. */
  figures(): SampleFigures | null {
    if (this.#result === null) return null;
    const { images, correctPerStep, predictions, layers } = this.#result;
    return {
      images,
      correctPerStep,
      predictions,
      counts: countSnn(this.#model, this.#result),
      layers: layers
        .filter(({ kind }) => kind === "neuron")
        .map(({ layer, neurons, spikes, everFired }) => ({
          layer,
          neurons,
          spikes,
          silent: neurons - everFired.reduce((sum, flag) => sum + flag, 0),
        })),
    };
  }
}
