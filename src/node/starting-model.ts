// A trained network made ready to be trained on: checked against the data, folded, its relus exchanged.

import { Forward } from "../ann/forward.ts";
import { withActivation } from "../ann/with-activation.ts";
import type { IsCancelled } from "../base/cancel.ts";
import { InvalidValueError, StateError } from "../base/errors.ts";
import { activationPercentile } from "../convert/activation-statistics.ts";
import { collectStatistics } from "../convert/collect-statistics.ts";
import { foldBatchNorm } from "../convert/fold-batch-norm.ts";
import type { Dataset } from "../data/dataset.ts";
import { splitOf } from "../data/image-set.ts";
import { loadKernels } from "../kernels/load.ts";
import type { Model } from "../model/model.ts";
import type { ReluLayer } from "../model/network.ts";

/** The first training images, on which relus without a bound are measured. */
const measuredImages = 1_000;

/** Where a bound begins that is then trained, of the activations above 0. */
const percentile = 99.9;

export interface StartingModelOptions {
  readonly dataset: Dataset;
  /** Form of all relus; undefined leaves them. Bounds they have are kept, missing ones measured. */
  readonly activation: Pick<ReluLayer, "bounded" | "levels"> | undefined;
  /** Fold batch norm, as training for stored codes needs. */
  readonly isFolded: boolean;
  /** Bound of a relu that is never active. */
  readonly initialBound: number;
  readonly memoryBytes: number;
  readonly isCancelled: IsCancelled;
}

/**
 * @param file - for messages
 * @throws {StateError} for an SNN, {InvalidValueError} for stored codes, other images or classes
 * @throws {CancelledError} while activations are measured
 */
export async function startingModel(
  model: Model,
  file: string,
  options: StartingModelOptions,
): Promise<Model> {
  const { dataset, activation, isFolded } = options;
  checkFits(model, file, dataset);
  const folded = isFolded ? foldBatchNorm(model) : model;
  if (activation === undefined) return folded;
  return withActivation(folded, activation, await measureBounds(folded, options));
}

function checkFits(model: Model, file: string, dataset: Dataset): void {
  if (model.kind !== "ann")
    throw new StateError(`${file} must hold an ANN to be trained on, but it holds an SNN.`);
  if (model.weightFormat.kind !== "float32") {
    const cure = "Start from the network before it was quantised.";
    throw new InvalidValueError(
      `${file} weights`,
      "must be float32 to be trained",
      model.weightFormat.kind,
      cure,
    );
  }
  const [wanted, given] = [dataset.train.imageShape, model.network.inputShape];
  if (String(wanted) !== String(given))
    throw new InvalidValueError(
      `${file} input`,
      `must have the shape of ${dataset.name}, [${wanted}]`,
      given,
    );
  const { length } = model.classes;
  if (length !== dataset.classes.length)
    throw new InvalidValueError(`${file} classes`, `must be as many as ${dataset.name}'s`, length);
}

async function measureBounds(
  model: Model,
  { dataset, initialBound, memoryBytes, isCancelled }: StartingModelOptions,
): Promise<(layerId: string) => number> {
  const kernels = await loadKernels({ build: "simd", memoryBytes });
  const { pixels, count } = splitOf(dataset, "train");
  const { layers } = collectStatistics({
    forward: new Forward(kernels, model, { maximumBatch: 100, activationOf: () => ({ kind: "relu" }) }),
    network: model.network,
    pixels,
    first: 0,
    count: Math.min(measuredImages, count),
    isCancelled,
  });
  return (id) => activationPercentile(layers[id], percentile, "positive") || initialBound;
}
