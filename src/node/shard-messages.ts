// What a worker's slot and the thread that does its shards say to each other.

import type { ImageSet } from "../data/dataset.ts";
import type { Model } from "../model/model.ts";
import type { CampaignShard, SimulationShard } from "./shard.ts";

export interface ToShardWorker {
  readonly memoryBytes: number;
  /** Not 0 once work is to stop. */
  readonly cancelFlag: Int32Array;
}

export interface ShardPart {
  readonly shard: CampaignShard | SimulationShard;
  readonly model: Model;
  /** All that the shard is of, in shared memory. */
  readonly images: ImageSet;
}
