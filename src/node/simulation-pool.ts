// One network simulated on several threads. Images are independent, so a set is cut into parts that the
// threads take one after the other; joined in order, they are what one thread gives, bit for bit. Pixels
// and spikes are shared, never copied by run; the threads stay until the pool is closed.

import { Worker } from "node:worker_threads";
import { CancelledError, errorFromData, StateError } from "../base/errors.ts";
import type { Model } from "../model/model.ts";
import { planSimulation } from "../simulate/simulation-plan.ts";
import { checkRequest } from "../simulate/simulation-request.ts";
import { mergeResults, type SimulationResult } from "../simulate/simulation-result.ts";
import { requireWorkers } from "./evaluation-pool.ts";
import type { FromSimulationWorker, SimulationPart, ToSimulationWorker } from "./simulation-messages.ts";

export interface SimulationPoolOptions {
  readonly model: Model;
  /** At most the cores available. */
  readonly threads: number;
  /** Memory of one thread's kernels; default 512 MiB. */
  readonly memoryBytes?: number;
}

/** Parts a thread: small enough that threads end together, large enough to cost little. */
const partsPerThread = 4;

export class SimulationPool {
  readonly #model: Model;
  readonly #workers: Worker[];
  readonly #cancelFlag = new Int32Array(new SharedArrayBuffer(4));
  /** Shared copies of arrays that were not shared. */
  readonly #shared = new WeakMap<Uint8Array | Int32Array, Uint8Array | Int32Array>();
  #isBusy = false;
  #failure: Error | null = null;

  /** @throws {InvalidValueError} for more threads than cores, or a network that cannot be simulated */
  constructor({ model, threads, memoryBytes = 512 * 1024 * 1024 }: SimulationPoolOptions) {
    requireWorkers(threads);
    planSimulation(model);
    this.#model = model;
    const workerData: ToSimulationWorker = { model, memoryBytes, cancelFlag: this.#cancelFlag };
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    const url = new URL(`./simulation-worker.${extension}`, import.meta.url);
    this.#workers = Array.from({ length: threads }, () => {
      const worker = new Worker(url, { workerData });
      worker.on("error", (error) => {
        this.#failure = error instanceof Error ? error : new Error(String(error));
      });
      worker.unref();
      return worker;
    });
  }

  /**
   * Run some images of a set.
   *
   * @throws {InvalidValueError} when the set does not hold these images, or not as the network takes them
   * @throws {CancelledError} soon after the signal
   * @throws {StateError} while another run goes on, or when the pool is closed or a thread has died
   */
  async run(request: SimulationPart, signal?: AbortSignal): Promise<SimulationResult> {
    checkRequest(this.#model, { ...request, isCancelled: () => false });
    if (this.#isBusy) throw new StateError("the simulation pool is busy: wait for its last run to end.");
    if (this.#failure) throw new StateError(`the simulation pool has failed: ${this.#failure.message}`);
    this.#isBusy = true;
    Atomics.store(this.#cancelFlag, 0, 0);
    const cancel = (): void => void Atomics.store(this.#cancelFlag, 0, 1);
    signal?.addEventListener("abort", cancel);
    if (signal?.aborted) cancel();
    try {
      return await this.#runParts(this.#withSharedArrays(request));
    } finally {
      signal?.removeEventListener("abort", cancel);
      this.#isBusy = false;
    }
  }

  async close(): Promise<void> {
    this.#failure ??= new CancelledError("the simulation");
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  async #runParts(request: SimulationPart): Promise<SimulationResult> {
    const { firstImage, count } = request;
    const parts = Math.max(1, Math.min(count, this.#workers.length * partsPerThread));
    const results: SimulationResult[] = [];
    let next = 0;
    const work = async (worker: Worker): Promise<void> => {
      while (next < parts) {
        const part = next++;
        const first = Math.floor((count * part) / parts);
        const end = Math.floor((count * (part + 1)) / parts);
        results[part] = await ask(worker, { ...request, firstImage: firstImage + first, count: end - first });
      }
    };
    // All threads are heard out, so that the next run finds them idle.
    const outcomes = await Promise.allSettled(this.#workers.map(work));
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
    return results.reduce(mergeResults);
  }

  #withSharedArrays(request: SimulationPart): SimulationPart {
    const { pixels, labels, spikes } = request;
    return {
      ...request,
      pixels: this.#share(pixels),
      labels: this.#share(labels),
      ...(spikes && {
        spikes: { ...spikes, events: this.#share(spikes.events), ends: this.#share(spikes.ends) },
      }),
    };
  }

  #share<A extends Uint8Array | Int32Array>(array: A): A {
    if (array.buffer instanceof SharedArrayBuffer) return array;
    const known = this.#shared.get(array);
    if (known !== undefined) return known as A;
    const Shared = array.constructor as new (buffer: SharedArrayBuffer) => A;
    const copy = new Shared(new SharedArrayBuffer(array.byteLength));
    copy.set(array);
    this.#shared.set(array, copy);
    return copy;
  }
}

function ask(worker: Worker, part: SimulationPart): Promise<SimulationResult> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      worker.off("message", answered);
      worker.off("error", died);
      worker.off("exit", left);
      worker.unref();
    };
    const answered = (reply: FromSimulationWorker): void => {
      end();
      if ("error" in reply) reject(errorFromData(reply.error));
      else resolve(reply.result);
    };
    const died = (error: unknown): void => {
      end();
      reject(error);
    };
    const left = (): void => died(new StateError("a simulation thread has ended before its work was done."));
    worker.on("message", answered);
    worker.on("error", died);
    worker.on("exit", left);
    worker.ref();
    worker.postMessage(part);
  });
}
