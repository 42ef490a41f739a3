// Training on worker threads, with checkpoints on disk. The result does not depend on the number of
// threads: a batch is cut into `shards` parts whatever they are.

import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { Worker } from "node:worker_threads";
import type { TrainingProgress } from "../ann/fit.ts";
import { layoutOf } from "../ann/parameter-layout.ts";
import type { TrainingSettings } from "../ann/training-fields.ts";
import { errorFromData } from "../base/errors.ts";
import type { ImageSet } from "../data/dataset.ts";
import type { KernelBuild } from "../kernels/kernels.ts";
import type { Model } from "../model/model.ts";
import type { CodeFormat } from "../model/quantise-codes.ts";
import type { SurrogateSettings } from "../surrogate/surrogate-fields.ts";
import { learntLayout, type TrainingSpikes } from "../surrogate/surrogate-training.ts";
import { readCheckpoint, writeCheckpoint } from "./checkpoint-file.ts";
import {
  control as at,
  type FromTraining,
  type SharedTraining,
  type TrainingJob,
} from "./training-messages.ts";

export interface TrainOptions {
  /** Starting point. */
  readonly model: Model;
  readonly settings: TrainingSettings;
  readonly seed: number;
  readonly train: ImageSet;
  readonly validation: ImageSet;
  /** Train for weights stored so; the network must have no batch norm. Default: float32. */
  readonly codes?: CodeFormat | undefined;
  /** How a spiking network is trained; default: it is an ANN. */
  readonly surrogate?: SurrogateSettings | undefined;
  /** Both sets as spikes, for coding `events`; then no pixel is read. Default: none. */
  readonly spikes?: TrainingSpikes | undefined;
  readonly threads: number;
  readonly build: KernelBuild;
  readonly memoryBytes: number;
  /** Where checkpoints are kept while training; removed at its end. undefined: none are kept. */
  readonly checkpointPath: string | undefined;
  /** Aborted: stop within 200 ms; the last finished epoch stands in the checkpoint. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: TrainingProgress) => void;
}

/**
 * Train, or go on from the checkpoint of the same training.
 *
 * @throws {CancelledError} when aborted, {StateError} when the loss is no longer a number
 */
export async function trainOnThreads(
  options: TrainOptions,
): Promise<{ readonly model: Model; readonly bestEpoch: number }> {
  const { model, settings, seed, train, validation, codes, build, memoryBytes, signal } = options;
  const { surrogate, spikes } = options;
  const threads = Math.min(options.threads, settings.shards);
  const fingerprint = fingerprintOf(options);
  const { checkpointPath } = options;
  const resume = checkpointPath === undefined ? undefined : readCheckpoint(checkpointPath, fingerprint);
  const shared = shareMemory(options);
  const sets = { train, validation, spikes };
  const job = { threads, model, settings, seed, ...sets, codes, surrogate, build, memoryBytes, shared };
  const workers = Array.from({ length: threads }, (_, thread) =>
    startThread({ ...job, thread, resume: thread === 0 ? resume : undefined }),
  );
  const onAbort = (): void => {
    Atomics.store(shared.control, at.cancel, 1);
  };
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort);
  try {
    const result = await new Promise<{ model: Model; bestEpoch: number }>((resolve, reject) => {
      for (const worker of workers) {
        worker.on("error", reject);
        worker.on("message", (message: FromTraining) => {
          if (message.kind === "progress") options.onProgress(message.progress);
          else if (message.kind === "done") resolve(message);
          else if (message.kind === "error") reject(errorFromData(message.error));
          else if (checkpointPath !== undefined) {
            try {
              writeCheckpoint(checkpointPath, message.checkpoint, fingerprint);
            } catch (error) {
              reject(error);
            }
          }
        });
      }
    });
    if (checkpointPath !== undefined) rmSync(checkpointPath, { force: true });
    return result;
  } finally {
    signal.removeEventListener("abort", onAbort);
    Atomics.store(shared.control, at.quit, 1);
    Atomics.notify(shared.control, at.generation);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function startThread(job: TrainingJob): Worker {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return new Worker(new URL(`./training-worker.${extension}`, import.meta.url), { workerData: job });
}

function shareMemory({ model, settings, train, surrogate }: TrainOptions): SharedTraining {
  const { parameterCount, statisticCount } =
    surrogate === undefined ? layoutOf(model.network) : learntLayout(model, surrogate);
  const floats = (length: number): Float32Array => new Float32Array(new SharedArrayBuffer(4 * length));
  const perShard = (length: number): Float32Array[] =>
    Array.from({ length: settings.shards }, () => floats(length));
  return {
    control: new Int32Array(new SharedArrayBuffer(4 * at.length)),
    parameters: floats(parameterCount),
    order: new Uint32Array(new SharedArrayBuffer(4 * train.count)),
    gradients: perShard(parameterCount),
    statistics: perShard(statisticCount),
    sums: new Float64Array(new SharedArrayBuffer(16 * settings.shards)),
  };
}

/** Of everything the weights depend on; threads and memory are not among it. */
function fingerprintOf(options: TrainOptions): string {
  const { model, settings, seed, train, validation, codes, surrogate, build } = options;
  const { network, preprocessing, provenance, inference } = model;
  const parts = {
    network,
    preprocessing,
    data: provenance.data,
    settings,
    seed,
    codes,
    ...(surrogate && { surrogate, inference }),
    build,
    images: [train.count, validation.count],
  };
  const hash = createHash("sha256").update(JSON.stringify(parts));
  for (const [name, { data }] of Object.entries(model.tensors)) {
    hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest("hex");
}
