// A campaign whose shards any number of workers run: asked for by way of a PostgreSQL database, kept in a folder here,
// which at every moment is what one machine would have written. Stopped or killed, the same call goes on.

import { writeNetworkFile } from "../formats/network-file.ts";
import { type CampaignFolderOptions, type CampaignOutcome, runCampaignInFolder } from "./campaign-folder.ts";
import { type ShardSize, shardSize } from "./campaign-shards.ts";
import { type QueueAccess, withQueue } from "./queue-access.ts";
import { ShardedEngine } from "./sharded-engine.ts";
import { shareData } from "./shared-data.ts";
import { packageVersion } from "./source-revision.ts";

export interface PostgresCampaignOptions extends Omit<CampaignFolderOptions, "openEngine">, QueueAccess {
  /** Shards asked for at the same time. */
  readonly inFlight: number;
  /** Default: what takes seconds. */
  readonly size?: ShardSize;
}

/**
 * @throws {InvalidValueError} for what the network has not, before anything is written
 * @throws {StateError} when the database does not answer, every worker is lost on a shard, or as in a folder
 * @throws {CancelledError} soon after the signal; finished shards are kept, and workers end what they have
 */
export function runCampaignInPostgres(options: PostgresCampaignOptions): Promise<CampaignOutcome> {
  const { model, dataset, settings, seed, split, hasMargins, inFlight } = options;
  return withQueue({ ...options, near: dataset, slots: options.threads }, async (queue) => {
    const network = await queue.blobs.put(writeNetworkFile(model));
    await shareData(queue.storage.database, queue.blobs, dataset);
    queue.begin();
    return runCampaignInFolder({
      ...options,
      signal: queue.signal,
      openEngine: (plan, { count: images }) =>
        new ShardedEngine({
          tasks: queue.tasks,
          plan,
          inFlight,
          size: options.size ?? shardSize(model, images, hasMargins),
          shard: {
            kind: "campaign",
            network,
            data: { name: dataset.name, sha256: dataset.sha256 },
            ...{ split, images, settings, seed, hasMargins },
            release: packageVersion(),
          },
        }),
    });
  });
}
