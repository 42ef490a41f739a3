// A study whose trials any number of workers run, kept in a PostgreSQL database: this process asks and judges, and runs
// trials as well if it may. Several that run one study ask for the same trials and come to the same front.

import { hostname } from "node:os";
import type { Front } from "../study/front.ts";
import { openStudy } from "../study/open-study.ts";
import type { Json } from "../study/storage.ts";
import { PostgresBlobs } from "./postgres-blobs.ts";
import { withLease } from "./postgres-lease.ts";
import { queueOf } from "./postgres-queue.ts";
import { QueuedStorage, type QueuedStorageOptions } from "./postgres-queued-storage.ts";
import { WatchedTrials } from "./postgres-watch.ts";
import { runStudyWith, type StudyFolderOptions } from "./study-folder.ts";
import { WorkerBenches } from "./worker-bench.ts";
import { WorkerClaims } from "./worker-claims.ts";
import { runWorker } from "./worker-loop.ts";
import { openWorkerStudy, shareDataset } from "./worker-study.ts";

export interface PostgresStudyOptions extends StudyFolderOptions {
  readonly address: string;
  /** What a worker must have for these trials, e.g. `gpu`; "": nothing. */
  readonly tag: string;
  /** Trials asked for ahead of their results, where trials are asked as workers get free. */
  readonly inFlight: number;
  /** Leave all trials to workers. */
  readonly onlyAsks: boolean;
  readonly queue?: Pick<
    QueuedStorageOptions,
    "heartbeatSeconds" | "retryLimit" | "superviseSeconds" | "patienceMs"
  >;
}

/** What a process calls itself in the store. */
export function workerName(): string {
  return `${hostname()}:${process.pid}`;
}

const drainMs = 5_000;

/**
 * Run the study, or continue it. The folder gets its front; what a run needs to go on is in the database.
 *
 * @throws {CancelledError} when aborted; everything finished is kept, and workers end what they have
 * @throws {StateError} when the database does not answer, or holds another study of this name
 */
export async function runStudyInPostgres(options: PostgresStudyOptions): Promise<Front> {
  const { address, tag, settings, dataset, workers, queue = {} } = options;
  const key = settings.name;
  const storage = await QueuedStorage.openQueued(address, {
    tag,
    superviseSeconds: 5,
    connections: workers + 5,
    ...queue,
  });
  const end = new AbortController();
  const failure = new AbortController();
  let working: Promise<void> | undefined;
  try {
    const blobs = new PostgresBlobs(storage.database);
    await openStudy(storage, settings, dataset);
    await shareDataset(storage, blobs, key, dataset);
    const signal = AbortSignal.any([options.signal, failure.signal]);
    if (!options.onlyAsks) {
      working = work(options, storage, blobs, AbortSignal.any([signal, end.signal])).catch((error: unknown) =>
        failure.abort(error),
      );
    }
    const front = await runStudyWith(
      { ...options, signal },
      {
        storage,
        blobs,
        remote: new WatchedTrials(storage, Math.max(options.inFlight, settings.search.batch), signal),
        alone: (piece, work) => {
          const lease = {
            name: `${key}/${piece}`,
            owner: workerName(),
            leaseMs: 1000 * storage.queue.heartbeatSeconds,
            signal,
            onWait: (holder: string) =>
              options.onNote?.(`${holder} is at ${piece} of ${key}: waiting for it`),
          };
          return withLease(storage.database, storage.dialect, lease, ({ database, lost }) =>
            work({ storage: storage.through(database), signal: AbortSignal.any([signal, lost]) }),
          );
        },
      },
    );
    await storage.putDocument(key, "front", front as unknown as Json);
    await storage.putDocument(key, "study.yaml", options.studyText);
    return front;
  } catch (error) {
    throw failure.signal.aborted ? failure.signal.reason : error;
  } finally {
    end.abort();
    await working;
    await storage.close();
  }
}

/** Run trials of any study that waits, as `worker` does, till the signal. */
function work(
  { workers, memoryBytes, dataset, tag }: PostgresStudyOptions,
  storage: QueuedStorage,
  blobs: PostgresBlobs,
  signal: AbortSignal,
): Promise<void> {
  return runWorker({
    storage,
    blobs,
    claims: new WorkerClaims(storage, storage.queue, workerName()),
    benches: new WorkerBenches((key) => openWorkerStudy(storage, blobs, key, dataset), memoryBytes),
    queues: [queueOf(tag)],
    slots: workers,
    idleMs: Number.POSITIVE_INFINITY,
    drainMs,
    signal,
    onTrial: () => {},
  });
}
