// Slots of a worker beside whoever asks: this process does its share of what waits in the queue, its own and others'.

import { hostname } from "node:os";
import type { Dataset } from "../data/dataset.ts";
import type { BlobStore } from "../study/study-ports.ts";
import { queueOf } from "./postgres-queue.ts";
import type { QueuedStorage } from "./postgres-queued-storage.ts";
import { ShardBenches } from "./shard-bench.ts";
import { WorkerBenches } from "./worker-bench.ts";
import { WorkerClaims } from "./worker-claims.ts";
import { runWorker } from "./worker-loop.ts";
import { openWorkerStudy } from "./worker-study.ts";

export interface OwnSlotsOptions {
  readonly storage: QueuedStorage;
  readonly blobs: BlobStore;
  readonly slots: number;
  /** Of one slot. */
  readonly memoryBytes: number;
  /** Data that is here already. */
  readonly near: Dataset;
  readonly tag: string;
  readonly signal: AbortSignal;
}

const drainMs = 5_000;

/** What a process calls itself in the store. */
export function workerName(): string {
  return `${hostname()}:${process.pid}`;
}

/** Work as `worker` does, till the signal. */
export function workBeside(options: OwnSlotsOptions): Promise<void> {
  const { storage, blobs, memoryBytes, near, tag, ...rest } = options;
  return runWorker({
    ...rest,
    storage,
    blobs,
    claims: new WorkerClaims(storage, storage.queue, workerName()),
    benches: new WorkerBenches((key) => openWorkerStudy(storage, blobs, key, near), memoryBytes),
    shards: new ShardBenches({ database: storage.database, blobs, memoryBytes, near }),
    queues: [queueOf(tag)],
    idleMs: Number.POSITIVE_INFINITY,
    drainMs,
    onTrial: () => {},
  });
}
