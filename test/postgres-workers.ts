// Workers as processes that tests kill, stop and wake, and a search that they run.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Random } from "../src/base/random.ts";
import { QueuedStorage } from "../src/node/postgres-queued-storage.ts";
import { WatchedTrials } from "../src/node/postgres-watch.ts";
import { MemoryStorage } from "../src/study/memory-storage.ts";
import { searchDesigns } from "../src/study/search-designs.ts";
import type { Json, Storage } from "../src/study/storage.ts";
import { StudyJudge } from "../src/study/study-judge.ts";
import type { RemoteTrials } from "../src/study/study-ports.ts";
import { madeSettings } from "./made-trials.ts";
import type { TestPostgres } from "./postgres.ts";
import { madeExecutor } from "./study/made-executor.ts";

export interface Told {
  readonly trial: number;
  readonly attempt: number;
  readonly end: string;
}

const started = new Set<WorkerProcess>();

/** End whatever a test that failed has left behind. */
export async function killWorkers(): Promise<void> {
  await Promise.all([...started].map((worker) => worker.kill()));
}

export class WorkerProcess {
  readonly name: string;
  readonly child: ChildProcess;
  readonly told: Told[] = [];
  readonly ended: Promise<unknown>;
  readonly ready: Promise<void>;
  complaint = "";

  constructor(address: string, name: string, pauseMs = 0, dieOn = -1) {
    this.name = name;
    const words = [join(import.meta.dirname, "postgres-worker-process.ts"), address, name];
    this.child = spawn(process.execPath, [...words, String(pauseMs), String(dieOn)], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.ended = once(this.child, "close").finally(() => started.delete(this));
    started.add(this);
    let line = "";
    this.ready = new Promise((resolve) => {
      this.child.stdout?.on("data", (chunk: Buffer) => {
        const lines = (line + chunk).split("\n");
        line = lines.pop() ?? "";
        for (const told of lines.map((text) => JSON.parse(text))) {
          if (told.ready === undefined) this.told.push(told);
          else resolve();
        }
      });
      this.child.on("close", () => resolve());
    });
    this.child.stderr?.on("data", (chunk: Buffer) => {
      this.complaint += chunk;
    });
  }

  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.ended;
  }
}

/**
 * Let time pass for these workers' claims: as if they had been silent for an hour. What they held may be taken at once.
 */
export async function expire(
  server: TestPostgres,
  database: string,
  workers: readonly string[],
): Promise<void> {
  const names = workers.map((name) => `'${name}'`).join(", ");
  if (names === "") return;
  await server.query(
    `UPDATE spikefront_queue.job j SET heartbeat_on = now() - interval '1 hour' FROM trial t
     WHERE j.state = 'active' AND j.data->>'trial' = t.number::TEXT AND t.lease_owner IN (${names})`,
    database,
  );
  await server.query(
    "UPDATE spikefront_queue.job SET start_after = now() WHERE state = 'retry' AND start_after > now()",
    database,
  );
}

/** Every trial as it ended, without who ran it and how often. */
export type Outcome = readonly {
  readonly number: number;
  readonly state: string;
  readonly design: Json;
  readonly result: Json;
}[];

const search = "trials: 48, batch: 8, sampler: evolution, startTrials: 8";

/** @param remote - who runs the trials; absent: this process */
export async function runMadeSearch(storage: Storage, remote?: RemoteTrials, more = ""): Promise<Outcome> {
  const settings = madeSettings(search + more);
  const key = settings.name;
  await storage.createStudy({ key, settings: settings as unknown as Json, budgetTrials: 48 });
  const blobs = { put: async () => "", get: async () => undefined };
  const executor = madeExecutor(1, () => {});
  await searchDesigns(
    {
      storage,
      blobs,
      trainPart: () => Promise.reject(new Error("nothing is trained here")),
      openExecutor: () => executor,
      ...(remote && { remote }),
      signal: new AbortController().signal,
      onProgress: () => {},
    },
    { executor, judge: new StudyJudge(settings, new Map([["mlp", "ab"]])), isAsync: false },
  );
  const trials = await storage.listTrials(key);
  return trials.map(({ number, state, design, result }) => ({ number, state, design, result }));
}

/** What one machine makes of the search. */
export function singleOutcome(more = ""): Promise<Outcome> {
  return runMadeSearch(new MemoryStorage(() => 0), undefined, more);
}

/** The search by workers. The storage is closed at the end. */
export async function workedOutcome(address: string, more = "", retryLimit = 20): Promise<Outcome> {
  const storage = await QueuedStorage.openQueued(address, {
    superviseSeconds: 1,
    retryLimit,
    patienceMs: 30_000,
  });
  try {
    return await runMadeSearch(storage, new WatchedTrials(storage, 8, new AbortController().signal), more);
  } finally {
    await storage.close();
  }
}

/** What happened in a storm. */
export interface Storm<Result> {
  readonly kills: number;
  readonly stops: number;
  readonly cuts: number;
  readonly crashes: number;
  readonly duplicates: number;
  readonly outcome: Result;
}

/**
 * Do the work with four workers while they are killed (-9), stopped past their heartbeat and woken, the database
 * crashes, connections are cut and trials are delivered twice, at random, until it ends.
 *
 * @param work - e.g. `workedOutcome`
 * @param pauseMs - of each trial or shard
 * @param events - so many things happen, then it is calm
 * @param pass - lets time pass for workers that are silent; absent: it passes by itself
 */
export async function storm<Result>(
  server: TestPostgres,
  database: string,
  {
    work,
    random,
    pauseMs,
    events,
    pass,
  }: {
    readonly work: (address: string) => Promise<Result>;
    readonly random: Random;
    readonly pauseMs: number;
    readonly events: number;
    readonly pass?: typeof expire;
  },
): Promise<Storm<Result>> {
  const address = await server.create(database);
  const counts = { kills: 0, stops: 0, cuts: 0, crashes: 0, duplicates: 0 };
  let isOver = false;
  const outcome = work(address).finally(() => {
    isOver = true;
  });
  outcome.catch(() => {}); // told below
  let names = 0;
  const start = (): WorkerProcess => new WorkerProcess(address, `worker ${names++}`, pauseMs);
  const workers = Array.from({ length: 4 }, start);
  const silent: string[] = [];
  await Promise.all(workers.map(({ ready }) => ready));
  for (let event = 0; !isOver; event++) {
    await new Promise((go) => setTimeout(go, random.integer(4 * pauseMs + 40)));
    if (pass !== undefined && silent.length > 0) await pass(server, database, silent);
    if (event >= events) continue;
    const place = random.integer(workers.length);
    const worker = workers[place];
    switch (random.integer(6)) {
      case 0:
      case 1:
        await worker.kill();
        silent.push(worker.name);
        workers[place] = start();
        counts.kills++;
        break;
      case 2:
        worker.child.kill("SIGSTOP");
        await pass?.(server, database, [worker.name]);
        await new Promise((go) => setTimeout(go, pass === undefined ? 25_000 : 10 * pauseMs));
        worker.child.kill("SIGCONT");
        counts.stops++;
        break;
      case 3:
        await server.cutConnections(database);
        counts.cuts++;
        break;
      case 4:
        await server.crash();
        await server.resume();
        counts.crashes++;
        break;
      default:
        // The queue delivers a running trial once more, to somebody else.
        await server
          .query(
            `INSERT INTO spikefront_queue.job (name, data, singleton_key, heartbeat_seconds, retry_limit, policy)
             SELECT 'trials', data, singleton_key || ' again ' || gen_random_uuid(), 15, 20, 'exclusive'
             FROM spikefront_queue.job WHERE name = 'trials' AND state = 'active' LIMIT 1`,
            database,
          )
          .then(() => counts.duplicates++);
    }
  }
  for (const { child } of workers) child.kill("SIGTERM");
  for (const worker of workers) await worker.ended;
  return { ...counts, outcome: await outcome };
}
