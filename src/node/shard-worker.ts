// A worker thread that does shards of campaigns and simulations, one at a time. Kernels are the portable build: the same
// bits on every machine.

import { parentPort, workerData } from "node:worker_threads";
import { errorToData } from "../base/errors.ts";
import { loadKernels } from "../kernels/load.ts";
import type { Json } from "../study/storage.ts";
import { doShard } from "./do-shard.ts";
import type { PartReply } from "./part-pool.ts";
import type { ShardPart, ToShardWorker } from "./shard-messages.ts";

const { memoryBytes, cancelFlag } = workerData as ToShardWorker;
const isCancelled = (): boolean => Atomics.load(cancelFlag, 0) !== 0;
const ready = loadKernels({ build: "simd", memoryBytes });
// Whoever asks for a shard is told; until then nobody is, and that is no crash.
ready.catch(() => {});

parentPort?.on("message", async (part: ShardPart) => {
  let reply: PartReply<Json>;
  try {
    reply = { result: doShard(await ready, part, isCancelled) };
  } catch (error) {
    reply = { error: errorToData(error) };
  }
  parentPort?.postMessage(reply);
});
