// From an experiment to a trained event network, and what such a network does on a data set.

import { InvalidValueError } from "../base/errors.ts";
import type { SplitName } from "../data/dataset.ts";
import { BatchEngine } from "../event-gradient/batch-engine.ts";
import { type EventEvaluation, evaluateEvents } from "../event-gradient/evaluate-events.ts";
import { decodingOf } from "../event-gradient/event-decision.ts";
import type { EventExperiment } from "../event-gradient/event-experiments.ts";
import type { EventModel } from "../event-gradient/event-model.ts";
import { eventNetwork, eventShapes, neuronsOf } from "../event-gradient/event-network.ts";
import { eventTrainingFields } from "../event-gradient/event-training-fields.ts";
import type { EventCheckpoint, EventEpochLog, EventTrainingProgress } from "../event-gradient/fit-events.ts";
import { initialiseEventWeights } from "../event-gradient/initialise-event-weights.ts";
import { eventCodingFields, type LabelledTrains, labelledTrains } from "../event-gradient/labelled-trains.ts";
import type { KernelBuild } from "../kernels/kernels.ts";
import { loadKernels } from "../kernels/load.ts";
import { resolve } from "../space/resolve.ts";
import type { ValuesDataset } from "./event-data.ts";
import { sourceRevision } from "./source-revision.ts";
import { trainEventsOnThreads } from "./train-events-on-threads.ts";

export interface TrainEventNetworkOptions {
  readonly experiment: EventExperiment;
  readonly dataset: ValuesDataset;
  readonly seed: number;
  readonly threads: number;
  readonly build: KernelBuild;
  /** Of one thread; default 512 MiB. */
  readonly memoryBytes?: number;
  /** Default: no checkpoints are kept. */
  readonly checkpointPath?: string | undefined;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: EventTrainingProgress) => void;
  readonly onEpoch?: ((checkpoint: EventCheckpoint) => void) | undefined;
}

export interface TrainedEventNetwork {
  readonly model: EventModel;
  readonly log: readonly EventEpochLog[];
}

/**
 * Train on the training split, keep the epoch that is best on the validation split; nothing sees the test split.
 *
 * @throws {InvalidValueError} for descriptions that do not hold or do not fit the data set
 * @throws {CancelledError} and {StateError} as `trainEventsOnThreads` does
 */
export async function trainEventNetwork(options: TrainEventNetworkOptions): Promise<TrainedEventNetwork> {
  const { experiment, dataset, seed, build } = options;
  const network = eventNetwork(experiment.network);
  const coding = resolve("coding", eventCodingFields, experiment.coding);
  const training = resolve("training", eventTrainingFields, experiment.training);
  const outputs = neuronsOf(eventShapes(network)[network.layers.length]);
  if (outputs !== dataset.classes.length) {
    const rule = `must have an output for each of ${dataset.classes.length} classes of ${dataset.name}`;
    throw new InvalidValueError("network", rule, outputs);
  }
  const coded = { network, coding, dataset };
  const { weights, bestEpoch, log } = await trainEventsOnThreads({
    memoryBytes: 512 * 1024 * 1024,
    checkpointPath: undefined,
    signal: new AbortController().signal,
    onProgress: () => {},
    ...options,
    network,
    settings: training,
    train: codedSplit(coded, "train"),
    validation: codedSplit(coded, "validation"),
    weights: initialiseEventWeights(network, seed, experiment.starts),
  });
  const { optimiser, learningRate, batch } = training;
  const line = `trained on ${dataset.name} by exact gradients of spike times: ${training.loss}, ${optimiser} ${learningRate}, batch ${batch}, best epoch ${bestEpoch} of ${log.length}`;
  const model: EventModel = {
    network,
    weights,
    coding,
    decoding: decodingOf(training.loss),
    classes: dataset.classes,
    training,
    provenance: {
      data: dataset.sha256,
      seed,
      commit: sourceRevision(),
      kernels: build,
      epochs: log.length,
      bestEpoch,
      history: [line],
    },
  };
  return { model, log };
}

/** A split of a data set as the network hears it. */
export function codedSplit(
  { network, coding, dataset }: Pick<EventModel, "network" | "coding"> & { readonly dataset: ValuesDataset },
  split: SplitName,
  samples?: number,
): LabelledTrains {
  const { values, inputs, labels } = dataset.splits[split];
  const count = Math.min(samples ?? labels.length, labels.length);
  const some = { values: values.subarray(0, count * inputs), inputs };
  return labelledTrains(some, labels.subarray(0, count), { coding, windowS: network.windowS });
}

/** Run a network on a split. @throws {InvalidValueError} when the data set has other inputs than the network */
export async function testEventModel(
  model: EventModel,
  {
    dataset,
    split,
    samples,
    memoryBytes = 512 * 1024 * 1024,
  }: {
    readonly dataset: ValuesDataset;
    readonly split: SplitName;
    /** Default: all. */
    readonly samples?: number | undefined;
    readonly memoryBytes?: number;
  },
): Promise<EventEvaluation> {
  const kernels = await loadKernels({ build: "simd", memoryBytes });
  const engine = new BatchEngine(kernels, { network: model.network });
  engine.setWeights(model.weights);
  return evaluateEvents(engine, codedSplit({ ...model, dataset }, split, samples), model.decoding);
}
