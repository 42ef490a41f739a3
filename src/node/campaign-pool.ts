// A fault campaign on several threads: each takes parts of the images under all trials, and counts add up.

import { addCounts, type FaultCounts } from "../campaign/fault-counts.ts";
import { type TrialPlan, trialsOf } from "../campaign/trial-plan.ts";
import type { Model } from "../model/model.ts";
import { planSimulation } from "../simulate/simulation-plan.ts";
import { checkRequest } from "../simulate/simulation-request.ts";
import type { CampaignPart } from "./campaign-messages.ts";
import { imageParts } from "./image-parts.ts";
import { PartPool } from "./part-pool.ts";
import { withSharedArrays, withSharedTensors } from "./shared-arrays.ts";
import type { SimulationPart } from "./simulation-messages.ts";

export interface CampaignPoolOptions {
  /** Copied: later changes are not seen. */
  readonly model: Model;
  /** At least 1; more than there are cores only cost time. */
  readonly threads: number;
  /** Memory of one thread's kernels; default 512 MiB. */
  readonly memoryBytes?: number;
}

export class CampaignPool {
  readonly #model: Model;
  readonly #pool: PartPool<CampaignPart, FaultCounts>;

  /** @throws {InvalidValueError} for no threads, or a network that cannot be simulated */
  constructor({ model, threads, memoryBytes = 512 * 1024 * 1024 }: CampaignPoolOptions) {
    planSimulation(model);
    this.#model = withSharedTensors(model);
    const workerData = { model: this.#model, memoryBytes };
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    const worker = new URL(`./campaign-worker.${extension}`, import.meta.url);
    this.#pool = new PartPool({ job: "campaign", worker, threads, workerData });
  }

  /**
   * Run every trial on some images.
   *
   * @param onImages - told how many images are done
   * @throws {InvalidValueError} for faults the network cannot have, or a set without these images
   * @throws {CancelledError} soon after the signal
   * @throws {StateError} while another run goes on, or when the pool is closed or a thread has died
   */
  async run(
    plan: TrialPlan,
    images: SimulationPart,
    { signal, onImages }: { readonly signal?: AbortSignal; readonly onImages?: (done: number) => void } = {},
  ): Promise<FaultCounts> {
    checkRequest(this.#model, { ...images, isCancelled: () => false });
    const shared = withSharedArrays(images);
    const parts = imageParts(images, this.#pool.threads).map((part) => ({
      plan,
      images: { ...shared, ...part },
    }));
    const none: FaultCounts = {
      trials: trialsOf(plan).count,
      images: 0,
      goldenCorrect: 0,
      outcomes: new Uint32Array(trialsOf(plan).count * 8),
    };
    // Counts of a million trials are large: they are added up as they come, in any order.
    let counts = none;
    await this.#pool.run(parts, signal, (_, part) => {
      counts = addCounts(counts, part);
      onImages?.(counts.images);
    });
    return counts;
  }

  /** End the threads; a run under way ends with a StateError. */
  close(): Promise<void> {
    return this.#pool.close();
  }
}
