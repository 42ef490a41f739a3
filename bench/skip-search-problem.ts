// What a matrix of skips is worth, measured (topology/skip-trainer.ts). Every figure is kept until the code it rests on
// changes, so that searches look candidates up, each of which is trained once.

import type { Dataset } from "../src/data/dataset.ts";
import { loadKernels } from "../src/kernels/load.ts";
import { loadDataset } from "../src/node/dataset-files.ts";
import type { SharedWeights } from "../src/topology/inherit-weights.ts";
import type { SkipFigures } from "../src/topology/measure-skips.ts";
import { skipField } from "../src/topology/skip-block.ts";
import type { SkipSetting } from "../src/topology/skip-setting.ts";
import { SkipTrainer } from "../src/topology/skip-trainer.ts";
import { kept } from "./kept.ts";
import { roomsHash } from "./rooms-hash.ts";

export const skipSetting: SkipSetting = {
  name: "fashion-mnist-dense",
  stem: { kind: "dense", width: 16 },
  block: { kind: "dense", widths: [16, 16, 16, 16] },
  leak: 0.8,
  steps: 6,
  trainingImages: 5000,
  scoringImages: 5000,
  batch: 64,
  learningRate: 2e-3,
  epochs: 4,
  tuningEpochs: 2,
  rounds: 20,
};

/** Rooms that the figures rest on. */
const rooms = ["base", "kernels", "model", "neuron", "ann", "simulate", "surrogate", "energy", "topology"];

export class SkipProblem {
  readonly setting = skipSetting;
  readonly noSkips = skipField(skipSetting.block).default;
  readonly #dataset: Dataset;
  readonly #trainer: SkipTrainer;
  readonly #revision: string;
  #shared: SharedWeights | undefined;

  private constructor(dataset: Dataset, trainer: SkipTrainer, revision: string) {
    this.#dataset = dataset;
    this.#trainer = trainer;
    this.#revision = revision;
  }

  /** @throws {StateError} when the data set is not on this machine */
  static async open(): Promise<SkipProblem> {
    const dataset = await loadDataset("fashion-mnist");
    // The same bits on every machine.
    const kernels = await loadKernels({ memoryBytes: 2 ** 28, build: "simd" });
    const trainer = new SkipTrainer(kernels, {
      setting: skipSetting,
      data: { dataset },
      isCancelled: () => false,
    });
    return new SkipProblem(dataset, trainer, await roomsHash(rooms));
  }

  /** A candidate that inherited and was tuned, on validation images that judged no epoch. */
  candidate(matrix: string): Promise<SkipFigures> {
    return this.#kept(["candidate", matrix], () => {
      this.#shared ??= this.#trainer.supernet();
      return this.#trainer.candidate(matrix, this.#shared);
    });
  }

  /** A network trained from nothing, on those images and on the test split. */
  fromNothing(
    matrix: string,
    seed: number,
  ): Promise<{ readonly validation: SkipFigures; readonly test: SkipFigures }> {
    return this.#kept(["from nothing", matrix, seed], () => {
      const { validation, test } = this.#trainer.fromNothing(matrix, seed);
      return { validation, test };
    });
  }

  /** Accuracy of the ANN of the topology without skips. */
  ann(seed: number): Promise<{ readonly validation: number; readonly test: number }> {
    return this.#kept(["ann", seed], () => this.#trainer.ann(seed));
  }

  #kept<R>(what: readonly unknown[], measure: () => R): Promise<R> {
    const told = [what, skipSetting, this.#dataset.sha256];
    return kept("skips", told, async () => measure(), this.#revision);
  }
}
