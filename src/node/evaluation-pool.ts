// Evaluations on worker threads. Each worker has its own kernels and memory; the data set's bytes
// are shared, never copied. Cancellation is a flag in shared memory, so that a worker in the
// middle of a loop sees it.

import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import {
  CancelledError,
  errorFromData,
  InvalidValueError,
  ResourceError,
  StateError,
} from "../base/errors.ts";
import type { Dataset } from "../data/dataset.ts";
import type {
  EvaluationOutcome,
  EvaluationTask,
  Executor,
  PreparationTask,
} from "../pipeline/evaluation-task.ts";
import type { EvaluationWork, FromEvaluationWorker, ToEvaluationWorker } from "./evaluation-messages.ts";

export interface EvaluationPoolOptions {
  readonly dataset: Dataset;
  /** Network files of trained ANNs by their SHA-256. */
  readonly anns: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  /** Threads; at most the cores available. */
  readonly workers: number;
  /** Memory of one evaluation. */
  readonly memoryBytes: number;
}

interface Waiting {
  readonly work: EvaluationWork;
  readonly resolve: (outcome: EvaluationOutcome | Uint8Array<ArrayBuffer>) => void;
  readonly reject: (error: Error) => void;
}

/** @throws {InvalidValueError} for more workers than cores */
export function requireWorkers(workers: number, where = "--workers"): void {
  const cores = availableParallelism();
  if (Number.isInteger(workers) && workers >= 1 && workers <= cores) return;
  throw new InvalidValueError(where, `must be from 1 to ${cores}, the cores available`, workers);
}

export class EvaluationPool implements Executor {
  readonly slots: number;
  readonly #cancelFlag = new Int32Array(new SharedArrayBuffer(4));
  readonly #queue: Waiting[] = [];
  readonly #running = new Map<Worker, Waiting>();
  readonly #idle: Worker[] = [];
  #closed = false;
  /** Why no work can be done any more: of the thread, not of the work. */
  #failure: ResourceError | undefined;

  constructor(options: EvaluationPoolOptions) {
    requireWorkers(options.workers);
    this.slots = options.workers;
    for (let i = 0; i < options.workers; i++) this.#idle.push(this.#start(options));
  }

  evaluate(task: EvaluationTask): Promise<EvaluationOutcome> {
    return this.#run(task) as Promise<EvaluationOutcome>;
  }

  /** Train what a search begins with. @throws {CancelledError} when cancelled in the middle */
  prepare(task: PreparationTask): Promise<Uint8Array<ArrayBuffer>> {
    return this.#run(task) as Promise<Uint8Array<ArrayBuffer>>;
  }

  #run(work: EvaluationWork): Promise<EvaluationOutcome | Uint8Array<ArrayBuffer>> {
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#closed)
      return Promise.reject(
        new StateError("the evaluation pool is closed: no more work can be given to it."),
      );
    return new Promise((resolve, reject) => {
      this.#queue.push({ work, resolve, reject });
      this.#next();
    });
  }

  /** Make running evaluations stop within 200 ms and refuse waiting ones. */
  cancel(): void {
    Atomics.store(this.#cancelFlag, 0, 1);
    for (const waiting of this.#queue.splice(0)) waiting.reject(new CancelledError("the evaluation"));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.cancel();
    await Promise.all([...this.#idle, ...this.#running.keys()].map((worker) => worker.terminate()));
  }

  #start({ dataset, anns, memoryBytes }: EvaluationPoolOptions): Worker {
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    const message: ToEvaluationWorker = {
      dataset,
      anns: [...anns],
      memoryBytes,
      cancelFlag: this.#cancelFlag,
    };
    const worker = new Worker(new URL(`./evaluation-worker.${extension}`, import.meta.url), {
      workerData: message,
    });
    worker.on("message", (reply: FromEvaluationWorker) => {
      const waiting = this.#running.get(worker);
      this.#running.delete(worker);
      this.#idle.push(worker);
      if ("error" in reply) waiting?.reject(errorFromData(reply.error));
      else waiting?.resolve(reply.outcome);
      this.#next();
    });
    worker.on("error", (error) => {
      const how = error instanceof Error ? error.message : String(error);
      const failure = new ResourceError(`a thread of the evaluation pool has died (${how}).`);
      this.#failure = failure;
      this.#running.get(worker)?.reject(failure);
      for (const waiting of this.#queue.splice(0)) waiting.reject(failure);
    });
    worker.unref();
    return worker;
  }

  #next(): void {
    while (this.#queue.length > 0 && this.#idle.length > 0) {
      const waiting = this.#queue.shift() as Waiting;
      const worker = this.#idle.pop() as Worker;
      this.#running.set(worker, waiting);
      worker.ref();
      worker.postMessage(waiting.work);
    }
    for (const worker of this.#idle) worker.unref();
  }
}
