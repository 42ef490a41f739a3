// From a description to a trained network file.

import type { TrainingProgress } from "../ann/fit.ts";
import { initialise } from "../ann/initialise.ts";
import type { TrainingSettings } from "../ann/training-fields.ts";
import type { Dataset } from "../data/dataset.ts";
import { splitOf } from "../data/image-set.ts";
import { writeNetworkFile } from "../formats/network-file.ts";
import type { KernelBuild } from "../kernels/kernels.ts";
import type { Model } from "../model/model.ts";
import type { Network } from "../model/network.ts";
import { sourceRevision } from "./source-revision.ts";
import { trainOnThreads } from "./train-on-threads.ts";

export interface TrainNetworkOptions {
  readonly network: Network;
  readonly dataset: Dataset;
  readonly settings: TrainingSettings;
  readonly seed: number;
  readonly threads: number;
  readonly build: KernelBuild;
  /** Memory of one thread; default 512 MiB. */
  readonly memoryBytes?: number;
  /** Where checkpoints are kept while training; default: nowhere. */
  readonly checkpointPath?: string | undefined;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainingProgress) => void;
}

/**
 * Train on the training split; early stopping sees the validation split, nothing sees the test split.
 *
 * @returns the network file and the model in it
 */
export async function trainNetwork(
  options: TrainNetworkOptions,
): Promise<{ readonly model: Model; readonly file: Uint8Array<ArrayBuffer> }> {
  const { network, dataset, seed, build } = options;
  const start: Model = {
    kind: "ann",
    network,
    weightFormat: { kind: "float32" },
    tensors: initialise(network, seed),
    preprocessing: { scale: 1 / 255, offset: 0 },
    inference: null,
    classes: dataset.classes,
    provenance: {
      data: dataset.sha256,
      seed,
      commit: sourceRevision(),
      kernels: build,
      parent: "",
      history: [],
    },
  };
  const [train, validation] = [splitOf(dataset, "train"), splitOf(dataset, "validation")];
  const { model, bestEpoch } = await trainOnThreads({
    memoryBytes: 512 * 1024 * 1024,
    checkpointPath: undefined,
    signal: new AbortController().signal,
    onProgress: () => {},
    ...options,
    model: start,
    train,
    validation,
  });
  const { optimiser, learningRate, batch } = options.settings;
  const line = `trained on ${dataset.name}: ${optimiser} ${learningRate}, batch ${batch}, best epoch ${bestEpoch}`;
  const trained = { ...model, provenance: { ...model.provenance, history: [line] } };
  return { model: trained, file: writeNetworkFile(trained) };
}
