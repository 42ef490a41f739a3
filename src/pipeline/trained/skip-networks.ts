// Networks with skip connections, trained: the ANN of the topology without skips that all are compared with, the
// weights that candidates share, and a candidate from its slice of these, tuned for a few epochs.
//
// All of them see the same training images; the images behind these choose the best epoch, so that no validation
// image does. One thread, portable kernels: the same bits wherever it runs.

import { fit } from "../../ann/fit.ts";
import { GradientEngine } from "../../ann/gradient-engine.ts";
import { LocalGradientSource } from "../../ann/gradient-source.ts";
import { initialise } from "../../ann/initialise.ts";
import { annForm } from "../../ann/trained-form.ts";
import { foldBatchNorm } from "../../convert/fold-batch-norm.ts";
import type { Dataset } from "../../data/dataset.ts";
import { splitOf, subset } from "../../data/image-set.ts";
import { readNetworkFile, writeNetworkFile } from "../../formats/network-file.ts";
import type { Model } from "../../model/model.ts";
import { resolve } from "../../space/resolve.ts";
import { surrogateFields } from "../../surrogate/surrogate-fields.ts";
import { skipField } from "../../topology/skip-block.ts";
import { type SkipNetworkSpec, skipNetwork } from "../../topology/skip-network.ts";
import { matricesOf } from "../../topology/skip-space.ts";
import { type SkipModelOptions, type SkipTrainingOptions, trainSkips } from "../../topology/train-skips.ts";
import { candidateModel, trainSupernet } from "../../topology/train-supernet.ts";
import type { SkipPlan } from "../evaluation-task.ts";
import { quantiseSpiking } from "./quantise-spiking.ts";
import { readSharedWeights, writeSharedWeights } from "./shared-weights-file.ts";
import type { SkipRecipe } from "./skip-recipe.ts";
import type { TrainedNetwork, TrainingPlace } from "./trained-network.ts";

type Place = Omit<TrainingPlace, "fileOf">;

/** @returns the network file of the ANN whose blocks have no skips */
export function trainSkipAnn(place: Place, recipe: SkipRecipe): Uint8Array<ArrayBuffer> {
  const { kernels, dataset, isCancelled } = place;
  const { settings, train, validation, seed } = trainingOf(place, recipe, recipe.training.epochs);
  const spec = specOf(recipe, dataset);
  const network = skipNetwork(
    spec,
    spec.blocks.map((block) => skipField(block).default),
    "ann",
  );
  const model: Model = {
    kind: "ann",
    network,
    weightFormat: { kind: "float32" },
    tensors: initialise(network, seed),
    preprocessing: { scale: 1 / 255, offset: 0 },
    inference: null,
    classes: dataset.classes,
    provenance: { data: dataset.sha256, seed, commit: "", kernels: "simd", parent: "", history: [] },
  };
  const mark = kernels.mark();
  try {
    const { batch: maximumShard, labelSmoothing, shards, shiftPixels } = settings;
    const { preprocessing } = model;
    const engine = new GradientEngine(kernels, { network, preprocessing, maximumShard, labelSmoothing });
    const gradients = new LocalGradientSource(
      engine,
      { images: train, seed, shards, shiftPixels },
      isCancelled,
    );
    const trained = fit(kernels, { model, settings, seed, train, validation, gradients, isCancelled }).model;
    return writeNetworkFile(trained);
  } finally {
    kernels.release(mark);
  }
}

/** @returns the file of the weights that candidates share */
export function trainSharedWeights(place: Place, recipe: SkipRecipe): Uint8Array<ArrayBuffer> {
  const { kernels, dataset } = place;
  const shared = trainSupernet(kernels, {
    ...trainingOf(place, recipe, recipe.training.epochs),
    begin: beginOf(recipe, dataset, recipe.steps),
    rounds: recipe.rounds,
    imagesOfRound: recipe.roundImages,
  });
  return writeSharedWeights(shared);
}

/** @param made - file of the candidate, if it is known: it is not trained again */
export function skipCandidate(
  place: TrainingPlace,
  plan: SkipPlan,
  made: Uint8Array<ArrayBuffer> | undefined,
): TrainedNetwork {
  const { kernels, isCancelled } = place;
  const file = made ?? writeNetworkFile(trainCandidate(place, plan));
  const ann = readNetworkFile(place.fileOf(plan.ann), "the ANN without skips");
  const model = quantiseSpiking(readNetworkFile(file, "the candidate"), plan.bits);
  return {
    model,
    file,
    measure: (images) => ({
      output: model.network.output,
      ann: { correct: annForm(ann).countCorrect(kernels, ann, images, isCancelled) },
    }),
  };
}

/** Batch norm is folded: what runs has none. */
function trainCandidate(place: TrainingPlace, { recipe, supernet, design, epochs }: SkipPlan): Model {
  const { kernels, dataset, fileOf } = place;
  const shared = readSharedWeights(fileOf(supernet), "the shared weights");
  const begin = beginOf(recipe, dataset, Number(design["steps"]));
  const matrices = matricesOf(recipe.network, design);
  const start = candidateModel(begin, shared, matrices);
  const trained = foldBatchNorm(trainSkips(kernels, start, trainingOf(place, recipe, epochs)));
  const line = `skips ${matrices.join(" ")}: slice of the shared weights, trained ${epochs} epochs by surrogate gradients`;
  const provenance = {
    ...trained.provenance,
    data: dataset.sha256,
    kernels: "simd",
    parent: supernet,
    history: [line],
  };
  return { ...trained, provenance };
}

function specOf({ network }: SkipRecipe, dataset: Dataset): SkipNetworkSpec {
  return {
    name: "skips",
    imageShape: dataset.train.imageShape,
    classes: dataset.classes.length,
    ...network,
    isOutputSpiking: false,
  };
}

function beginOf(recipe: SkipRecipe, dataset: Dataset, steps: number): Omit<SkipModelOptions, "matrices"> {
  const { leak, threshold, seed } = recipe;
  return {
    spec: specOf(recipe, dataset),
    inference: { steps, coding: "constant", readout: "average", dtMs: 1 },
    neurons: { threshold, leak },
    classes: dataset.classes,
    seed,
  };
}

function trainingOf(
  { dataset, isCancelled }: Place,
  recipe: SkipRecipe,
  epochs: number,
): SkipTrainingOptions {
  const { training, surrogate, trainingImages, judgingImages, seed } = recipe;
  const all = splitOf(dataset, "train");
  return {
    settings: { ...training, epochs },
    surrogate: resolve("surrogate", surrogateFields, surrogate),
    train: subset(all, 0, trainingImages),
    validation: subset(all, trainingImages, judgingImages),
    seed,
    isCancelled,
  };
}
