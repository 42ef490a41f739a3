// Where one slot of a worker does shards: a thread, and the network and images of the shard before, kept for the next.

import { StateError } from "../base/errors.ts";
import type { Dataset, ImageSet } from "../data/dataset.ts";
import { splitOf, subset } from "../data/image-set.ts";
import { readNetworkFile } from "../formats/network-file.ts";
import type { Model } from "../model/model.ts";
import type { Json } from "../study/storage.ts";
import type { BlobStore } from "../study/study-ports.ts";
import { PartPool } from "./part-pool.ts";
import type { PostgresDatabase } from "./postgres-database.ts";
import type { CampaignShard, ShardPlace, SimulationShard } from "./shard.ts";
import type { ShardPart } from "./shard-messages.ts";
import { withSharedTensors } from "./shared-arrays.ts";
import { findData, sharedBlob } from "./shared-data.ts";

export interface ShardBench {
  /** @throws what the shard meets; a StateError when the thread has died, and then `isBroken` holds */
  run(shard: CampaignShard | SimulationShard): Promise<Json>;
  readonly isBroken: () => boolean;
  /** Make what runs stop soon, with a CancelledError. */
  cancel(): void;
  close(): Promise<void>;
}

export interface ShardBenchOptions {
  readonly database: PostgresDatabase;
  readonly blobs: BlobStore;
  /** Of one slot. */
  readonly memoryBytes: number;
  /** Data that is here already. */
  readonly near?: Dataset;
}

/** What all slots of a worker share: the last network and the last data, each fetched once. */
export class ShardBenches {
  readonly #options: ShardBenchOptions;
  #model: { readonly name: string; readonly value: Promise<Model> } | null = null;
  #data: { readonly name: string; readonly value: Promise<Dataset> } | null = null;

  constructor(options: ShardBenchOptions) {
    this.#options = options;
  }

  open(): ShardBench {
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    const worker = new URL(`./shard-worker.${extension}`, import.meta.url);
    const workerData = { memoryBytes: this.#options.memoryBytes };
    const pool = new PartPool<ShardPart, Json>({ job: "shard", worker, threads: 1, workerData });
    const stop = new AbortController();
    return {
      run: async (shard) => {
        const model = await this.#modelOf(shard);
        const images = await this.#imagesOf(shard);
        const [result] = await pool.run([{ shard, model, images }], stop.signal);
        return result;
      },
      isBroken: () => pool.isBroken,
      cancel: () => stop.abort(),
      close: () => pool.close(),
    };
  }

  #modelOf({ network }: ShardPlace): Promise<Model> {
    if (this.#model?.name !== network) {
      const value = this.#readModel(network);
      this.#model = { name: network, value };
      value.catch(() => {
        if (this.#model?.value === value) this.#model = null;
      });
    }
    return this.#model.value;
  }

  async #readModel(network: string): Promise<Model> {
    const name = `network ${network.slice(0, 12)}`;
    const bytes = await this.#options.blobs.get(network);
    if (bytes === undefined) throw new StateError(`${name} must be in the store, whole, but is not.`);
    return withSharedTensors(readNetworkFile(bytes, name));
  }

  async #imagesOf({ data, split, images }: ShardPlace): Promise<ImageSet> {
    if (this.#data?.name !== data.sha256) {
      const value = this.#readData(data);
      this.#data = { name: data.sha256, value };
      value.catch(() => {
        if (this.#data?.value === value) this.#data = null;
      });
    }
    return subset(splitOf(await this.#data.value, split), 0, images);
  }

  async #readData({ name, sha256 }: ShardPlace["data"]): Promise<Dataset> {
    const { database, blobs, near } = this.#options;
    if (near?.sha256 === sha256) return near;
    const blob = await sharedBlob(database, sha256);
    const cure = "Run the command that asked for it again: it puts it there.";
    return findData(blobs, { name, sha256, blob, owner: "this shard", cure });
  }
}
