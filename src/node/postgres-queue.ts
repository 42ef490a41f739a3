// Trials and tasks that wait for a worker, as jobs of pg-boss (https://github.com/timgit/pg-boss, 12.35) in the database
// of the store: a job is made in the transaction that makes its row wait, and ends in the one that keeps its result.
//
// A worker tells every few seconds that a job of its is alive. One that is silent for `heartbeatSeconds` is taken for
// dead: the job waits again, each time twice as long, and after `retryLimit` lost workers it becomes a dead letter.
// The queue decides whose turn it is; the attempt number of the trial or task, whose result counts.

import type { JobWithMetadata, PgBoss } from "pg-boss";
import { InvalidValueError } from "../base/errors.ts";
import type { PostgresDatabase, PostgresTransaction } from "./postgres-database.ts";

export interface QueueOptions {
  /** Without a sign of life for so long, whoever has what this process asks for is taken for dead. At least 10. */
  readonly heartbeatSeconds?: number;
  /** Workers that may be lost on one trial or task. */
  readonly retryLimit?: number;
  /** How often this process looks for dead workers, whoever else does. */
  readonly superviseSeconds?: number;
}

interface PlaceInQueue {
  readonly queue: string;
  readonly id: string;
  /** How often it was given out before. */
  readonly retryCount: number;
  /** As who asked for it wishes. */
  readonly heartbeatSeconds: number;
}

/** A trial that is this process's turn. */
export interface TrialJob extends PlaceInQueue {
  readonly key: string;
  readonly trial: number;
}

/** A task (sql-tasks.ts) that is this process's turn. */
export interface TaskJob extends PlaceInQueue {
  /** Its key. */
  readonly task: string;
}

export type QueueJob = TrialJob | TaskJob;

type JobData = { readonly study: string; readonly trial: number } | { readonly task: string };

export const defaultHeartbeatSeconds = 15;

/** Appendix A of PostgreSQL's manual. */
const uniqueViolation = "23505";

/** Whatever of a queue was given up; who waits for it is told of a failure. */
const deadLetters = "dead-trials";

/** A name of its own for each capability: a worker takes from those that it has. "": any worker will do. */
export function queueOf(tag: string): string {
  if (tag !== "" && !/^[a-z0-9][a-z0-9-]{0,39}$/.test(tag))
    throw new InvalidValueError(
      "a tag",
      "must be small letters, digits and hyphens",
      tag,
      "For example: gpu.",
    );
  return tag === "" ? "trials" : `trials.${tag}`;
}

export class TrialQueue {
  readonly heartbeatSeconds: number;
  readonly #boss: PgBoss;
  readonly #retryLimit: number;
  readonly #known = new Set<string>();

  /** Make the queue's tables where there are none, once, however many do so at once. */
  static async open(database: PostgresDatabase, options: QueueOptions = {}): Promise<TrialQueue> {
    const { PgBoss } = await import("pg-boss");
    const { superviseSeconds = 15 } = options;
    const boss = new PgBoss({
      db: { executeSql: (text, values) => database.executeSql(text, values) },
      schema: "spikefront_queue",
      schedule: false,
      superviseIntervalSeconds: superviseSeconds,
      monitorIntervalSeconds: Math.max(1, Math.min(5, superviseSeconds)),
    });
    boss.on("error", () => {}); // of its own timers, which try again
    // Of several that make its schema at once, one may be told that the name is taken: then it is there.
    await boss.start().catch((cause) => {
      if (cause.code !== uniqueViolation) throw cause;
      return boss.start();
    });
    const queue = new TrialQueue(boss, options);
    await boss.createQueue(deadLetters, { retryLimit: 1000, expireInSeconds: 60 });
    return queue;
  }

  private constructor(boss: PgBoss, options: QueueOptions) {
    const { heartbeatSeconds = defaultHeartbeatSeconds, retryLimit = 5 } = options;
    this.#boss = boss;
    this.heartbeatSeconds = heartbeatSeconds;
    this.#retryLimit = retryLimit;
  }

  /** Make the queue if need be. Outside of transactions. */
  async ensure(name: string): Promise<void> {
    if (this.#known.has(name)) return;
    // Exclusive: of each trial at most one job waits or runs, so that it can be asked for again without harm.
    await this.#boss.createQueue(name, {
      policy: "exclusive",
      deadLetter: deadLetters,
      heartbeatSeconds: this.heartbeatSeconds,
      retryLimit: this.#retryLimit,
      retryDelay: 1,
      retryBackoff: true,
      retryDelayMax: 60,
      expireInSeconds: 23 * 3600,
      deleteAfterSeconds: 3600,
      retentionSeconds: 90 * 24 * 3600,
    });
    // It looks up what it does not know over a connection of its own. Done within transactions, as many as there are
    // connections, all would wait for one: so it is made to know the queue now.
    await this.#boss.insert(name, []);
    this.#known.add(name);
  }

  /** Make trials wait for a worker. One that waits already, or is being run, is left as it is. */
  async enqueue(
    transaction: PostgresTransaction,
    queue: string,
    key: string,
    trials: readonly number[],
    heartbeatSeconds = this.heartbeatSeconds,
  ): Promise<void> {
    const jobs = trials.map((trial) => ({ name: `${key}/${trial}`, data: { study: key, trial } }));
    await this.#insert(transaction, queue, jobs, heartbeatSeconds);
  }

  /** The same with tasks, by their keys. */
  async enqueueTasks(
    transaction: PostgresTransaction,
    queue: string,
    tasks: readonly string[],
    heartbeatSeconds = this.heartbeatSeconds,
  ): Promise<void> {
    const jobs = tasks.map((task) => ({ name: `task/${task}`, data: { task } }));
    await this.#insert(transaction, queue, jobs, heartbeatSeconds);
  }

  async #insert(
    transaction: PostgresTransaction,
    queue: string,
    jobs: readonly { readonly name: string; readonly data: JobData }[],
    heartbeatSeconds: number,
  ): Promise<void> {
    if (jobs.length === 0) return;
    const settings = { heartbeatSeconds, retryLimit: this.#retryLimit };
    const rows = jobs.map(({ name, data }) => ({ data, singletonKey: name, ...settings }));
    await this.#boss.insert(queue, rows, { db: transaction });
  }

  /** Take a job from the first of these queues that has one. */
  async take(transaction: PostgresTransaction, queues: readonly string[]): Promise<QueueJob | null> {
    for (const queue of queues) {
      const [job] = await this.#boss.fetch<JobData>(queue, {
        includeMetadata: true,
        db: transaction,
      } as never);
      if (job !== undefined) return jobOf(queue, job as unknown as JobWithMetadata<JobData>);
    }
    return null;
  }

  /** Say that the job is being worked on. */
  async touch(transaction: PostgresTransaction, { queue, id, retryCount }: QueueJob): Promise<void> {
    await this.#boss.touch(queue, { id, retryCount }, { db: transaction });
  }

  /** The job is over. One that was given to another meanwhile is left to him. */
  async end(transaction: PostgresTransaction, { queue, id, retryCount }: QueueJob): Promise<void> {
    await this.#boss.complete(queue, { id, retryCount }, null, { db: transaction });
  }

  /** Another is to try, a little later; in the end it becomes a dead letter. */
  async retry(
    transaction: PostgresTransaction,
    { queue, id, retryCount }: QueueJob,
    why: string,
  ): Promise<void> {
    await this.#boss.fail(queue, { id, retryCount }, { message: why }, { db: transaction });
  }

  /** Another is to go on at once: nothing was wrong. */
  async giveBack(transaction: PostgresTransaction, job: QueueJob): Promise<void> {
    const { queue, heartbeatSeconds } = job;
    await this.end(transaction, job);
    if ("task" in job) await this.enqueueTasks(transaction, queue, [job.task], heartbeatSeconds);
    else await this.enqueue(transaction, queue, job.key, [job.trial], heartbeatSeconds);
  }

  /** The next that was given up. */
  takeDead(transaction: PostgresTransaction): Promise<QueueJob | null> {
    return this.take(transaction, [deadLetters]);
  }

  /** Look for dead workers now. */
  async supervise(): Promise<void> {
    await this.#boss.supervise();
  }

  async close(): Promise<void> {
    await this.#boss.stop({ graceful: false, close: false });
  }
}

function jobOf(queue: string, job: JobWithMetadata<JobData>): QueueJob {
  const { id, retryCount, data, heartbeatSeconds } = job;
  const place = { queue, id, retryCount, heartbeatSeconds: heartbeatSeconds ?? defaultHeartbeatSeconds };
  return "task" in data ? { task: data.task, ...place } : { key: data.study, trial: data.trial, ...place };
}
