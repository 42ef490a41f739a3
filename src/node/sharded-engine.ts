// A campaign's trials run by workers: shards are asked for ahead, up to the next look of the stopping rule, and their
// counts are added up batch by batch, in the campaign's order.

import type { CampaignPlan } from "../campaign/campaign-plan.ts";
import { addCounts, type FaultCounts } from "../campaign/fault-counts.ts";
import { faultOutcomes } from "../campaign/fault-outcome.ts";
import type { Json } from "../study/storage.ts";
import type { CampaignEngine, TrialRange } from "./campaign-engine.ts";
import { type ShardRange, type ShardSize, shardEnd, shardsFrom } from "./campaign-shards.ts";
import type { MeasuredTrials } from "./measured-trials.ts";
import type { QueuedTasks } from "./queued-tasks.ts";
import type { CampaignShard } from "./shard.ts";
import { unpackTrials } from "./shard-results.ts";
import type { AskedTask } from "./sql-tasks.ts";

export interface ShardedEngineOptions {
  readonly tasks: Pick<QueuedTasks, "run">;
  readonly plan: CampaignPlan;
  readonly size: ShardSize;
  /** What all shards have in common. */
  readonly shard: Omit<CampaignShard, keyof ShardRange>;
  /** Shards asked for at the same time. At least 1. */
  readonly inFlight: number;
}

/** Trials that are kept together. */
interface Batch {
  counts: FaultCounts;
  margins: Float32Array | null;
}

export class ShardedEngine implements CampaignEngine {
  readonly firstBatch = 1;
  readonly #options: ShardedEngineOptions;
  readonly #batches = new Map<number, Batch>();
  #coming: Generator<ShardRange> | null = null;
  #open = 0;
  #failure: { readonly error: unknown } | null = null;
  /** Called when a shard has ended. */
  #onEnd: () => void = () => {};

  constructor(options: ShardedEngineOptions) {
    this.#options = options;
  }

  endOf(from: number): number {
    return shardEnd(this.#options.plan, this.#options.size, from);
  }

  /** @throws what a shard meets; the others are left as they are */
  async run(range: TrialRange, onShare: (share: number) => void): Promise<MeasuredTrials> {
    const { plan, size, shard } = this.#options;
    // The first batch of all, or the first behind a look.
    if (!this.#batches.has(range.from)) this.#coming = shardsFrom(plan, size, shard.images, range.from);
    this.#fill();
    for (;;) {
      if (this.#failure !== null) throw this.#failure.error;
      const batch = this.#batches.get(range.from) as Batch;
      onShare(this.#doneImages() / (shard.images * (range.to - range.from)));
      if (batch.counts.images === shard.images) {
        this.#batches.delete(range.from);
        return { counts: batch.counts, margins: batch.margins };
      }
      await new Promise<void>((resolve) => {
        this.#onEnd = resolve;
      });
    }
  }

  async close(): Promise<void> {
    this.#failure ??= { error: null }; // nothing more is asked for
  }

  /** Of all trials under way, each with the images it has met. */
  #doneImages(): number {
    let done = 0;
    for (const { counts } of this.#batches.values()) done += counts.trials * counts.images;
    return done;
  }

  #fill(): void {
    while (this.#open < this.#options.inFlight && this.#failure === null) {
      const next = this.#coming?.next();
      if (next === undefined || next.done) return;
      this.#open++;
      void this.#ask(next.value);
    }
  }

  async #ask(range: ShardRange): Promise<void> {
    const { from, to } = range;
    if (!this.#batches.has(from)) {
      const outcomes = new Uint32Array((to - from) * faultOutcomes.length);
      const counts = { trials: to - from, images: 0, goldenCorrect: 0, outcomes };
      this.#batches.set(from, { counts, margins: null });
    }
    try {
      const asked: CampaignShard = { ...this.#options.shard, ...range };
      this.#add(from, await this.#options.tasks.run(asked as unknown as AskedTask));
    } catch (error) {
      this.#failure ??= { error };
    }
    this.#open--;
    this.#fill();
    this.#onEnd();
  }

  #add(from: number, result: Json): void {
    const batch = this.#batches.get(from);
    if (batch === undefined) return;
    const { counts, margins } = unpackTrials(result);
    batch.counts = addCounts(batch.counts, counts);
    batch.margins = margins; // such shards have all images
  }
}
