// What a matrix of skips is worth on a data set: networks of one setting trained from shared weights or from nothing,
// and measured. Of the validation samples the first judge epochs; others, which judge none, score candidates.

import { trainingFields } from "../ann/training-fields.ts";
import type { IsCancelled } from "../base/cancel.ts";
import { foldBatchNorm } from "../convert/fold-batch-norm.ts";
import type { SplitName } from "../data/dataset.ts";
import { splitOf } from "../data/image-set.ts";
import { profiles } from "../energy/profiles.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Model } from "../model/model.ts";
import { resolve } from "../space/resolve.ts";
import { surrogateFields } from "../surrogate/surrogate-fields.ts";
import type { SharedWeights } from "./inherit-weights.ts";
import { measureSkips, type SkipFigures } from "./measure-skips.ts";
import { skipField } from "./skip-block.ts";
import type { SkipNetworkSpec } from "./skip-network.ts";
import { type SkipSamples, subsetSamples } from "./skip-samples.ts";
import type { SkipData, SkipSetting } from "./skip-setting.ts";
import { type SkipFaultFigures, type SkipFaultSettings, strikeSkips } from "./strike-skips.ts";
import { annAccuracy } from "./train-skip-ann.ts";
import { type SkipModelOptions, type SkipTrainingOptions, skipModel, trainSkips } from "./train-skips.ts";
import { candidateModel, trainSupernet } from "./train-supernet.ts";

/** The most validation samples that judge epochs; of few, three of ten do. */
const judging = 300;

const profile = profiles["horowitz-45nm-compute"];

export interface SkipTraining {
  /** As it is before training, on the samples that score. */
  readonly begun: SkipFigures;
  /** Trained, on the same. */
  readonly validation: SkipFigures;
  readonly test: SkipFigures;
  /** Batch norm folded. */
  readonly model: Model;
}

export class SkipTrainer {
  readonly #kernels: Kernels;
  readonly #setting: SkipSetting;
  readonly #data: SkipData;
  readonly #isCancelled: IsCancelled;

  constructor(
    kernels: Kernels,
    options: { readonly setting: SkipSetting; readonly data: SkipData; readonly isCancelled: IsCancelled },
  ) {
    this.#kernels = kernels;
    this.#setting = options.setting;
    this.#data = options.data;
    this.#isCancelled = options.isCancelled;
  }

  /** The weights that candidates share. @throws {CancelledError} when cancelled */
  supernet(): SharedWeights {
    const training = this.#training(0, this.#setting.epochs);
    const { rounds } = this.#setting;
    const imagesOfRound = Math.max(1, Math.floor(training.train.count / 5));
    return this.#within(() =>
      trainSupernet(this.#kernels, { ...training, begin: this.#begin(0), rounds, imagesOfRound }),
    );
  }

  /** A candidate that inherits and is tuned, on the samples that score. @throws {CancelledError} when cancelled */
  candidate(matrix: string, shared: SharedWeights): SkipFigures {
    return this.#within(() => {
      const begun = candidateModel(this.#begin(0), shared, [matrix]);
      const { tuningEpochs } = this.#setting;
      return this.#measure(
        trainSkips(this.#kernels, begun, this.#training(0, tuningEpochs)),
        this.#scoring(),
      );
    });
  }

  /** A network trained from nothing. @throws {CancelledError} when cancelled */
  fromNothing(matrix: string, seed: number): SkipTraining {
    return this.#within(() => {
      const begun = skipModel({ ...this.#begin(seed), matrices: [matrix] });
      const model = trainSkips(this.#kernels, begun, this.#training(seed, this.#setting.epochs));
      return {
        begun: this.#measure(begun, this.#scoring()),
        validation: this.#measure(model, this.#scoring()),
        test: this.#measure(model, this.samples("test")),
        model: foldBatchNorm(model),
      };
    });
  }

  /** What faults cost a network, on the first test samples. @throws {CancelledError} when cancelled */
  strike(model: Model, seed: number, images: number, faults: SkipFaultSettings): SkipFaultFigures {
    const test = this.samples("test");
    const samples = subsetSamples(test, 0, Math.min(images, test.count));
    return strikeSkips(this.#kernels, model, { samples, faults, seed, isCancelled: this.#isCancelled });
  }

  /** Accuracy of the ANN of the topology without skips, which is trained on images. */
  ann(seed: number): { readonly validation: number; readonly test: number } {
    const matrix = skipField(this.#setting.block).default;
    return this.#within(() => {
      const network = { spec: this.#spec(), matrices: [matrix], classes: this.#data.dataset.classes };
      const training = this.#training(seed, this.#setting.epochs);
      const judged = { validation: this.#scoring(), test: this.samples("test") };
      return annAccuracy(this.#kernels, network, training, judged);
    });
  }

  samples(split: SplitName): SkipSamples {
    const { dataset, timed } = this.#data;
    return { ...splitOf(dataset, split), ...(timed && { spikes: timed.spikes[split] }) };
  }

  #within<R>(work: () => R): R {
    const mark = this.#kernels.mark();
    try {
      return work();
    } finally {
      this.#kernels.release(mark);
    }
  }

  #spec(): SkipNetworkSpec {
    const { name, stem, block, batchNorm = false } = this.#setting;
    const { train, classes } = this.#data.dataset;
    return {
      name,
      imageShape: train.imageShape,
      classes: classes.length,
      stem,
      blocks: [block],
      batchNorm,
      neuron: { model: "lif", reset: "subtract" },
      isOutputSpiking: false,
    };
  }

  #begin(seed: number): Omit<SkipModelOptions, "matrices"> {
    const { leak, steps } = this.#setting;
    const { dataset, timed } = this.#data;
    return {
      spec: this.#spec(),
      inference:
        timed === undefined
          ? { steps, coding: "constant", readout: "average", dtMs: 1 }
          : { steps: timed.spikes.test.steps, coding: "events", readout: "average", dtMs: timed.dtMs },
      neurons: { threshold: 1, leak },
      classes: dataset.classes,
      seed,
    };
  }

  #training(seed: number, epochs: number): SkipTrainingOptions {
    const { batch, learningRate, trainingImages } = this.#setting;
    const train = this.samples("train");
    return {
      settings: resolve("training", trainingFields, { epochs, batch, learningRate, shards: 1 }),
      surrogate: resolve("surrogate", surrogateFields, { surrogate: "atan", loss: "meanPotential" }),
      train: subsetSamples(train, 0, Math.min(trainingImages, train.count)),
      validation: subsetSamples(this.samples("validation"), 0, this.#judging()),
      seed,
      isCancelled: this.#isCancelled,
    };
  }

  #judging(): number {
    return Math.min(judging, Math.ceil((3 * splitOf(this.#data.dataset, "validation").count) / 10));
  }

  #scoring(): SkipSamples {
    const held = this.samples("validation");
    const first = this.#judging();
    return subsetSamples(held, first, Math.min(this.#setting.scoringImages, held.count - first));
  }

  #measure(model: Model, images: SkipSamples): SkipFigures {
    return measureSkips(this.#kernels, model, { images, profile, isCancelled: this.#isCancelled });
  }
}
