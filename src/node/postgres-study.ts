// A study whose trials any number of workers run, kept in a PostgreSQL database: this process asks and judges, and runs
// trials as well if it may. Several that run one study ask for the same trials and come to the same front.

import type { Front } from "../study/front.ts";
import { openStudy } from "../study/open-study.ts";
import type { Json } from "../study/storage.ts";
import { queuedExecutor } from "./evaluate-shard.ts";
import { workerName } from "./own-slots.ts";
import { withLease } from "./postgres-lease.ts";
import { WatchedTrials } from "./postgres-watch.ts";
import { type QueueAccess, withQueue } from "./queue-access.ts";
import { runStudyWith, type StudyFolderOptions } from "./study-folder.ts";
import { shareDataset } from "./worker-study.ts";

export interface PostgresStudyOptions extends StudyFolderOptions, QueueAccess {
  /** Trials asked for ahead of their results, where trials are asked as workers get free. */
  readonly inFlight: number;
}

/**
 * Run the study, or continue it. The folder gets its front; what a run needs to go on is in the database.
 *
 * @throws {CancelledError} when aborted; everything finished is kept, and workers end what they have
 * @throws {StateError} when the database does not answer, or holds another study of this name
 */
export function runStudyInPostgres(options: PostgresStudyOptions): Promise<Front> {
  const { settings, dataset, workers, inFlight } = options;
  const key = settings.name;
  return withQueue({ ...options, near: dataset, slots: workers }, async (queue) => {
    const { storage, blobs, tasks, signal } = queue;
    await openStudy(storage, settings, dataset);
    await shareDataset(storage, blobs, key, dataset);
    queue.begin();
    const slots = Math.max(inFlight, settings.search.batch);
    const front = await runStudyWith(
      { ...options, signal },
      {
        storage,
        blobs,
        remote: new WatchedTrials(storage, slots, signal),
        openExecutor: () => queuedExecutor({ tasks, blobs, study: key, data: dataset.sha256, slots }),
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
  });
}
