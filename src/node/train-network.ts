// From a description to a trained network file.

import type { TrainingProgress } from "../ann/fit.ts";
import { initialise } from "../ann/initialise.ts";
import type { TrainingSettings } from "../ann/training-fields.ts";
import { foldBatchNorm } from "../convert/fold-batch-norm.ts";
import type { Dataset } from "../data/dataset.ts";
import { splitOf } from "../data/image-set.ts";
import { writeNetworkFile } from "../formats/network-file.ts";
import type { KernelBuild } from "../kernels/kernels.ts";
import type { Model } from "../model/model.ts";
import type { Network } from "../model/network.ts";
import type { CodeFormat } from "../model/quantise-codes.ts";
import type { SurrogateSettings } from "../surrogate/surrogate-fields.ts";
import type { TrainingSpikes } from "../surrogate/surrogate-training.ts";
import { sourceRevision } from "./source-revision.ts";
import { trainOnThreads } from "./train-on-threads.ts";

interface TrainingOptions {
  readonly dataset: Dataset;
  readonly settings: TrainingSettings;
  readonly seed: number;
  /** Train for weights stored so; the network must have no batch norm. Default: float32. */
  readonly codes?: CodeFormat | undefined;
  /** How a spiking network is trained; default: it is an ANN. */
  readonly surrogate?: SurrogateSettings | undefined;
  /** Training and validation as spikes, for coding `events`; then no pixel is read. Default: none. */
  readonly spikes?: TrainingSpikes | undefined;
  readonly threads: number;
  readonly build: KernelBuild;
  /** Memory of one thread; default 512 MiB. */
  readonly memoryBytes?: number;
  /** Where checkpoints are kept while training; default: nowhere. */
  readonly checkpointPath?: string | undefined;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainingProgress) => void;
}

export interface TrainNetworkOptions extends TrainingOptions {
  readonly network: Network;
}

export interface TrainModelOptions extends TrainingOptions {
  /** A trained network that is trained on; its provenance is kept. */
  readonly model: Model;
}

export interface TrainedNetwork {
  readonly model: Model;
  /** The network file. */
  readonly file: Uint8Array<ArrayBuffer>;
}

/** Train a network from nothing; see `trainModel`. */
export async function trainNetwork(options: TrainNetworkOptions): Promise<TrainedNetwork> {
  const { network, dataset, seed, settings } = options;
  const model: Model = {
    kind: "ann",
    network,
    weightFormat: { kind: "float32" },
    tensors: initialise(network, seed, settings.initialBound),
    preprocessing: { scale: 1 / 255, offset: 0 },
    inference: null,
    classes: dataset.classes,
    provenance: { data: "", seed, commit: "", kernels: "", parent: "", history: [] },
  };
  return trainModel({ ...options, model });
}

/** Train on the training split; early stopping sees the validation split, nothing sees the test split. */
export async function trainModel(options: TrainModelOptions): Promise<TrainedNetwork> {
  const { model: start, dataset, seed, build, codes } = options;
  const [train, validation] = [splitOf(dataset, "train"), splitOf(dataset, "validation")];
  const provenance = {
    ...start.provenance,
    data: dataset.sha256,
    seed,
    commit: sourceRevision(),
    kernels: build,
  };
  const { model, bestEpoch } = await trainOnThreads({
    memoryBytes: 512 * 1024 * 1024,
    checkpointPath: undefined,
    signal: new AbortController().signal,
    onProgress: () => {},
    ...options,
    model: { ...start, provenance },
    train,
    validation,
  });
  const { optimiser, learningRate, batch } = options.settings;
  const stored =
    codes && `, for ${codes.bits}-bit weights${codes.scales === "channel" ? ", a scale by channel" : ""}`;
  const { surrogate } = options;
  const way = surrogate && `, spikes by ${surrogate.surrogate} and ${surrogate.loss}`;
  const line = `trained on ${dataset.name}: ${optimiser} ${learningRate}, batch ${batch}, best epoch ${bestEpoch}${stored ?? ""}${way ?? ""}`;
  const named = { ...model, provenance: { ...provenance, history: [...provenance.history, line] } };
  // What spikes simulate has no batch norm.
  const trained = surrogate === undefined ? named : foldBatchNorm(named);
  return { model: trained, file: writeNetworkFile(trained) };
}
