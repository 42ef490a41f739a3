// What a worker tells the store: each in one transaction with what it tells the queue. Whatever comes of a claim that is
// no longer the current one changes nothing.

import type { Json, TrialFigures, TrialRecord } from "../study/storage.ts";
import type { TrialJob, TrialQueue } from "./postgres-queue.ts";
import type { PostgresStorage } from "./postgres-storage.ts";
import { appendEvent, writeDocument } from "./sql-records.ts";
import {
  claimNumbered,
  completeClaim,
  extendLease,
  failClaim,
  releaseClaim,
  type TrialClaim,
} from "./sql-trials.ts";

/** A trial that is ours to run. */
export interface TakenTrial {
  readonly job: TrialJob;
  readonly trial: TrialRecord;
}

/** What is kept with a result. */
export interface MeasuredTrial {
  readonly result: Json;
  readonly figures: TrialFigures;
  /** Documents of the study by name. */
  readonly documents: ReadonlyMap<string, Json>;
}

export class WorkerClaims {
  readonly #storage: PostgresStorage;
  readonly #queue: TrialQueue;
  readonly #owner: string;
  readonly leaseMs: number;

  /** @param owner - names this worker in the store */
  constructor(storage: PostgresStorage, queue: TrialQueue, owner: string) {
    this.#storage = storage;
    this.#queue = queue;
    this.#owner = owner;
    this.leaseMs = 1000 * queue.heartbeatSeconds;
  }

  /** Take the next trial from these queues. @returns null: none waits */
  async take(queues: readonly string[]): Promise<TakenTrial | null> {
    const { database, dialect } = this.#storage;
    for (;;) {
      const taken = await database.transaction(async (transaction) => {
        const job = await this.#queue.take(transaction, queues);
        if (job === null) return null;
        const claim = claimNumbered(dialect, job.key, job.trial, this.#owner, this.leaseMs);
        const trial = await transaction.perform(claim);
        if (trial === null) await this.#queue.end(transaction, job); // it has ended: delivered once too often
        return { job, trial };
      });
      if (taken === null) return null;
      const { job, trial } = taken;
      if (trial !== null) return { job, trial };
    }
  }

  /** @returns false when the trial is no longer ours: stop working on it */
  beat({ job, trial }: TakenTrial): Promise<boolean> {
    const { database, dialect } = this.#storage;
    return database.transaction(async (transaction) => {
      // A sign of life that a power cut takes away does no harm.
      await transaction.executeSql("SET LOCAL synchronous_commit = off");
      await this.#queue.touch(transaction, job);
      return transaction.perform(extendLease(dialect, claimOf(job, trial), this.leaseMs));
    });
  }

  /** @returns false when the trial was no longer ours, and nothing was written */
  complete({ job, trial }: TakenTrial, { result, figures, documents }: MeasuredTrial): Promise<boolean> {
    const { database, dialect } = this.#storage;
    const { key } = job;
    return database.transaction(async (transaction) => {
      const isOurs = await transaction.perform(completeClaim(dialect, claimOf(job, trial), result, figures));
      if (isOurs) {
        for (const [name, value] of documents) await transaction.perform(writeDocument(key, name, value));
      }
      await this.#queue.end(transaction, job);
      if (isOurs)
        await transaction.perform(appendEvent(dialect, key, "trial-complete", { trial: trial.number }));
      return isOurs;
    });
  }

  /** It cannot be measured, by anyone. @returns false when it was no longer ours */
  fail({ job, trial }: TakenTrial, error: string): Promise<boolean> {
    const { database, dialect } = this.#storage;
    return database.transaction(async (transaction) => {
      const isOurs = await transaction.perform(failClaim(dialect, claimOf(job, trial), error));
      await this.#queue.end(transaction, job);
      if (isOurs) {
        const data = { trial: trial.number, error };
        await transaction.perform(appendEvent(dialect, job.key, "trial-failed", data));
      }
      return isOurs;
    });
  }

  /** It went wrong here, and may go well elsewhere. */
  async retry({ job, trial }: TakenTrial, error: string): Promise<void> {
    const { database, dialect } = this.#storage;
    await database.transaction(async (transaction) => {
      const isOurs = await transaction.perform(releaseClaim(claimOf(job, trial)));
      await this.#queue.retry(transaction, job, error);
      if (isOurs) {
        const data = { trial: trial.number, attempt: trial.attempt, error };
        await transaction.perform(appendEvent(dialect, job.key, "trial-retried", data));
      }
    });
  }

  /** Nothing is wrong but that this worker ends. */
  async giveBack({ job, trial }: TakenTrial): Promise<void> {
    await this.#storage.database.transaction(async (transaction) => {
      if (await transaction.perform(releaseClaim(claimOf(job, trial))))
        await this.#queue.giveBack(transaction, job);
      else await this.#queue.end(transaction, job);
    });
  }
}

function claimOf({ key }: TrialJob, { number, attempt }: TrialRecord): TrialClaim {
  return { key, number, attempt };
}
