// One network of a finished study, made and evaluated again from the study's folder.

import type { IsCancelled } from "../base/cancel.ts";
import { StateError } from "../base/errors.ts";
import type { Dataset } from "../data/dataset.ts";
import { loadKernels } from "../kernels/load.ts";
import type { Evaluation } from "../pipeline/evaluation.ts";
import type { EvaluationTask, NetworkPlan } from "../pipeline/evaluation-task.ts";
import { Evaluator } from "../pipeline/evaluator.ts";
import type { Front } from "../study/front.ts";
import { writeFileAtomic } from "./atomic-file.ts";
import { FolderBlobs } from "./folder-blobs.ts";
import { SqliteStorage } from "./sqlite-storage.ts";
import { studyPaths } from "./study-folder.ts";

export interface ReproduceOptions {
  readonly folder: string;
  readonly front: Front;
  /** Id of a point or network of the front. */
  readonly id: string;
  readonly dataset: Dataset;
  readonly memoryBytes: number;
  readonly isCancelled: IsCancelled;
  /** Also write the network file here. */
  readonly out: string | undefined;
}

/**
 * @returns what differs, one line each; empty when all is equal
 * @throws {StateError} when the folder no longer holds what the front was made from
 */
export async function reproducePoint(options: ReproduceOptions): Promise<readonly string[]> {
  const { folder, front, id, dataset, memoryBytes, isCancelled } = options;
  const paths = studyPaths(folder);
  const storage = new SqliteStorage(paths.store);
  try {
    const kept = (await storage.getDocument(front.study, `final/${id}`)) as
      | { task: string; evaluation: Evaluation }
      | undefined;
    if (kept === undefined)
      throw new StateError(
        `${paths.store} must hold the evaluation of ${id}, but does not. Was the folder changed?`,
      );
    const task = JSON.parse(kept.task) as EvaluationTask;
    const files = await filesOf(task.network, paths.networks);
    if (task.split === "test") await storage.recordTestUse(front.study, `reproduce/${id}`, task.images);
    const kernels = await loadKernels({ build: "simd", memoryBytes });
    const evaluator = new Evaluator({ kernels, dataset, anns: files, isCancelled });
    const { evaluation, file } = await evaluator.evaluate(task);
    if (options.out !== undefined) writeFileAtomic(options.out, file);
    return differencesOf(kept.evaluation, evaluation);
  } finally {
    await storage.close();
  }
}

/** What the network is made from. */
async function filesOf(
  plan: NetworkPlan,
  folder: string,
): Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>> {
  const hashes = plan.kind === "ttfs" ? [] : plan.kind === "skips" ? [plan.ann, plan.supernet] : [plan.ann];
  const blobs = new FolderBlobs(folder, "safetensors");
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const hash of hashes) {
    const file = await blobs.get(hash);
    if (file === undefined) throw new StateError(`${folder} must hold network ${hash}, whole, but does not.`);
    files.set(hash, file);
  }
  return files;
}

function differencesOf(before: Evaluation, now: Evaluation): readonly string[] {
  return (Object.keys(before) as (keyof Evaluation)[]).flatMap((name) => {
    const [a, b] = [JSON.stringify(before[name]), JSON.stringify(now[name])];
    return a === b ? [] : [`${name} differs: ${shorten(a)} before, ${shorten(b)} now`];
  });
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
