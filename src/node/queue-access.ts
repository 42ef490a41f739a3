// Work that is handed to whoever takes it from the queue of a database: the queue opened, slots of this process beside
// it if it may work as well, and all of it closed in the end.

import type { Dataset } from "../data/dataset.ts";
import { workBeside } from "./own-slots.ts";
import { PostgresBlobs } from "./postgres-blobs.ts";
import { QueuedStorage, type QueuedStorageOptions } from "./postgres-queued-storage.ts";
import { QueuedTasks } from "./queued-tasks.ts";

export interface QueueAccess {
  readonly address: string;
  /** What a worker must have for this, e.g. `gpu`; "": nothing. */
  readonly tag: string;
  /** Leave all work to others. */
  readonly onlyAsks: boolean;
  readonly queue?: Pick<
    QueuedStorageOptions,
    "heartbeatSeconds" | "retryLimit" | "superviseSeconds" | "patienceMs"
  >;
}

interface Beside {
  readonly near: Dataset;
  readonly slots: number;
  /** Of one slot. */
  readonly memoryBytes: number;
  readonly signal: AbortSignal;
}

export interface OpenQueue {
  readonly storage: QueuedStorage;
  readonly blobs: PostgresBlobs;
  readonly tasks: QueuedTasks;
  /** Aborted as well when this process's own slots have failed. */
  readonly signal: AbortSignal;
  /** Begin to work beside, where this process may. */
  readonly begin: () => void;
}

/** @throws what the work throws, or what stopped this process's own slots */
export async function withQueue<T>(
  { address, tag, onlyAsks, queue = {}, near, slots, memoryBytes, signal: asked }: QueueAccess & Beside,
  work: (queue: OpenQueue) => Promise<T>,
): Promise<T> {
  const own = onlyAsks ? 0 : slots;
  const { superviseSeconds = 5 } = queue;
  const storage = await QueuedStorage.openQueued(address, {
    tag,
    superviseSeconds,
    connections: own + 5,
    ...queue,
  });
  const end = new AbortController();
  const failure = new AbortController();
  const signal = AbortSignal.any([asked, failure.signal]);
  const tasks = new QueuedTasks(storage, signal, 1000 * superviseSeconds);
  const blobs = new PostgresBlobs(storage.database);
  let working: Promise<void> | undefined;
  try {
    const begin = (): void => {
      if (own === 0) return;
      const until = AbortSignal.any([signal, end.signal]);
      working = workBeside({ storage, blobs, slots: own, memoryBytes, near, tag, signal: until }).catch(
        (error: unknown) => failure.abort(error),
      );
    };
    return await work({ storage, blobs, tasks, signal, begin });
  } catch (error) {
    throw failure.signal.aborted ? failure.signal.reason : error;
  } finally {
    end.abort();
    await working;
    await tasks.close();
    await storage.close();
  }
}
