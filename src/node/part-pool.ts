// Threads that take the parts of a job one after the other, and stay until the pool is closed.

import { Worker } from "node:worker_threads";
import {
  CancelledError,
  type ErrorData,
  errorFromData,
  InvalidValueError,
  StateError,
} from "../base/errors.ts";

export interface PartPoolOptions {
  /** Names the job in messages, e.g. `"simulation"`. */
  readonly job: string;
  /** The worker's script. */
  readonly worker: URL;
  /** At least 1; more than there are cores only cost time. */
  readonly threads: number;
  /** What every worker is given, with `cancelFlag`: not 0 once work is to stop. */
  readonly workerData: Readonly<Record<string, unknown>>;
}

export type PartReply<Result> = { readonly result: Result } | { readonly error: ErrorData };

/** Settles what a thread was asked for: its reply, or the error it will not reply for. */
type Settle<Result> = (reply: PartReply<Result> | Error) => void;

export class PartPool<Part, Result> {
  readonly #job: string;
  readonly #workers: readonly Worker[];
  readonly #cancelFlag = new Int32Array(new SharedArrayBuffer(4));
  readonly #asked = new Map<Worker, Settle<Result>>();
  #isBusy = false;
  /** Why nothing can be run any more. */
  #failure: StateError | undefined;

  /** @throws {InvalidValueError} for no threads */
  constructor({ job, worker, threads, workerData }: PartPoolOptions) {
    if (!(Number.isInteger(threads) && threads >= 1)) {
      throw new InvalidValueError("threads", "must be a whole number of at least 1", threads);
    }
    this.#job = job;
    const data = { ...workerData, cancelFlag: this.#cancelFlag };
    this.#workers = Array.from({ length: threads }, () => this.#start(worker, data));
  }

  get threads(): number {
    return this.#workers.length;
  }

  /** Whether nothing can be run any more: a thread has died, or the pool is closed. */
  get isBroken(): boolean {
    return this.#failure !== undefined;
  }

  /**
   * Run all parts.
   *
   * @param onResult - told of every part as it ends, in no order
   * @returns their results, in their order
   * @throws {CancelledError} soon after the signal
   * @throws {StateError} while another run goes on, or when the pool is closed or a thread has died
   */
  async run(
    parts: readonly Part[],
    signal?: AbortSignal,
    onResult?: (part: number, result: Result) => void,
  ): Promise<Result[]> {
    if (this.#isBusy) throw new StateError(`the ${this.#job} pool is busy: wait for its last run to end.`);
    if (this.#failure) throw this.#failure;
    this.#isBusy = true;
    Atomics.store(this.#cancelFlag, 0, 0);
    const cancel = (): void => this.#cancel();
    signal?.addEventListener("abort", cancel);
    if (signal?.aborted) cancel();
    try {
      const results = await this.#runParts(parts, onResult);
      // Whoever has cancelled is told so, even if the threads were faster.
      if (signal?.aborted) throw new CancelledError(`the ${this.#job}`);
      return results;
    } finally {
      signal?.removeEventListener("abort", cancel);
      this.#isBusy = false;
    }
  }

  /** End the threads; a run under way ends with a StateError. */
  async close(): Promise<void> {
    this.#fail(new StateError(`the ${this.#job} pool is closed: make a new one.`));
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  async #runParts(
    parts: readonly Part[],
    onResult: ((part: number, result: Result) => void) | undefined,
  ): Promise<Result[]> {
    const results: Result[] = [];
    const errors: unknown[] = [];
    let next = 0;
    const work = async (worker: Worker): Promise<void> => {
      while (next < parts.length && errors.length === 0) {
        const part = next++;
        try {
          results[part] = await this.#ask(worker, parts[part]);
          onResult?.(part, results[part]);
        } catch (error) {
          // The cause stands first; the others only tell that they were stopped for it.
          errors.push(error);
          this.#cancel();
        }
      }
    };
    // All threads are heard out, so that the next run finds them idle.
    await Promise.all(this.#workers.map(work));
    if (errors.length > 0) throw errors[0];
    return results;
  }

  #ask(worker: Worker, part: Part): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#failure) return reject(this.#failure);
      this.#asked.set(worker, (reply) => {
        this.#asked.delete(worker);
        worker.unref();
        if (reply instanceof Error) reject(reply);
        else if ("error" in reply) reject(errorFromData(reply.error));
        else resolve(reply.result);
      });
      worker.ref();
      worker.postMessage(part);
    });
  }

  #start(script: URL, workerData: unknown): Worker {
    const worker = new Worker(script, { workerData });
    const died = (how: string): void =>
      this.#fail(new StateError(`a thread of the ${this.#job} pool has died (${how}): make a new pool.`));
    worker.on("message", (reply: PartReply<Result>) => this.#asked.get(worker)?.(reply));
    worker.on("error", (error: unknown) => died(error instanceof Error ? error.message : String(error)));
    worker.on("exit", (code) => died(`exit code ${code}`));
    worker.unref();
    return worker;
  }

  #cancel(): void {
    Atomics.store(this.#cancelFlag, 0, 1);
  }

  /** The first failure stays; whoever waits for a thread is told at once. */
  #fail(failure: StateError): void {
    this.#failure ??= failure;
    this.#cancel();
    for (const settle of [...this.#asked.values()]) settle(this.#failure);
  }
}
