// One network simulated on several threads. Images are independent, so a set is cut into parts that the
// threads take one after the other; joined in order, they are what one thread gives, bit for bit. Weights,
// pixels and spikes lie in memory that all threads share; the threads stay until the pool is closed.

import type { Model } from "../model/model.ts";
import { planSimulation } from "../simulate/simulation-plan.ts";
import { checkRequest } from "../simulate/simulation-request.ts";
import { mergeResults, type SimulationResult } from "../simulate/simulation-result.ts";
import { imageParts } from "./image-parts.ts";
import { PartPool } from "./part-pool.ts";
import { withSharedArrays, withSharedTensors } from "./shared-arrays.ts";
import type { SimulationPart } from "./simulation-messages.ts";

export interface SimulationPoolOptions {
  /** Copied: later changes are not seen. */
  readonly model: Model;
  /** At least 1; more than there are cores only cost time. */
  readonly threads: number;
  /** Memory of one thread's kernels; default 512 MiB. */
  readonly memoryBytes?: number;
}

export class SimulationPool {
  readonly #model: Model;
  readonly #pool: PartPool<SimulationPart, SimulationResult>;

  /** @throws {InvalidValueError} for no threads, or a network that cannot be simulated */
  constructor({ model, threads, memoryBytes = 512 * 1024 * 1024 }: SimulationPoolOptions) {
    planSimulation(model);
    this.#model = withSharedTensors(model);
    const workerData = { model: this.#model, memoryBytes };
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    const worker = new URL(`./simulation-worker.${extension}`, import.meta.url);
    this.#pool = new PartPool({ job: "simulation", worker, threads, workerData });
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
    const whole = withSharedArrays(request);
    const parts = imageParts(request, this.#pool.threads).map((part) => ({ ...whole, ...part }));
    return (await this.#pool.run(parts, signal)).reduce(mergeResults);
  }

  /** End the threads; a run under way ends with a StateError. */
  close(): Promise<void> {
    return this.#pool.close();
  }
}
