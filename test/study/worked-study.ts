// A study on a real PostgreSQL, run by two workers with connections of their own, who find its data and networks in the
// store alone. Only the threads are left out: each worker evaluates in this one.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Dataset } from "../../src/data/dataset.ts";
import { loadKernels } from "../../src/kernels/load.ts";
import { PostgresBlobs } from "../../src/node/postgres-blobs.ts";
import { TrialQueue } from "../../src/node/postgres-queue.ts";
import { PostgresStorage } from "../../src/node/postgres-storage.ts";
import { runStudyInPostgres } from "../../src/node/postgres-study.ts";
import { ShardBenches } from "../../src/node/shard-bench.ts";
import { WorkerClaims } from "../../src/node/worker-claims.ts";
import { runWorker, type WorkedTrial } from "../../src/node/worker-loop.ts";
import { openWorkerStudy } from "../../src/node/worker-study.ts";
import { Evaluator } from "../../src/pipeline/evaluator.ts";
import type { Front } from "../../src/study/front.ts";
import { readStudyFile } from "../../src/study/study-file.ts";

export interface Worked {
  readonly front: Front;
  /** By worker. */
  readonly told: readonly (readonly WorkedTrial[])[];
}

const memoryBytes = 2 ** 28;

export async function workedStudy(address: string, text: string, dataset: Dataset): Promise<Worked> {
  const end = new AbortController();
  const folder = mkdtempSync(join(tmpdir(), "spikefront-worked-"));
  const told: WorkedTrial[][] = [[], []];
  const working = told.map((list, i) =>
    work(address, `worker ${i}`, end.signal, (trial) => list.push(trial)),
  );
  try {
    const exploring = runStudyInPostgres({
      ...{ folder, address, dataset, memoryBytes, studyText: text, studyPath: "study.yaml" },
      settings: readStudyFile(text, "study.yaml"),
      workers: 1,
      isAsync: false,
      build: "simd",
      tag: "",
      inFlight: 4,
      onlyAsks: true,
      signal: AbortSignal.timeout(120_000),
      onProgress: () => {},
    });
    // A worker that ends has met what it should not.
    const front = (await Promise.race([exploring, ...working])) as Front;
    return { front, told };
  } finally {
    end.abort();
    await Promise.allSettled(working);
    rmSync(folder, { recursive: true });
  }
}

async function work(
  address: string,
  owner: string,
  signal: AbortSignal,
  onTrial: (trial: WorkedTrial) => void,
): Promise<void> {
  const storage = await PostgresStorage.open(address, { connections: 3 });
  const queue = await TrialQueue.open(storage.database);
  const kernels = await loadKernels({ build: "simd", memoryBytes });
  const blobs = new PostgresBlobs(storage.database);
  try {
    await queue.ensure("trials");
    await runWorker({
      ...{ storage, blobs, signal, onTrial },
      claims: new WorkerClaims(storage, queue, owner),
      benches: {
        async open(key) {
          const study = await openWorkerStudy(storage, blobs, key);
          const { dataset, parts: anns } = study;
          const evaluator = new Evaluator({ kernels, dataset, anns, isCancelled: () => false });
          const executor = { slots: 1, evaluate: evaluator.evaluate.bind(evaluator) };
          return { study, executor, cancel: () => {}, close: async () => {} };
        },
      },
      shards: new ShardBenches({ database: storage.database, blobs, memoryBytes }),
      queues: ["trials"],
      slots: 1,
      idleMs: Number.POSITIVE_INFINITY,
      drainMs: 0,
    });
  } finally {
    await queue.close();
    await storage.close();
  }
}
