// An evaluation of a study that is no trial (references, races, confirmations, final figures) as workers do it and as
// the explorer asks for it: an executor on each side, and the queue between them. Network files go by their hash.

import { StateError } from "../base/errors.ts";
import type { EvaluationOutcome, EvaluationTask, Executor } from "../pipeline/evaluation-task.ts";
import type { Json } from "../study/storage.ts";
import type { BlobStore } from "../study/study-ports.ts";
import type { QueuedTasks } from "./queued-tasks.ts";
import type { EvaluationShard } from "./shard.ts";
import { packageVersion } from "./source-revision.ts";
import type { AskedTask } from "./sql-tasks.ts";

/** An outcome with its files by their hashes; "": there is none. */
type PackedOutcome = Omit<EvaluationOutcome, "file" | "trained"> & {
  readonly file: string;
  readonly trained: string;
};

/** @throws what the evaluation meets, {StateError} when the store lacks a file */
export async function evaluateShard(
  { blobs }: { readonly blobs: BlobStore },
  { executor }: { readonly executor: Executor },
  { task, made }: EvaluationShard,
): Promise<Json> {
  const whole = made === "" ? task : { ...task, made: await fileOf(blobs, made) };
  const { file, trained, ...rest } = await executor.evaluate(whole);
  const packed: PackedOutcome = {
    ...rest,
    file: await blobs.put(file),
    trained: trained === undefined ? "" : await blobs.put(trained),
  };
  return packed as unknown as Json;
}

export interface QueuedExecutorOptions {
  readonly tasks: QueuedTasks;
  readonly blobs: BlobStore;
  readonly study: string;
  /** SHA-256 of its data. */
  readonly data: string;
  /** Evaluations asked for at the same time. */
  readonly slots: number;
}

/** Evaluations by whoever takes them from the queue. */
export function queuedExecutor({ tasks, blobs, study, data, slots }: QueuedExecutorOptions): Executor {
  return {
    slots,
    async evaluate({ made, ...task }: EvaluationTask): Promise<EvaluationOutcome> {
      const shard: EvaluationShard = {
        kind: "evaluation",
        study,
        data,
        release: packageVersion(),
        task,
        made: made === undefined ? "" : await blobs.put(made),
      };
      const packed = (await tasks.run(shard as unknown as AskedTask)) as unknown as PackedOutcome;
      const { file, trained, ...rest } = packed;
      return {
        ...rest,
        file: await fileOf(blobs, file),
        ...(trained !== "" && { trained: await fileOf(blobs, trained) }),
      };
    },
  };
}

async function fileOf(blobs: BlobStore, hash: string): Promise<Uint8Array<ArrayBuffer>> {
  const file = await blobs.get(hash);
  if (file !== undefined) return file;
  throw new StateError(`network ${hash.slice(0, 12)} must be in the store, whole, but is not.`);
}
