// A worker process for tests: the loop, the claims and the queue of the product; only what measures is made up. Says
// every trial that ended as a line of JSON. A file in its folder makes it slow, or makes it die on a trial.
//
// Use: node postgres-worker-process.ts ADDRESS NAME [pause of each trial, ms] [trial to die on]

import { writeSync } from "node:fs";
import { PostgresBlobs } from "../src/node/postgres-blobs.ts";
import { TrialQueue } from "../src/node/postgres-queue.ts";
import { PostgresStorage } from "../src/node/postgres-storage.ts";
import { ShardBenches } from "../src/node/shard-bench.ts";
import { WorkerClaims } from "../src/node/worker-claims.ts";
import { runWorker } from "../src/node/worker-loop.ts";
import { StudyJudge } from "../src/study/study-judge.ts";
import type { StudySettings } from "../src/study/study-settings.ts";
import { madeExecutor } from "./study/made-executor.ts";

const [address, name, pauseMs = "0", dieOn = "-1"] = process.argv.slice(2);
const end = new AbortController();
process.once("SIGTERM", () => end.abort());
const storage = await PostgresStorage.open(address, { connections: 3 });
const queue = await TrialQueue.open(storage.database, { superviseSeconds: 1 });
await queue.ensure("trials");
const claims = new WorkerClaims(storage, queue, name);
const shards = new ShardBenches({
  database: storage.database,
  blobs: new PostgresBlobs(storage.database),
  memoryBytes: 64 * 2 ** 20,
});
writeSync(1, `${JSON.stringify({ ready: name })}\n`);
await runWorker({
  storage,
  blobs: { put: async () => "", get: async () => undefined },
  claims,
  benches: {
    async open(key) {
      const study = await storage.getStudy(key);
      const settings = study?.settings as unknown as StudySettings;
      const cancelled = new AbortController();
      const made = madeExecutor(1, ({ trial }) => {
        if (trial === Number(dieOn)) process.kill(process.pid, "SIGKILL");
      });
      return {
        study: { judge: new StudyJudge(settings, new Map([["mlp", "ab"]])) },
        executor: {
          slots: 1,
          async evaluate(task) {
            for (let waitedMs = 0; waitedMs < Number(pauseMs); waitedMs += 10) {
              await new Promise((go) => setTimeout(go, 10));
              if (cancelled.signal.aborted)
                throw Object.assign(new Error("cancelled"), { name: "CancelledError" });
            }
            return made.evaluate(task);
          },
        },
        cancel: () => cancelled.abort(),
        close: async () => {},
      };
    },
  },
  shards: {
    open() {
      const bench = shards.open();
      return {
        ...bench,
        async run(shard) {
          await new Promise((go) => setTimeout(go, Number(pauseMs)));
          return bench.run(shard);
        },
      };
    },
  },
  queues: ["trials"],
  slots: 1,
  idleMs: Number.POSITIVE_INFINITY,
  drainMs: 50,
  signal: end.signal,
  onTrial: ({ trial, attempt, end: how }) =>
    writeSync(1, `${JSON.stringify({ trial, attempt, end: how })}\n`),
});
await queue.close();
await storage.close();
