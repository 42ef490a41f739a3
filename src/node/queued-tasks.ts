// Tasks as whoever asks for them sees them: asked for in one transaction with their jobs, awaited, taken back when nobody
// wants them any more. The store is asked again and again, sooner after something has ended; and the queue is kept
// right: what was given up fails, what has no job gets one, and what another has taken back is asked for again.
//
// The same task asked for twice is one: what an earlier run got done is found.

import { CancelledError, errorFromData } from "../base/errors.ts";
import type { Json } from "../study/storage.ts";
import type { QueuedStorage } from "./postgres-queued-storage.ts";
import {
  type AskedTask,
  endedTasks,
  forgetTasks,
  insertTasks,
  looseTasks,
  type TaskEnd,
  taskKey,
  withdrawTasks,
} from "./sql-tasks.ts";

interface Awaited {
  readonly asked: AskedTask;
  readonly result: Promise<Json>;
  readonly resolve: (result: Json) => void;
  readonly reject: (error: unknown) => void;
}

const shortestPauseMs = 20;
const longestPauseMs = 1_000;
/** So long after its end a task is forgotten: till then a command that was killed finds what was done. */
const keptMs = 30 * 24 * 3600 * 1000;

export class QueuedTasks {
  readonly #storage: QueuedStorage;
  readonly #signal: AbortSignal;
  readonly #careMs: number;
  readonly #awaited = new Map<string, Awaited>();
  /** Not yet in the store. */
  readonly #fresh = new Map<string, AskedTask>();
  /** In the store, and wanted no more. */
  readonly #abandoned = new Set<string>();
  #watching: Promise<void> | null = null;
  #wake: () => void = () => {};
  #lastEnd = performance.now();
  #lastCare = performance.now();
  #isClosed = false;

  /**
   * @param signal - aborted: nothing is waited for any more, and what nobody has begun is taken back
   * @param careMs - between looks at the queue
   */
  constructor(storage: QueuedStorage, signal: AbortSignal, careMs: number) {
    this.#storage = storage;
    this.#signal = signal;
    this.#careMs = careMs;
  }

  /**
   * Have a task done.
   *
   * @returns its result
   * @throws {CancelledError} when the signal is aborted, or this is closed
   * @throws what the worker met, under its name
   */
  run(asked: AskedTask): Promise<Json> {
    if (this.#isOver) return Promise.reject(new CancelledError(`the ${asked.kind}`));
    const key = taskKey(asked);
    const known = this.#awaited.get(key);
    if (known !== undefined) return known.result;
    const { promise: result, resolve, reject } = withResolvers<Json>();
    this.#awaited.set(key, { asked, result, resolve, reject });
    this.#fresh.set(key, asked);
    this.#wake();
    this.#watching ??= this.#watch();
    return result;
  }

  /** Take back what nobody has begun, or has given back: after this process's own slots have ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#wake();
    await this.#watching;
    await this.#withdraw();
  }

  get #isOver(): boolean {
    return this.#isClosed || this.#signal.aborted;
  }

  async #watch(): Promise<void> {
    const onAbort = (): void => this.#wake();
    this.#signal.addEventListener("abort", onAbort);
    try {
      await this.#storage.database.perform(() => forgetTasks(this.#storage.dialect, keptMs));
      while (this.#awaited.size > 0 && !this.#isOver) {
        if (this.#fresh.size > 0) await this.#ask();
        if (!(await this.#look())) await this.#pause();
        if (performance.now() - this.#lastCare > this.#careMs) await this.#care();
      }
      for (const key of this.#awaited.keys()) this.#abandoned.add(key);
      await this.#withdraw();
      for (const { asked, reject } of this.#awaited.values()) reject(new CancelledError(`the ${asked.kind}`));
    } catch (error) {
      for (const { reject } of this.#awaited.values()) reject(error);
    } finally {
      this.#awaited.clear();
      this.#fresh.clear();
      this.#signal.removeEventListener("abort", onAbort);
      this.#watching = null; // in one go with the end of the loop, or what is asked for now would be seen by nobody
    }
  }

  async #ask(): Promise<void> {
    const asked = new Map(this.#fresh);
    await this.#insert(asked, true);
    for (const key of asked.keys()) this.#fresh.delete(key);
  }

  async #insert(asked: ReadonlyMap<string, AskedTask>, isAnew: boolean): Promise<void> {
    const { database, dialect, queue, queueName } = this.#storage;
    await database.transaction(async (transaction) => {
      const added = await transaction.perform(insertTasks(dialect, asked, isAnew));
      await queue.enqueueTasks(transaction, queueName, added);
    });
  }

  /** @returns whether a task has ended */
  async #look(): Promise<boolean> {
    const keys = [...this.#awaited.keys()];
    const ends = await this.#storage.database.perform(() => endedTasks(keys));
    for (const end of ends) this.#end(end);
    if (ends.length > 0) this.#lastEnd = performance.now();
    return ends.length > 0;
  }

  #end(end: TaskEnd): void {
    const awaited = this.#awaited.get(end.key);
    this.#awaited.delete(end.key);
    if (end.state === "complete") awaited?.resolve(end.result);
    else awaited?.reject(errorFromData(JSON.parse(end.error)));
  }

  async #care(): Promise<void> {
    const { database, dialect, queue, queueName } = this.#storage;
    while (await this.#storage.failDead());
    await this.#insert(new Map([...this.#awaited].map(([key, { asked }]) => [key, asked])), false);
    await database.transaction(async (transaction) => {
      const loose = await transaction.perform(looseTasks(dialect, [...this.#awaited.keys()]));
      await queue.enqueueTasks(transaction, queueName, loose);
    });
    this.#lastCare = performance.now();
  }

  async #withdraw(): Promise<void> {
    if (this.#abandoned.size === 0) return;
    await this.#storage.database.perform(() => withdrawTasks([...this.#abandoned]));
  }

  async #pause(): Promise<void> {
    if (this.#fresh.size > 0 || this.#isOver) return;
    const quietMs = performance.now() - this.#lastEnd;
    const pauseMs = Math.min(longestPauseMs, Math.max(shortestPauseMs, quietMs / 10));
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, pauseMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Promise.withResolvers, which Node 22 has and the language level here does not. */
function withResolvers<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  promise.catch(() => {}); // told to whoever waits, who may not do so yet
  return { promise, resolve, reject };
}
