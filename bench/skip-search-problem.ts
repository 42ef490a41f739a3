// What a matrix of skips is worth, measured: a small network of one block on a data set, its candidates trained
// from shared weights or from nothing. Every figure is kept until the code it rests on changes, so that searches
// look candidates up, each of which is trained once.

import { fit } from "../src/ann/fit.ts";
import { GradientEngine } from "../src/ann/gradient-engine.ts";
import { LocalGradientSource } from "../src/ann/gradient-source.ts";
import { initialise } from "../src/ann/initialise.ts";
import { annForm } from "../src/ann/trained-form.ts";
import { trainingFields } from "../src/ann/training-fields.ts";
import type { Dataset, ImageSet } from "../src/data/dataset.ts";
import { splitOf, subset } from "../src/data/image-set.ts";
import { profiles } from "../src/energy/profiles.ts";
import type { Kernels } from "../src/kernels/kernels.ts";
import { loadKernels } from "../src/kernels/load.ts";
import type { Model } from "../src/model/model.ts";
import { loadDataset } from "../src/node/dataset-files.ts";
import { resolve } from "../src/space/resolve.ts";
import { surrogateFields } from "../src/surrogate/surrogate-fields.ts";
import type { SharedWeights } from "../src/topology/inherit-weights.ts";
import { measureSkips, type SkipFigures } from "../src/topology/measure-skips.ts";
import { type SkipBlock, skipField } from "../src/topology/skip-block.ts";
import { type SkipNetworkSpec, skipNetwork } from "../src/topology/skip-network.ts";
import {
  type SkipModelOptions,
  type SkipTrainingOptions,
  skipModel,
  trainSkips,
} from "../src/topology/train-skips.ts";
import { candidateModel, trainSupernet } from "../src/topology/train-supernet.ts";
import { kept } from "./kept.ts";
import { roomsHash } from "./rooms-hash.ts";

export interface SkipSetting {
  readonly dataset: "mnist" | "fashion-mnist";
  readonly stem: SkipNetworkSpec["stem"];
  readonly block: SkipBlock;
  readonly steps: number;
  readonly trainingImages: number;
  /** Of a network trained from nothing, and of the supernet. */
  readonly epochs: number;
  /** Of a candidate that has inherited. */
  readonly tuningEpochs: number;
  /** Of the supernet's training; `SupernetOptions`. */
  readonly rounds: number;
}

const dense = {
  stem: { kind: "dense", width: 16 },
  block: { kind: "dense", widths: [16, 16, 16, 16] },
  steps: 6,
  trainingImages: 5000,
  epochs: 4,
  tuningEpochs: 2,
  rounds: 20,
} as const;
const conv = {
  ...dense,
  stem: { kind: "conv", width: 6, stride: 2 },
  block: { kind: "conv", widths: [6, 6, 6, 6], stride: 2 },
} as const;

export const skipSettings = {
  "fashion-mnist, dense": { ...dense, dataset: "fashion-mnist" },
  "mnist, dense": { ...dense, dataset: "mnist" },
  "fashion-mnist, conv": { ...conv, dataset: "fashion-mnist" },
} as const satisfies Readonly<Record<string, SkipSetting>>;

const judgingImages = 300;
const scoringImages = 5000;
const profileName = "horowitz-45nm-compute";
/** Rooms that the figures rest on. */
const rooms = ["base", "kernels", "model", "neuron", "ann", "simulate", "surrogate", "energy", "topology"];
const isCancelled = (): boolean => false;

export class SkipProblem {
  readonly name: string;
  readonly setting: SkipSetting;
  readonly noSkips: string;
  readonly #dataset: Dataset;
  readonly #kernels: Kernels;
  readonly #revision: string;
  #shared: SharedWeights | undefined;

  private constructor(
    name: keyof typeof skipSettings,
    { dataset, kernels, revision }: { dataset: Dataset; kernels: Kernels; revision: string },
  ) {
    this.name = name;
    this.setting = skipSettings[name];
    this.noSkips = skipField(this.setting.block).default;
    this.#dataset = dataset;
    this.#kernels = kernels;
    this.#revision = revision;
  }

  /** @throws {ResourceError} when the data set is not on this machine */
  static async open(name: keyof typeof skipSettings): Promise<SkipProblem> {
    const dataset = await loadDataset(skipSettings[name].dataset);
    // The same bits on every machine.
    const kernels = await loadKernels({ memoryBytes: 2 ** 28, build: "simd" });
    return new SkipProblem(name, { dataset, kernels, revision: await roomsHash(rooms) });
  }

  /** A candidate that inherited and was tuned, on validation images that judged no epoch. */
  candidate(matrix: string): Promise<SkipFigures> {
    return this.#kept(["candidate", matrix], () => {
      this.#shared ??= trainSupernet(this.#kernels, {
        ...this.#training(0, this.setting.epochs),
        begin: this.#begin(0),
        rounds: this.setting.rounds,
        imagesOfRound: Math.floor(this.setting.trainingImages / 5),
      });
      const begun = candidateModel(this.#begin(0), this.#shared, [matrix]);
      const trained = trainSkips(this.#kernels, begun, this.#training(0, this.setting.tuningEpochs));
      return this.#measure(trained, this.#scoring());
    });
  }

  /** A network trained from nothing, on those images and on the test split; and as it began. */
  fromNothing(
    matrix: string,
    seed: number,
  ): Promise<{ readonly begun: SkipFigures; readonly validation: SkipFigures; readonly test: SkipFigures }> {
    return this.#kept(["from nothing", matrix, seed], () => {
      const begun = skipModel({ ...this.#begin(seed), matrices: [matrix] });
      const trained = trainSkips(this.#kernels, begun, this.#training(seed, this.setting.epochs));
      return {
        begun: this.#measure(begun, this.#scoring()),
        validation: this.#measure(trained, this.#scoring()),
        test: this.#measure(trained, this.#dataset.test),
      };
    });
  }

  /** Accuracy of the ANN of the topology without skips. */
  ann(seed: number): Promise<{ readonly validation: number; readonly test: number }> {
    return this.#kept(["ann", seed], () => {
      const model = this.#trainAnn(seed);
      const accuracy = (images: ImageSet): number =>
        annForm(model).countCorrect(this.#kernels, model, images, isCancelled) / images.count;
      return { validation: accuracy(this.#scoring()), test: accuracy(this.#dataset.test) };
    });
  }

  #kept<R>(what: readonly unknown[], measure: () => R): Promise<R> {
    const told = [what, this.setting, judgingImages, scoringImages, this.#dataset.sha256];
    const measured = async (): Promise<R> => {
      const mark = this.#kernels.mark();
      try {
        return measure();
      } finally {
        this.#kernels.release(mark);
      }
    };
    return kept("skips", told, measured, this.#revision);
  }

  #spec(): SkipNetworkSpec {
    return {
      name: this.name.replace(", ", "-"),
      imageShape: this.#dataset.train.imageShape,
      classes: this.#dataset.classes.length,
      stem: this.setting.stem,
      blocks: [this.setting.block],
      neuron: { model: "lif", reset: "subtract" },
      isOutputSpiking: false,
    };
  }

  #begin(seed: number): Omit<SkipModelOptions, "matrices"> {
    return {
      spec: this.#spec(),
      inference: { steps: this.setting.steps, coding: "constant", readout: "average", dtMs: 1 },
      neurons: { threshold: 1, leak: 0.8 },
      classes: this.#dataset.classes,
      seed,
    };
  }

  #training(seed: number, epochs: number): SkipTrainingOptions {
    const validation = subset(splitOf(this.#dataset, "validation"), 0, judgingImages);
    return {
      settings: resolve("training", trainingFields, { epochs, batch: 64, shards: 1 }),
      surrogate: resolve("surrogate", surrogateFields, { surrogate: "atan", loss: "meanPotential" }),
      train: subset(splitOf(this.#dataset, "train"), 0, this.setting.trainingImages),
      validation,
      seed,
      isCancelled,
    };
  }

  #scoring(): ImageSet {
    return subset(splitOf(this.#dataset, "validation"), judgingImages, scoringImages);
  }

  #measure(model: Model, images: ImageSet): SkipFigures {
    return measureSkips(this.#kernels, model, { images, profile: profiles[profileName], isCancelled });
  }

  #trainAnn(seed: number): Model {
    const network = skipNetwork(this.#spec(), [this.noSkips], "ann");
    const model: Model = {
      kind: "ann",
      network,
      weightFormat: { kind: "float32" },
      tensors: initialise(network, seed),
      preprocessing: { scale: 1 / 255, offset: 0 },
      inference: null,
      classes: this.#dataset.classes,
      provenance: { data: "", seed, commit: "", kernels: "", parent: "", history: [] },
    };
    const options = this.#training(seed, this.setting.epochs);
    const { settings, train } = options;
    const { preprocessing } = model;
    const { batch: maximumShard, labelSmoothing, shards, shiftPixels } = settings;
    const engine = new GradientEngine(this.#kernels, {
      network,
      preprocessing,
      maximumShard,
      labelSmoothing,
    });
    const staged = { images: train, seed, shards, shiftPixels };
    const gradients = new LocalGradientSource(engine, staged, isCancelled);
    return fit(this.#kernels, { ...options, model, gradients }).model;
  }
}
