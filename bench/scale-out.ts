// What does it cost to run trials on many machines? A real PostgreSQL and workers as processes, all on this machine;
// trials wait instead of computing, so that what is measured is the store and the queue, not the cores.
//
//   per trial    asked for, taken, told complete with its figures and event, one after the other over one connection
//   per shard    a task without figures or event, asked for, taken, told, and found told by who waits for it
//   saturation   the same by so many connections at once: what one database can do
//   workers      trials a second of 1, 2 and 4 worker processes, for trials of no and of 50 ms
//   lost worker  from kill -9 to the result of whoever took the trial next, with the defaults

import { setTimeout as wait } from "node:timers/promises";
import { defaultHeartbeatSeconds } from "../src/node/postgres-queue.ts";
import { QueuedStorage } from "../src/node/postgres-queued-storage.ts";
import { QueuedTasks } from "../src/node/queued-tasks.ts";
import { packageVersion } from "../src/node/source-revision.ts";
import { WorkerClaims } from "../src/node/worker-claims.ts";
import type { Json } from "../src/study/storage.ts";
import { StudyJudge } from "../src/study/study-judge.ts";
import { trialFigures } from "../src/study/trial-figures.ts";
import { madeEvaluation, madeSettings } from "../test/made-trials.ts";
import { noPostgres, TestPostgres } from "../test/postgres.ts";
import { WorkerProcess } from "../test/postgres-workers.ts";
import { type BenchReport, type BenchRow, benchReport, benchRow } from "./report.ts";

const settings = madeSettings("sampler: random");
const key = settings.name;
const evaluation = madeEvaluation(900, 1000, 5000);
const measured = {
  result: evaluation as unknown as Json,
  figures: trialFigures(new StudyJudge(settings, new Map()), evaluation),
  documents: new Map<string, Json>(),
};
const resultKb = JSON.stringify(evaluation).length / 1000;

async function openStudy(address: string, connections = 4): Promise<QueuedStorage> {
  const storage = await QueuedStorage.openQueued(address, { connections, superviseSeconds: 5 });
  await storage.createStudy({ key, settings: settings as unknown as Json, budgetTrials: 1e6 });
  return storage;
}

async function ask(storage: QueuedStorage, trials: number): Promise<void> {
  const design = { network: "mlp", steps: 5 };
  await storage.addTrials(
    key,
    Array.from({ length: trials }, (_, number) => ({ number, design })),
  );
}

/** Trials a second of so many that take and tell without measuring. */
async function rateOf(storage: QueuedStorage, takers: number, trials: number): Promise<number> {
  await ask(storage, trials);
  const claims = new WorkerClaims(storage, storage.queue, "bench");
  const start = performance.now();
  await Promise.all(
    Array.from({ length: takers }, async () => {
      for (let taken = await claims.take(["trials"]); taken !== null; taken = await claims.take(["trials"]))
        if ("task" in taken || !(await claims.complete(taken, measured)))
          throw new Error("a result was refused");
    }),
  );
  return (1000 * trials) / (performance.now() - start);
}

/** Milliseconds of one shard among many, taken one after the other. */
async function shardMs(storage: QueuedStorage, shards: number): Promise<number> {
  const tasks = new QueuedTasks(storage, new AbortController().signal, 5_000);
  const claims = new WorkerClaims(storage, storage.queue, "bench");
  const start = performance.now();
  const asked = Array.from({ length: shards }, (_, number) => tasks.run({ kind: "made", number }));
  for (let left = shards; left > 0; ) {
    const taken = await claims.take(["trials"]);
    if (taken === null) continue;
    if (!("task" in taken) || !(await claims.completeTask(taken, measured.result)))
      throw new Error("a result was refused");
    left--;
  }
  await Promise.all(asked);
  const spentMs = performance.now() - start;
  await tasks.close();
  return spentMs / shards;
}

/** Trials a second of so many processes, from the first end to the last. */
async function workerRate(
  server: TestPostgres,
  database: string,
  workers: number,
  pauseMs: number,
  trials: number,
) {
  const address = await server.create(database);
  const storage = await openStudy(address);
  const processes = Array.from(
    { length: workers },
    (_, i) => new WorkerProcess(address, `worker ${i}`, pauseMs),
  );
  await Promise.all(processes.map(({ ready }) => ready));
  await ask(storage, trials);
  const sql =
    "SELECT count(*)::INT AS n, max(finished_ms) - min(finished_ms) AS ms FROM trial WHERE state = 'complete'";
  for (;;) {
    const [{ n, ms }] = await server.query(sql, database);
    if (n === trials) {
      for (const worker of processes) await worker.kill();
      await storage.close();
      return (1000 * (trials - 1)) / Number(ms);
    }
    await wait(50);
  }
}

/** Seconds from the death of a worker to the result of the next. */
async function lossSeconds(server: TestPostgres): Promise<number> {
  const address = await server.create("loss");
  const storage = await openStudy(address);
  await ask(storage, 1);
  const first = new WorkerProcess(address, "first", 1e9);
  const state = async (): Promise<Record<string, unknown>> =>
    (await server.query("SELECT state, attempt FROM trial", "loss"))[0];
  while ((await state())["state"] !== "running") await wait(20);
  const second = new WorkerProcess(address, "second");
  await second.ready;
  const start = performance.now();
  await first.kill();
  while ((await state())["state"] !== "complete") await wait(20);
  const seconds = (performance.now() - start) / 1000;
  await second.kill();
  await storage.close();
  return seconds;
}

export async function run({ quick }: { readonly quick: boolean }): Promise<BenchReport> {
  if (noPostgres !== false) throw new Error(noPostgres);
  const server = await TestPostgres.start();
  try {
    const [{ server_version: version }] = await server.query("SHOW server_version");
    const rows: BenchRow[] = [];
    const size = `results of ${resultKb.toFixed(1)} kB, no fsync`;
    const rates: number[] = [];
    for (const takers of [1, 4, 16]) {
      const storage = await openStudy(await server.create(`takers ${takers}`), takers + 2);
      rates.push(await rateOf(storage, takers, quick ? 40 : 400 * Math.min(takers, 4)));
      await storage.close();
    }
    const perTrial = { better: "lower", goal: 50 } as const;
    rows.push(
      benchRow({
        case: "store and queue, per trial",
        unit: "ms",
        ours: 1000 / rates[0],
        ...perTrial,
        note: size,
      }),
    );
    const shardStorage = await openStudy(await server.create("shards"));
    const perShard = await shardMs(shardStorage, quick ? 40 : 400);
    await shardStorage.close();
    rows.push(
      benchRow({ case: "store and queue, per shard", unit: "ms", ours: perShard, ...perTrial, note: size }),
    );
    for (const [i, takers] of [1, 4, 16].entries()) {
      const name = `${takers} at once, taken and told`;
      rows.push(benchRow({ case: name, unit: "trials/s", ours: rates[i], better: "higher", note: size }));
    }
    for (const pauseMs of [0, 50]) {
      for (const workers of [1, 2, 4]) {
        const trials = quick ? 24 : pauseMs === 0 ? 600 : 150 * workers;
        const rate = await workerRate(server, `workers ${workers} ${pauseMs}`, workers, pauseMs, trials);
        const most =
          pauseMs === 0 ? "" : `; ${((1000 * workers) / pauseMs).toFixed(0)} if nothing cost anything`;
        const note = `${trials} trials${most}`;
        rows.push(
          benchRow({
            case: `${workers} workers, trials of ${pauseMs} ms`,
            unit: "trials/s",
            ours: rate,
            better: "higher",
            note,
          }),
        );
      }
    }
    const seconds = await lossSeconds(server);
    const note = `heartbeat ${defaultHeartbeatSeconds} s; includes the wait before the retry`;
    rows.push(
      benchRow({
        case: "lost worker, to the result of the next",
        unit: "s",
        ours: seconds,
        goal: 60,
        better: "lower",
        note,
      }),
    );
    return benchReport({
      name: "scale-out",
      threads: 1,
      versions: { spikefront: packageVersion(), node: process.versions.node, PostgreSQL: String(version) },
      quick,
      rows,
    });
  } finally {
    await server.stop();
  }
}
