// A study in a folder: `study.yaml`, `study.sqlite`, `networks/` by content hash, `front.json`.

import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { StateError } from "../base/errors.ts";
import type { Dataset } from "../data/dataset.ts";
import { readNetworkFile } from "../formats/network-file.ts";
import type { KernelBuild } from "../kernels/kernels.ts";
import { kernelHash } from "../kernels/load.ts";
import type { PortableStudy } from "../study/exchange/portable-study.ts";
import type { Front } from "../study/front.ts";
import { type NetworkSpec, networkOf } from "../study/network-spec.ts";
import { runStudy } from "../study/run-study.ts";
import type { StudyPorts, StudyProgress } from "../study/study-ports.ts";
import type { StudySettings } from "../study/study-settings.ts";
import { readFileBytes, writeFileAtomic } from "./atomic-file.ts";
import { EvaluationPool } from "./evaluation-pool.ts";
import { FolderBlobs } from "./folder-blobs.ts";
import { lockFolder } from "./folder-lock.ts";
import { packageVersion, sourceRevision } from "./source-revision.ts";
import { SqliteStorage } from "./sqlite-storage.ts";
import { trainNetwork } from "./train-network.ts";

export interface StudyFolderOptions {
  readonly folder: string;
  readonly settings: StudySettings;
  /** Text and place of the study file; networks given as files are relative to it. */
  readonly studyText: string;
  readonly studyPath: string;
  readonly dataset: Dataset;
  /** Trials evaluated at the same time, one thread each; training uses as many threads. */
  readonly workers: number;
  readonly memoryBytes: number;
  readonly isAsync: boolean;
  /** A study whose trials the search knows from its start. */
  readonly past?: PortableStudy | undefined;
  /** Kernels of the training; evaluation is always plain SIMD. */
  readonly build: KernelBuild;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: StudyProgress) => void;
  readonly onNote?: (line: string) => void;
}

/** Where a study's files are. */
export function studyPaths(
  folder: string,
): Readonly<Record<"study" | "store" | "networks" | "front" | "report", string>> {
  return {
    study: join(folder, "study.yaml"),
    store: join(folder, "study.sqlite"),
    networks: join(folder, "networks"),
    front: join(folder, "front.json"),
    report: join(folder, "report.html"),
  };
}

/** How long work in progress may go on after a first Ctrl-C before it is cancelled, too. */
const drainMs = 5_000;

/** Where a study is kept, and who else works on it. */
export type StudyHome = Pick<StudyPorts, "storage" | "blobs" | "remote" | "alone"> & {
  /** Who makes the evaluations besides trials; absent: threads of this process. */
  readonly openExecutor?: StudyPorts["openExecutor"];
};

/**
 * Run the study in its folder, or continue it, and write `front.json`.
 *
 * @throws {CancelledError} when aborted; everything finished is kept
 * @throws {StateError} when another process uses the folder, or it holds another study
 */
export async function runStudyInFolder(options: StudyFolderOptions): Promise<Front> {
  const paths = studyPaths(options.folder);
  const unlock = lockFolder(options.folder);
  const storage = new SqliteStorage(paths.store);
  try {
    return await runStudyWith(options, { storage, blobs: new FolderBlobs(paths.networks, "safetensors") });
  } finally {
    await storage.close();
    unlock();
  }
}

/** The same with a home elsewhere: the folder gets `study.yaml`, `front.json` and the checkpoints of its trainings. */
export async function runStudyWith(options: StudyFolderOptions, home: StudyHome): Promise<Front> {
  const { folder, settings, dataset, signal, build } = options;
  const paths = studyPaths(folder);
  let pool: EvaluationPool | undefined;
  let drain: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    drain = setTimeout(() => pool?.cancel(), drainMs);
  };
  signal.addEventListener("abort", onAbort);
  try {
    const front = await runStudy(
      {
        ...home,
        trainPart: async (part, stop) => {
          if (!("task" in part)) return trainAnn(part, { ...options, signal: stop });
          options.onProgress({ phase: "train", done: 0, total: settings.training.epochs, best: "" });
          const trainer = new EvaluationPool({ ...options, anns: new Map(), workers: 1 });
          pool = trainer;
          // After Ctrl-C there is a little time left; what another process has taken over is in vain at once.
          const cancel = (): void => {
            if (!signal.aborted) trainer.cancel();
          };
          stop.addEventListener("abort", cancel);
          try {
            return await trainer.prepare(part.task);
          } finally {
            stop.removeEventListener("abort", cancel);
            await trainer.close();
          }
        },
        openExecutor: (anns) => {
          if (home.openExecutor !== undefined) return home.openExecutor(anns);
          pool = new EvaluationPool({ ...options, anns });
          return pool;
        },
        signal,
        onProgress: options.onProgress,
        ...(options.onNote && { onNote: options.onNote }),
      },
      {
        settings,
        dataset,
        isAsync: options.isAsync,
        ...(options.past && { past: options.past }),
        versions: {
          spikefront: packageVersion(),
          commit: sourceRevision(),
          node: process.versions.node,
          "kernels (evaluation)": `simd ${kernelHash("simd").slice(0, 12)}`,
          "kernels (training)": `${build} ${kernelHash(build).slice(0, 12)}`,
        },
      },
    );
    if (!existsSync(paths.study)) writeFileAtomic(paths.study, options.studyText);
    writeFileAtomic(paths.front, `${JSON.stringify(front, null, 1)}\n`);
    return front;
  } finally {
    clearTimeout(drain);
    signal.removeEventListener("abort", onAbort);
    await pool?.close();
  }
}

/** Train a network of the study, or read the file it names. */
async function trainAnn(spec: NetworkSpec, options: StudyFolderOptions): Promise<Uint8Array<ArrayBuffer>> {
  const { settings, dataset, folder, workers, onProgress } = options;
  if ("file" in spec) {
    const path = resolve(dirname(options.studyPath), spec.file);
    const file = readFileBytes(path);
    const model = readNetworkFile(file, path);
    if (model.kind !== "ann")
      throw new StateError(`${path} must hold an ANN to be converted, but it holds an SNN.`);
    return file;
  }
  const { file } = await trainNetwork({
    ...options,
    network: networkOf(spec, dataset.train.imageShape, dataset.classes.length),
    settings: settings.training,
    seed: settings.seed,
    threads: workers,
    checkpointPath: join(folder, `training-${spec.name}.checkpoint`),
    onProgress: ({ epoch, epochs, bestValidationAccuracy }) => {
      const best =
        bestValidationAccuracy === 0
          ? ""
          : `${spec.name} ${(100 * bestValidationAccuracy).toFixed(2)} % on validation`;
      onProgress({ phase: "train", done: Math.round(100 * epoch) / 100, total: epochs, best });
    },
  });
  return file;
}
