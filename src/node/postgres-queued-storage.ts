// The storage of a study whose trials other processes run: what makes a trial wait also makes its job, in one
// transaction. What workers do with jobs is in worker-claims.ts.

import { StateError } from "../base/errors.ts";
import type { Json, TrialRecord } from "../study/storage.ts";
import type { PostgresDatabase } from "./postgres-database.ts";
import { type QueueOptions, queueOf, TrialQueue } from "./postgres-queue.ts";
import { PostgresStorage, type PostgresStorageOptions } from "./postgres-storage.ts";
import { appendEvent } from "./sql-records.ts";
import { all, type SqlDialect } from "./sql-steps.ts";
import { failOpenTask } from "./sql-tasks.ts";
import { failOpen, insertTrials, readTrials, readTrialsOf, reopenComplete } from "./sql-trials.ts";

export interface QueuedStorageOptions extends PostgresStorageOptions, QueueOptions {
  /** What a worker must have for these trials, e.g. `gpu`; "": nothing. */
  readonly tag?: string;
}

/** Beyond so many new results all are read anew. */
const mostReadSingly = 200;

export class QueuedStorage extends PostgresStorage {
  readonly queue: TrialQueue;
  /** Where what this process asks for waits. */
  readonly queueName: string;
  /** Ended trials as they were read last, by study and number. A result is for ever that of its attempt. */
  readonly #ended = new Map<string, Map<number, TrialRecord>>();

  /**
   * @throws {StateError} when the database does not answer or let this user in
   * @throws {FormatError} when it holds something else
   */
  static async openQueued(address: string, options: QueuedStorageOptions = {}): Promise<QueuedStorage> {
    const queueName = queueOf(options.tag ?? "");
    const { database, dialect } = await PostgresStorage.open(address, options);
    try {
      const queue = await TrialQueue.open(database, options);
      await queue.ensure(queueName);
      return new QueuedStorage(database, dialect, queue, queueName);
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  private constructor(database: PostgresDatabase, dialect: SqlDialect, queue: TrialQueue, queueName: string) {
    super(database, dialect);
    this.queue = queue;
    this.queueName = queueName;
  }

  /** The same storage by another view of its database. The queue stays this one's. */
  through(database: PostgresDatabase): QueuedStorage {
    return new QueuedStorage(database, this.dialect, this.queue, this.queueName);
  }

  override async addTrials(
    key: string,
    trials: readonly { readonly number: number; readonly design: Json }[],
  ): Promise<void> {
    await this.database.transaction(async (transaction) => {
      const added = await transaction.perform(insertTrials(this.dialect, key, trials));
      await this.queue.enqueue(transaction, this.queueName, key, added);
    });
  }

  override async reopenTrial(key: string, number: number): Promise<boolean> {
    return this.database.transaction(async (transaction) => {
      const isOpen = await transaction.perform(reopenComplete(key, number));
      if (isOpen) await this.queue.enqueue(transaction, this.queueName, key, [number]);
      return isOpen;
    });
  }

  /**
   * Give every trial that waits a job, and every one whose worker is silent, if it has none: after a run without a
   * queue, or whatever else took jobs away.
   */
  async enqueueWaiting(key: string): Promise<void> {
    await this.database.transaction(async (transaction) => {
      const sql = `SELECT number FROM trial WHERE study_key = ?
        AND (state = 'waiting' OR (state = 'running' AND lease_until_ms < ${this.dialect.nowMs()})) ORDER BY number`;
      const numbers = (await transaction.perform(all(sql, key))).map(({ number }) => Number(number));
      await this.queue.enqueue(transaction, this.queueName, key, numbers);
    });
  }

  /** Fail what the queue gave up next, so that who waits for it goes on without it. @returns false: there is none */
  async failDead(): Promise<boolean> {
    const lost = (what: string): string =>
      `every worker that took this ${what} was lost, or could not measure it`;
    return this.database.transaction(async (transaction) => {
      const job = await this.queue.takeDead(transaction);
      if (job === null) return false;
      if ("task" in job) {
        const why = (last: string): Error => new StateError(lost("shard") + (last === "" ? "" : `: ${last}`));
        await transaction.perform(failOpenTask(this.dialect, job.task, why));
      } else {
        const error = lost("trial");
        if (await transaction.perform(failOpen(this.dialect, job.key, job.trial, error)))
          await transaction.perform(
            appendEvent(this.dialect, job.key, "trial-failed", { trial: job.trial, error }),
          );
      }
      await this.queue.end(transaction, job);
      return true;
    });
  }

  /** Only what has changed since the last time is read. */
  override async listTrials(key: string): Promise<readonly TrialRecord[]> {
    const known = this.#ended.get(key) ?? new Map<number, TrialRecord>();
    this.#ended.set(key, known);
    const rows = await this.perform(() =>
      all("SELECT number, state, attempt FROM trial WHERE study_key = ? ORDER BY number", key),
    );
    const isKnown = (number: unknown, state: unknown, attempt: unknown): boolean => {
      const trial = known.get(Number(number));
      return trial?.state === state && trial?.attempt === Number(attempt);
    };
    const numbers = rows
      .filter(({ number, state, attempt }) => !isKnown(number, state, attempt))
      .map(({ number }) => Number(number));
    const read = await this.perform(() =>
      numbers.length > mostReadSingly ? readTrials(key) : readTrialsOf(key, numbers),
    );
    const fresh = new Map(read.map((trial) => [trial.number, trial]));
    for (const [number, trial] of fresh) {
      if (trial.state === "complete" || trial.state === "failed") known.set(number, trial);
    }
    return rows.map(({ number }) => (fresh.get(Number(number)) ?? known.get(Number(number))) as TrialRecord);
  }

  override async close(): Promise<void> {
    await this.queue.close();
    await super.close();
  }
}
