// What a worker tells the store: each in one transaction with what it tells the queue. Whatever comes of a claim that is
// no longer the current one changes nothing.

import type { Json, TrialFigures, TrialRecord } from "../study/storage.ts";
import type { QueueJob, TaskJob, TrialJob, TrialQueue } from "./postgres-queue.ts";
import type { PostgresStorage } from "./postgres-storage.ts";
import { appendEvent, deleteDocument, writeDocument } from "./sql-records.ts";
import type { SqlDialect, SqlSteps } from "./sql-steps.ts";
import { claimTask, completeTask, extendTask, failTask, releaseTask, type TaskRecord } from "./sql-tasks.ts";
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

/** A task that is ours to do. */
export interface TakenTask {
  readonly job: TaskJob;
  readonly task: TaskRecord;
}

export type Taken = TakenTrial | TakenTask;

/** What is kept with a trial's result. */
export interface MeasuredTrial {
  readonly result: Json;
  readonly figures: TrialFigures;
  /** Documents of the study by name. */
  readonly documents: ReadonlyMap<string, Json>;
  /** Whether anything was kept of it while it was measured, which is of no use any more. */
  readonly isPartKept?: boolean;
}

/** So long a worker may be silent before the job is another's. */
export function leaseMsOf({ heartbeatSeconds }: QueueJob): number {
  return 1000 * heartbeatSeconds;
}

export class WorkerClaims {
  readonly #storage: PostgresStorage;
  readonly #queue: TrialQueue;
  readonly #owner: string;

  /** @param owner - names this worker in the store */
  constructor(storage: PostgresStorage, queue: TrialQueue, owner: string) {
    this.#storage = storage;
    this.#queue = queue;
    this.#owner = owner;
  }

  /** Take what is next in these queues. @returns null: nothing waits */
  async take(queues: readonly string[]): Promise<Taken | null> {
    const { database, dialect } = this.#storage;
    for (;;) {
      const taken = await database.transaction(async (transaction) => {
        const job = await this.#queue.take(transaction, queues);
        if (job === null) return null;
        const leaseMs = leaseMsOf(job);
        if ("task" in job) {
          const task = await transaction.perform(claimTask(dialect, job.task, this.#owner, leaseMs));
          if (task !== null) return { job, task };
        } else {
          const claim = claimNumbered(dialect, job.key, job.trial, this.#owner, leaseMs);
          const trial = await transaction.perform(claim);
          if (trial !== null) return { job, trial };
        }
        await this.#queue.end(transaction, job); // it has ended: delivered once too often
        return "again";
      });
      if (taken !== "again") return taken;
    }
  }

  /** @returns false when it is no longer ours: stop working on it */
  beat(taken: Taken): Promise<boolean> {
    const { database, dialect } = this.#storage;
    return database.transaction(async (transaction) => {
      // A sign of life that a power cut takes away does no harm.
      await transaction.executeSql("SET LOCAL synchronous_commit = off");
      await this.#queue.touch(transaction, taken.job);
      return transaction.perform(rowOf(dialect, taken).extend(leaseMsOf(taken.job)));
    });
  }

  /** What was counted of a trial under way. @returns false when it is no longer ours, and nothing was written */
  keepPart({ job, trial }: TakenTrial, part: Json): Promise<boolean> {
    const { database, dialect } = this.#storage;
    return database.transaction(async (transaction) => {
      await this.#queue.touch(transaction, job);
      const isOurs = await transaction.perform(extendLease(dialect, claimOf(job, trial), leaseMsOf(job)));
      if (isOurs) await transaction.perform(writeDocument(job.key, partName(trial.number), part));
      return isOurs;
    });
  }

  /** What was kept of a trial, by whoever had it. */
  async readPart({ job, trial }: TakenTrial): Promise<Json> {
    return (await this.#storage.getDocument(job.key, partName(trial.number))) ?? null;
  }

  /** @returns false when the trial was no longer ours, and nothing was written */
  complete({ job, trial }: TakenTrial, measured: MeasuredTrial): Promise<boolean> {
    const { result, figures, documents, isPartKept = false } = measured;
    const { database, dialect } = this.#storage;
    const { key } = job;
    return database.transaction(async (transaction) => {
      const isOurs = await transaction.perform(completeClaim(dialect, claimOf(job, trial), result, figures));
      if (isOurs) {
        for (const [name, value] of documents) await transaction.perform(writeDocument(key, name, value));
        if (isPartKept) await transaction.perform(deleteDocument(key, partName(trial.number)));
      }
      await this.#queue.end(transaction, job);
      if (isOurs)
        await transaction.perform(appendEvent(dialect, key, "trial-complete", { trial: trial.number }));
      return isOurs;
    });
  }

  /** @returns false when the task was no longer ours, and nothing was written */
  completeTask({ job, task }: TakenTask, result: Json): Promise<boolean> {
    const { database, dialect } = this.#storage;
    return database.transaction(async (transaction) => {
      const isOurs = await transaction.perform(completeTask(dialect, task, result));
      await this.#queue.end(transaction, job);
      return isOurs;
    });
  }

  /** It cannot be done, by anyone. @returns false when it was no longer ours */
  fail(taken: Taken, error: Error): Promise<boolean> {
    const row = rowOf(this.#storage.dialect, taken);
    return this.#storage.database.transaction(async (transaction) => {
      const isOurs = await transaction.perform(row.fail(error));
      await this.#queue.end(transaction, taken.job);
      if (isOurs) await transaction.perform(row.tell("trial-failed", error));
      return isOurs;
    });
  }

  /** It went wrong here, and may go well elsewhere. */
  async retry(taken: Taken, error: Error): Promise<void> {
    const row = rowOf(this.#storage.dialect, taken);
    await this.#storage.database.transaction(async (transaction) => {
      const isOurs = await transaction.perform(row.release(error.message));
      await this.#queue.retry(transaction, taken.job, error.message);
      if (isOurs) await transaction.perform(row.tell("trial-retried", error));
    });
  }

  /** Nothing is wrong but that this worker ends. @returns false when it was no longer ours */
  giveBack(taken: Taken): Promise<boolean> {
    const row = rowOf(this.#storage.dialect, taken);
    return this.#storage.database.transaction(async (transaction) => {
      const isOurs = await transaction.perform(row.release(""));
      if (isOurs) await this.#queue.giveBack(transaction, taken.job);
      else await this.#queue.end(transaction, taken.job);
      return isOurs;
    });
  }
}

/** Of what is kept while a trial is under way; copies of a study leave it out. */
export const partPrefix = "part/";

function partName(trial: number): string {
  return `${partPrefix}${trial}`;
}

/** What is done to the row of a claim, whichever it is. Each: false where it is no longer ours. */
interface ClaimedRow {
  extend(leaseMs: number): SqlSteps<boolean>;
  release(error: string): SqlSteps<boolean>;
  fail(error: Error): SqlSteps<boolean>;
  /** Late in the transaction. Of tasks nobody keeps a journal. */
  tell(kind: "trial-failed" | "trial-retried", error: Error): SqlSteps<void>;
}

function rowOf(dialect: SqlDialect, taken: Taken): ClaimedRow {
  if ("task" in taken) {
    const { task } = taken;
    return {
      extend: (leaseMs) => extendTask(dialect, task, leaseMs),
      release: (error) => releaseTask(task, error),
      fail: (error) => failTask(dialect, task, error),
      *tell() {},
    };
  }
  const { job, trial } = taken;
  const claim = claimOf(job, trial);
  return {
    extend: (leaseMs) => extendLease(dialect, claim, leaseMs),
    release: () => releaseClaim(claim),
    fail: ({ message }) => failClaim(dialect, claim, message),
    tell(kind, { message: error }) {
      const { number, attempt } = trial;
      const more = kind === "trial-retried" && { attempt };
      return appendEvent(dialect, job.key, kind, { trial: number, ...more, error });
    },
  };
}

function claimOf({ key }: TrialJob, { number, attempt }: TrialRecord): TrialClaim {
  return { key, number, attempt };
}
