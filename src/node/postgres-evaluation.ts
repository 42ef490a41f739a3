// A spiking network evaluated on images that any number of workers simulate: shards of images are asked for by way of a
// PostgreSQL database, and their counts joined in order are those of one run, to the last bit.

import type { IsCancelled } from "../base/cancel.ts";
import { InvalidValueError } from "../base/errors.ts";
import { sha256 } from "../base/hash.ts";
import type { Dataset, SplitName } from "../data/dataset.ts";
import { splitOf, subset } from "../data/image-set.ts";
import { writeNetworkFile } from "../formats/network-file.ts";
import { loadKernels } from "../kernels/load.ts";
import type { Model } from "../model/model.ts";
import { evaluateModel } from "../pipeline/evaluate-model.ts";
import type { Evaluation } from "../pipeline/evaluation.ts";
import { type EvaluationTally, runOfTally, talliedRun } from "../pipeline/evaluation-tally.ts";
import { requireImages } from "../pipeline/require-images.ts";
import { mergeResults } from "../simulate/simulation-result.ts";
import { type OpenQueue, type QueueAccess, withQueue } from "./queue-access.ts";
import type { SimulationShard } from "./shard.ts";
import { shareData } from "./shared-data.ts";
import { packageVersion } from "./source-revision.ts";
import type { AskedTask } from "./sql-tasks.ts";

export interface PostgresEvaluationOptions extends QueueAccess {
  /** SNN of a coding that reads images. */
  readonly model: Model;
  readonly dataset: Dataset;
  readonly split: SplitName;
  /** First so many of the split; at least 1. */
  readonly images: number;
  /** Of random spike codes. */
  readonly seed: number;
  /** Shards asked for at the same time. */
  readonly inFlight: number;
  /** Largest shards. Default: what takes seconds. */
  readonly imagesPerShard?: number;
  /** Slots of this process, where it works beside. */
  readonly threads: number;
  /** Of one slot. */
  readonly memoryBytes: number;
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number, images: number) => void;
}

/**
 * @throws {InvalidValueError} for an ANN, spikes that are recordings, or images that do not fit
 * @throws {StateError} when the database does not answer, or every worker is lost on a shard
 * @throws {CancelledError} soon after the signal
 */
export async function evaluateInPostgres(options: PostgresEvaluationOptions): Promise<Evaluation> {
  const { model, dataset, split, images: count, seed, threads, memoryBytes, signal } = options;
  if (model.kind !== "snn" || model.inference?.coding === "events")
    throw new InvalidValueError(
      "the network",
      "must be an SNN that reads images to be simulated in shards",
      model.kind === "snn" ? "one that reads recordings" : "an ANN",
      "Evaluate it here, without a database.",
    );
  const images = subset(splitOf(dataset, split), 0, count);
  requireImages(model, images);
  const isCancelled: IsCancelled = () => signal.aborted;
  // The last image is run here: who evaluates goes on from what the workers have counted on the others.
  const before =
    count === 1
      ? undefined
      : await withQueue({ ...options, near: dataset, slots: threads }, (queue) => simulate(queue, options));
  const kernels = await loadKernels({ build: "simd", memoryBytes });
  const run = { kernels, model, images, split, faults: [], before, seed, trial: -1, isCancelled };
  return (await evaluateModel(run)).evaluation;
}

/** All images but the last. */
async function simulate(
  { storage, blobs, tasks, begin }: OpenQueue,
  options: PostgresEvaluationOptions,
): Promise<EvaluationTally> {
  const { model, dataset, split, images, seed, inFlight, imagesPerShard = 512, onProgress } = options;
  const file = writeNetworkFile(model);
  const network = await blobs.put(file);
  await shareData(storage.database, blobs, dataset);
  begin();
  const counted = images - 1;
  const shards = Array.from({ length: Math.ceil(counted / imagesPerShard) }, (_, i): SimulationShard => {
    const firstImage = i * imagesPerShard;
    return {
      kind: "simulation",
      network,
      data: { name: dataset.name, sha256: dataset.sha256 },
      ...{ split, images, seed, firstImage },
      count: Math.min(imagesPerShard, counted - firstImage),
      release: packageVersion(),
    };
  });
  const runs: EvaluationTally["run"][] = [];
  let [next, done] = [0, 0];
  const askInTurn = async (): Promise<void> => {
    while (next < shards.length) {
      const place = next++;
      const asked = shards[place] as unknown as AskedTask;
      runs[place] = (await tasks.run(asked)) as unknown as EvaluationTally["run"];
      done += shards[place].count;
      onProgress?.(done, images);
    }
  };
  onProgress?.(0, images);
  await Promise.all(Array.from({ length: Math.min(inFlight, shards.length) }, askInTurn));
  const whole = runs.map((run) => runOfTally({ run })).reduce(mergeResults);
  return { network: await sha256(file), images: counted, run: talliedRun(whole), faults: [] };
}
