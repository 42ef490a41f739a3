// A study of claims in a folder: `networks/` as trained, `pieces/` as measured, each by what it depends on,
// so that a run that was stopped or killed goes on where it was. Pieces of another source are not taken.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { KernelBuild } from "../kernels/kernels.ts";
import { kernelHash } from "../kernels/load.ts";
import { readFileBytes, writeFileAtomic } from "../node/atomic-file.ts";
import { loadDataset } from "../node/dataset-files.ts";
import { EvaluationPool } from "../node/evaluation-pool.ts";
import { sourceRevision } from "../node/source-revision.ts";
import { trainNetwork } from "../node/train-network.ts";
import type { AnnRequest, ClaimsPorts, ClaimsProgress } from "../study/claims/claims-ports.ts";
import type { ClaimsSettings } from "../study/claims/claims-settings.ts";
import { networkOf } from "../study/network-spec.ts";
import { storedWeightsHash } from "./stored-weights-hash.ts";

export interface ClaimsFolderOptions {
  readonly folder: string;
  readonly settings: ClaimsSettings;
  /** Evaluations at the same time; training uses as many threads. */
  readonly workers: number;
  readonly memoryBytes: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ClaimsProgress) => void;
}

/** Kernels of training and evaluation: the same bits on every machine. */
const build: KernelBuild = "simd";

export function claimsPorts(options: ClaimsFolderOptions): ClaimsPorts {
  const { folder, workers, memoryBytes, signal } = options;
  const source = [sourceRevision(), kernelHash(build)];
  return {
    loadDataset,
    trainAnn: (request) => trainAnn(request, source, options),
    openExecutor: (dataset, anns) => {
      const pool = new EvaluationPool({ dataset, anns, workers, memoryBytes });
      const cancel = (): void => pool.cancel();
      signal.addEventListener("abort", cancel);
      if (signal.aborted) cancel();
      return {
        evaluate: async (task) => {
          const { evaluation, file } = await pool.evaluate(task);
          return { evaluation, weights: await storedWeightsHash(file) };
        },
        close: async () => {
          signal.removeEventListener("abort", cancel);
          await pool.close();
        },
      };
    },
    kept: async <R>(what: unknown, measure: () => Promise<R>): Promise<R> => {
      const path = join(folder, "pieces", `${keyOf([source, what])}.json`);
      if (existsSync(path)) return JSON.parse(new TextDecoder().decode(readFileBytes(path)));
      const result = await measure();
      writeFileAtomic(path, JSON.stringify(result));
      return result;
    },
    onProgress: options.onProgress,
  };
}

async function trainAnn(
  { spec, data, dataset, seed }: AnnRequest,
  source: readonly string[],
  { folder, settings, workers, signal }: ClaimsFolderOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const key = keyOf([source, spec, dataset.sha256, settings.training, seed]);
  const path = join(folder, "networks", `${data}-${spec.name}-${seed}-${key.slice(0, 12)}.safetensors`);
  if (existsSync(path)) return readFileBytes(path);
  const { file } = await trainNetwork({
    network: networkOf(spec, dataset.train.imageShape, dataset.classes.length),
    dataset,
    settings: settings.training,
    seed,
    threads: workers,
    build,
    checkpointPath: `${path}.checkpoint`,
    signal,
  });
  writeFileAtomic(path, file);
  return file;
}

function keyOf(what: unknown): string {
  return createHash("sha256").update(JSON.stringify(what)).digest("hex");
}
