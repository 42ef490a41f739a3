// One network simulated on several threads. Images are independent, so a set is cut into parts that the
// threads take one after the other; joined in order, they are what one thread gives, bit for bit. Weights,
// pixels and spikes lie in memory that all threads share; the threads stay until the pool is closed.

import { Worker } from "node:worker_threads";
import { CancelledError, errorFromData, InvalidValueError, StateError } from "../base/errors.ts";
import type { Model, TensorData } from "../model/model.ts";
import { planSimulation } from "../simulate/simulation-plan.ts";
import { checkRequest } from "../simulate/simulation-request.ts";
import { mergeResults, type SimulationResult } from "../simulate/simulation-result.ts";
import type { FromSimulationWorker, SimulationPart, ToSimulationWorker } from "./simulation-messages.ts";

export interface SimulationPoolOptions {
  /** Copied: later changes are not seen. */
  readonly model: Model;
  /** At least 1; more than there are cores only cost time. */
  readonly threads: number;
  /** Memory of one thread's kernels; default 512 MiB. */
  readonly memoryBytes?: number;
}

/** Parts a thread, so that threads end together though a core may be taken away. */
const partsPerThread = 4;
/** Images below which no part is cut for that: starting one costs about as much as a few images. */
const smallestPart = 64;

/** Settles what a thread was asked for: its reply, or the error it will not reply for. */
type Settle = (reply: FromSimulationWorker | Error) => void;

export class SimulationPool {
  readonly #model: Model;
  readonly #workers: readonly Worker[];
  readonly #cancelFlag = new Int32Array(new SharedArrayBuffer(4));
  readonly #asked = new Map<Worker, Settle>();
  #isBusy = false;
  /** Why nothing can be run any more. */
  #failure: StateError | undefined;

  /** @throws {InvalidValueError} for no threads, or a network that cannot be simulated */
  constructor({ model, threads, memoryBytes = 512 * 1024 * 1024 }: SimulationPoolOptions) {
    if (!(Number.isInteger(threads) && threads >= 1)) {
      throw new InvalidValueError("threads", "must be a whole number of at least 1", threads);
    }
    planSimulation(model);
    this.#model = withSharedTensors(model);
    const workerData: ToSimulationWorker = {
      model: this.#model,
      memoryBytes,
      cancelFlag: this.#cancelFlag,
    };
    this.#workers = Array.from({ length: threads }, () => this.#start(workerData));
  }

  /**
   * Run some images of a set. Arrays in SharedArrayBuffers, as those of `loadDataset`, are read where they
   * are; others are copied by every run.
   *
   * @throws {InvalidValueError} when the set does not hold these images, or not as the network takes them
   * @throws {CancelledError} soon after the signal
   * @throws {StateError} while another run goes on, or when the pool is closed or a thread has died
   */
  async run(request: SimulationPart, signal?: AbortSignal): Promise<SimulationResult> {
    checkRequest(this.#model, { ...request, isCancelled: () => false });
    if (this.#isBusy) throw new StateError("the simulation pool is busy: wait for its last run to end.");
    if (this.#failure) throw this.#failure;
    this.#isBusy = true;
    Atomics.store(this.#cancelFlag, 0, 0);
    const cancel = (): void => this.#cancel();
    signal?.addEventListener("abort", cancel);
    if (signal?.aborted) cancel();
    try {
      const result = await this.#runParts(withSharedArrays(request));
      // Whoever has cancelled is told so, even if the threads were faster.
      if (signal?.aborted) throw new CancelledError("the simulation");
      return result;
    } finally {
      signal?.removeEventListener("abort", cancel);
      this.#isBusy = false;
    }
  }

  /** End the threads; a run under way ends with a StateError. */
  async close(): Promise<void> {
    this.#fail(new StateError("the simulation pool is closed: make a new one."));
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  async #runParts(request: SimulationPart): Promise<SimulationResult> {
    const { firstImage, count } = request;
    const threads = this.#workers.length;
    const even = Math.min(threads * partsPerThread, Math.floor(count / smallestPart));
    const parts = Math.max(1, Math.min(count, Math.max(threads, even)));
    const results: SimulationResult[] = [];
    const errors: unknown[] = [];
    let next = 0;
    const work = async (worker: Worker): Promise<void> => {
      while (next < parts && errors.length === 0) {
        const part = next++;
        const first = Math.floor((count * part) / parts);
        const end = Math.floor((count * (part + 1)) / parts);
        try {
          const place = { firstImage: firstImage + first, count: end - first };
          results[part] = await this.#ask(worker, { ...request, ...place });
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
    return results.reduce(mergeResults);
  }

  #ask(worker: Worker, part: SimulationPart): Promise<SimulationResult> {
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

  #start(workerData: ToSimulationWorker): Worker {
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    const worker = new Worker(new URL(`./simulation-worker.${extension}`, import.meta.url), { workerData });
    const died = (how: string): void =>
      this.#fail(new StateError(`a thread of the simulation pool has died (${how}): make a new pool.`));
    worker.on("message", (reply: FromSimulationWorker) => this.#asked.get(worker)?.(reply));
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

function withSharedTensors(model: Model): Model {
  const tensors = Object.entries(model.tensors).map(
    ([name, { shape, data }]) => [name, { shape, data: sharedCopy(data) }] as const,
  );
  return { ...model, tensors: Object.fromEntries(tensors) };
}

function withSharedArrays(request: SimulationPart): SimulationPart {
  const { pixels, labels, spikes } = request;
  return {
    ...request,
    pixels: shared(pixels),
    labels: shared(labels),
    ...(spikes && { spikes: { ...spikes, events: shared(spikes.events), ends: shared(spikes.ends) } }),
  };
}

function shared<A extends TensorData>(array: A): A {
  return array.buffer instanceof SharedArrayBuffer ? array : sharedCopy(array);
}

function sharedCopy<A extends TensorData>(array: A): A {
  const Shared = array.constructor as new (buffer: SharedArrayBuffer) => A;
  const copy = new Shared(new SharedArrayBuffer(array.byteLength));
  copy.set(array);
  return copy;
}
