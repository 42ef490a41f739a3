// Training of event networks on worker threads, with checkpoints on disk. The result does not depend on the number of
// threads: a batch is cut into `shards` parts whatever they are.

import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { errorFromData } from "../base/errors.ts";
import { planBatches } from "../event-gradient/batch-plan.ts";
import { rowsOf } from "../event-gradient/event-shard.ts";
import type { EventCheckpoint, EventTrainingProgress } from "../event-gradient/fit-events.ts";
import { readEventCheckpoint, writeEventCheckpoint } from "./event-checkpoint-file.ts";
import {
  control as at,
  type EventTrained,
  type EventTrainingJob,
  type FromEventTraining,
  type SharedEventTraining,
} from "./event-training-messages.ts";

export interface TrainEventsOptions
  extends Pick<
    EventTrainingJob,
    "network" | "settings" | "seed" | "train" | "validation" | "weights" | "build" | "memoryBytes"
  > {
  readonly threads: number;
  /** Where checkpoints are kept while training; removed at its end. undefined: none are kept. */
  readonly checkpointPath: string | undefined;
  /** Aborted: stop within a batch; the last finished epoch stands in the checkpoint. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: EventTrainingProgress) => void;
  readonly onEpoch?: ((checkpoint: EventCheckpoint) => void) | undefined;
}

/**
 * Train, or go on from the checkpoint of the same training.
 *
 * @throws {CancelledError} when aborted, {StateError} when a gradient is not finite
 */
export async function trainEventsOnThreads(options: TrainEventsOptions): Promise<EventTrained> {
  const { settings, network, seed, train, validation, weights, build, memoryBytes } = options;
  const { signal, checkpointPath } = options;
  const threads = Math.min(options.threads, settings.shards);
  const fingerprint = fingerprintOf(options);
  const resume = checkpointPath === undefined ? undefined : readEventCheckpoint(checkpointPath, fingerprint);
  const shared = shareMemory(options);
  const job = { threads, network, settings, seed, train, validation, weights, build, memoryBytes, shared };
  const workers = Array.from({ length: threads }, (_, thread) =>
    startThread({ ...job, thread, resume: thread === 0 ? resume : undefined }),
  );
  const onAbort = (): void => {
    Atomics.store(shared.control, at.cancel, 1);
  };
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort);
  try {
    const trained = await outcome(workers, options, fingerprint);
    if (checkpointPath !== undefined) rmSync(checkpointPath, { force: true });
    return trained;
  } finally {
    signal.removeEventListener("abort", onAbort);
    Atomics.store(shared.control, at.quit, 1);
    Atomics.notify(shared.control, at.generation);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function outcome(
  workers: readonly Worker[],
  { checkpointPath, onProgress, onEpoch }: TrainEventsOptions,
  fingerprint: string,
): Promise<EventTrained> {
  return new Promise((resolve, reject) => {
    const keep = (checkpoint: EventCheckpoint): void => {
      try {
        if (checkpointPath !== undefined) writeEventCheckpoint(checkpointPath, checkpoint, fingerprint);
        onEpoch?.(checkpoint);
      } catch (error) {
        reject(error);
      }
    };
    for (const worker of workers) {
      worker.on("error", reject);
      worker.on("message", (message: FromEventTraining) => {
        if (message.kind === "progress") onProgress(message.progress);
        else if (message.kind === "checkpoint") keep(message.checkpoint);
        else if (message.kind === "error") reject(errorFromData(message.error));
        else resolve(message);
      });
    }
  });
}

function startThread(job: EventTrainingJob): Worker {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return new Worker(new URL(`./event-training-worker.${extension}`, import.meta.url), { workerData: job });
}

function shareMemory({ network, settings, train }: TrainEventsOptions): SharedEventTraining {
  const { weights: length } = planBatches(network);
  const bytes = (size: number): SharedArrayBuffer => new SharedArrayBuffer(size);
  const perShard = <A>(make: () => A): A[] => Array.from({ length: settings.shards }, make);
  return {
    control: new Int32Array(bytes(4 * at.length)),
    weights: new Float32Array(bytes(4 * length)),
    order: new Uint32Array(bytes(4 * train.trains.samples)),
    gradients: perShard(() => new Float32Array(bytes(4 * length))),
    silent: perShard(() => new Uint32Array(bytes(4 * rowsOf(network)))),
    sums: perShard(() => new Float64Array(bytes(8 * (2 + network.layers.length)))),
  };
}

/** Of everything the weights depend on; threads and memory are not among it. */
function fingerprintOf({
  network,
  settings,
  seed,
  train,
  validation,
  weights,
  build,
}: TrainEventsOptions): string {
  const hash = createHash("sha256").update(JSON.stringify({ network, settings, seed, build }));
  const arrays = [train, validation].flatMap(({ trains, labels }) => [
    trains.offsets,
    trains.neuron,
    trains.timeS,
    labels,
  ]);
  for (const { buffer, byteOffset, byteLength } of [...arrays, ...weights]) {
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest("hex");
}
