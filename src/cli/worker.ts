// `worker`: runs trials and shards that wait in a database, for whoever asks, anywhere.

import { availableParallelism } from "node:os";
import { join } from "node:path";
import { UsageError } from "../base/errors.ts";
import { dataCacheFolder } from "../node/dataset-files.ts";
import { requireWorkers } from "../node/evaluation-pool.ts";
import { FolderBlobs } from "../node/folder-blobs.ts";
import { workerName } from "../node/own-slots.ts";
import { postgresAddress } from "../node/postgres-address.ts";
import { NearBlobs, PostgresBlobs } from "../node/postgres-blobs.ts";
import { queueOf, TrialQueue } from "../node/postgres-queue.ts";
import { PostgresStorage } from "../node/postgres-storage.ts";
import { ShardBenches } from "../node/shard-bench.ts";
import { WorkerBenches } from "../node/worker-bench.ts";
import { WorkerClaims } from "../node/worker-claims.ts";
import { runWorker, type WorkedTrial } from "../node/worker-loop.ts";
import { openWorkerStudy } from "../node/worker-study.ts";
import { choice, int, text } from "../space/field.ts";
import { command } from "./command.ts";
import { launchers, launcherText } from "./launchers.ts";
import { storeOption } from "./store-option.ts";

export const worker = command({
  name: "worker",
  about: "Run what waits in a database: trials of studies, shards of campaigns and evaluations.",
  out: "not used by this command",
  operands: [],
  options: {
    store: storeOption,
    slots: int({
      about: "trials or shards at a time, one thread each [default: one for each core]",
      unit: "1",
      low: 1,
      high: 1024,
      default: 1,
    }),
    tags: text({ about: "what this machine has, e.g. gpu,large; what asks for it comes first", default: "" }),
    idle: int({
      about: "seconds without work after which the worker ends; 0: never",
      unit: "1",
      low: 0,
      high: 1_000_000,
      default: 0,
    }),
    drain: int({
      about: "seconds that what runs may take after the first SIGTERM or Ctrl-C",
      unit: "1",
      low: 0,
      high: 86_400,
      default: 20,
    }),
    launcher: choice({
      about: "print what starts workers there, for you to change, and end",
      options: ["none", ...Object.keys(launchers)],
      default: "none",
    }),
  },
  resources: ["memory"],
  details: [
    "Takes what explore, campaign and evaluate --store have asked for, fetches data and networks by hash, and hands back results. A worker keeps nothing: it may be killed, and another goes on. Without --store the environment variable SPIKEFRONT_STORE names the database; passwords come from PGPASSWORD or ~/.pgpass.",
    "On SIGTERM it takes no more; what does not end in time goes back to the queue.",
  ],
  examples: [
    "spikefront worker --launcher slurm",
    "spikefront worker --store postgres://me@db.example.org/studies",
    "spikefront worker --store postgres://me@db.example.org/studies --slots 8 --tags gpu --idle 600",
  ],
  async run({ options, given, memoryBytes, terminal, signal }) {
    if (options.launcher !== "none") {
      const text = launcherText(options.launcher as keyof typeof launchers);
      terminal.write(text);
      return { launcher: text };
    }
    const named = options.store || (process.env["SPIKEFRONT_STORE"] ?? "");
    if (named === "") throw new UsageError("--store must name a database, but is not given.");
    const address = postgresAddress(options.store === "" ? "SPIKEFRONT_STORE" : "--store", named);
    const slots = given.has("slots") ? options.slots : availableParallelism();
    requireWorkers(slots, "--slots");
    const tags = options.tags.split(",").filter((tag) => tag !== "");
    const queues = [...tags, ""].map(queueOf);
    const storage = await PostgresStorage.open(address, { connections: slots + 3 });
    const trials = noEnds();
    const shards = noEnds();
    try {
      const queue = await TrialQueue.open(storage.database);
      try {
        for (const name of queues) await queue.ensure(name);
        const near = new FolderBlobs(join(dataCacheFolder(), "..", "blobs"), "blob");
        const blobs = new NearBlobs(new PostgresBlobs(storage.database), near);
        const owner = workerName();
        terminal.note(`worker ${owner}: ${slots} at a time from ${storage.database.place}`);
        await runWorker({
          storage,
          blobs,
          claims: new WorkerClaims(storage, queue, owner),
          benches: new WorkerBenches((key) => openWorkerStudy(storage, blobs, key), memoryBytes),
          shards: new ShardBenches({ database: storage.database, blobs, memoryBytes }),
          queues,
          slots,
          idleMs: options.idle === 0 ? Number.POSITIVE_INFINITY : 1000 * options.idle,
          drainMs: 1000 * options.drain,
          signal,
          onTrial: (trial) => {
            trials[trial.end]++;
            terminal.event("trial", { ...trial });
            if (trial.error !== "")
              terminal.note(`${trial.study} p${trial.trial} ${trial.end}: ${trial.error}`);
          },
          onTask: (task) => {
            shards[task.end]++;
            terminal.event("task", { ...task });
            if (task.error !== "")
              terminal.note(`${task.kind} ${task.task.slice(0, 12)} ${task.end}: ${task.error}`);
          },
        });
      } finally {
        await queue.close();
      }
    } finally {
      await storage.close();
    }
    terminal.write(shown(trials));
    terminal.write(`of campaigns, simulations and evaluations: ${shown(shards)}`);
    return { trials, shards };
  },
});

type Ends = Record<WorkedTrial["end"], number>;

function noEnds(): Ends {
  return { complete: 0, failed: 0, retried: 0, "given back": 0, lost: 0 };
}

function shown(ends: Ends): string {
  return Object.entries(ends)
    .map(([end, count]) => `${count} ${end}`)
    .join(", ");
}
