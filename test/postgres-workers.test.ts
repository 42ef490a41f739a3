// Four workers and everything that happens to machines: every trial ends once, as it would have on one machine.

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { after, before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { Random } from "../src/base/random.ts";
import { withLease } from "../src/node/postgres-lease.ts";
import { QueuedStorage } from "../src/node/postgres-queued-storage.ts";
import { PostgresStorage } from "../src/node/postgres-storage.ts";
import { leaseMsOf, WorkerClaims } from "../src/node/worker-claims.ts";
import type { Json } from "../src/study/storage.ts";
import { noPgBouncer, TestPgBouncer } from "./pgbouncer.ts";
import { noPostgres, TestPostgres } from "./postgres.ts";
import {
  expire,
  killWorkers,
  singleOutcome,
  storm,
  WorkerProcess,
  workedOutcome,
} from "./postgres-workers.ts";

describe("workers on PostgreSQL", { skip: noPostgres }, () => {
  let server: TestPostgres;
  before(async () => {
    server = await TestPostgres.start();
  });
  after(async () => {
    await killWorkers();
    await server.stop();
  });

  test("two explorers and two workers make what one machine makes, every trial in one attempt", async () => {
    const address = await server.create("calm");
    // Each trial takes a while: one worker alone could be through before the other gets its turn.
    const workers = ["a", "b"].map((name) => new WorkerProcess(address, name, 20));
    await Promise.all(workers.map(({ ready }) => ready));
    const [one, other] = await Promise.all([workedOutcome(address), workedOutcome(address)]);
    assert.deepEqual(one, await singleOutcome());
    assert.deepEqual(other, one);
    for (const { child } of workers) child.kill("SIGTERM");
    for (const worker of workers) {
      assert.deepEqual(await worker.ended, [0, null], worker.complaint);
      assert.ok(worker.told.length > 0, `${worker.name} ran nothing`);
    }
    const told = workers.flatMap((worker) => worker.told);
    assert.deepEqual(
      told.map(({ trial, attempt, end }) => `${trial} ${attempt} ${end}`).toSorted(),
      one.map(({ number }) => `${number} 1 complete`).toSorted(),
    );
    await requireOnce(server, "calm");
  });

  test("PgBouncer in transaction mode serves an explorer and workers with three connections", {
    skip: noPgBouncer,
  }, async () => {
    await server.create("pooled");
    const bouncer = await TestPgBouncer.start(server, 3);
    const address = bouncer.address("pooled");
    // Each trial takes a while: one worker alone could be through before the other gets its turn.
    const workers = ["a", "b"].map((name) => new WorkerProcess(address, name, 20));
    await Promise.all(workers.map(({ ready }) => ready));
    assert.deepEqual(await workedOutcome(address), await singleOutcome());
    for (const { child } of workers) child.kill("SIGTERM");
    for (const worker of workers) assert.deepEqual(await worker.ended, [0, null], worker.complaint);
    const sql = "SELECT count(*)::INT AS n FROM pg_stat_activity WHERE datname = 'pooled'";
    const [{ n }] = await server.query(sql);
    assert.ok(Number(n) >= 1 && Number(n) <= 3, String(n));
    await bouncer.stop();
    await requireOnce(server, "pooled");
  });

  test("a worker that was stopped too long finds its trial taken, and its result changes nothing", async () => {
    const address = await server.create("stopped");
    const outcome = workedOutcome(address);
    const slow = new WorkerProcess(address, "slow", 400);
    await claimed(server, "stopped", "slow");
    slow.child.kill("SIGSTOP");
    await expire(server, "stopped", ["slow"]);
    const quick = new WorkerProcess(address, "quick");
    while (quick.told.length < 8) await wait(20);
    slow.child.kill("SIGCONT");
    while (slow.told.length < 1) await wait(20);
    assert.equal(slow.told[0].end, "lost");
    assert.equal(quick.told.find(({ trial }) => trial === slow.told[0].trial)?.attempt, 2);
    assert.deepEqual(await outcome, await singleOutcome());
    await requireOnce(server, "stopped");
    await Promise.all([slow.kill(), quick.kill()]);
  });

  test("SIGTERM gives back what does not end in time, and another goes on with it", async () => {
    const address = await server.create("drained");
    const outcome = workedOutcome(address);
    const first = new WorkerProcess(address, "first", 60_000);
    const number = await claimed(server, "drained", "first");
    first.child.kill("SIGTERM");
    assert.deepEqual(await first.ended, [0, null], first.complaint);
    assert.deepEqual(first.told, [{ trial: number, attempt: 1, end: "given back" }]);
    const second = new WorkerProcess(address, "second");
    assert.deepEqual(await outcome, await singleOutcome());
    assert.equal(second.told.find(({ trial }) => trial === number)?.attempt, 2);
    await requireOnce(server, "drained");
    await second.kill();
  });

  test("a trial that kills every worker is given up in the end, and the search goes on", async () => {
    const address = await server.create("poison");
    const outcome = workedOutcome(address, "", 1);
    let isOver = false;
    void outcome.finally(() => {
      isOver = true;
    });
    let lost = 0;
    for (let turn = 0; !isOver; turn++) {
      const worker = new WorkerProcess(address, `worker ${turn}`, 0, 3);
      await Promise.race([worker.ended, outcome]);
      if (worker.child.signalCode !== null) lost++;
      else await worker.kill();
      for (let look = 0; look < 40 && !isOver; look++) {
        await expire(server, "poison", [worker.name]);
        await wait(50);
        const [{ n }] = await server.query(
          "SELECT count(*)::INT AS n FROM spikefront_queue.job WHERE state = 'active' AND name = 'trials'",
          "poison",
        );
        if (n === 0) break;
      }
    }
    const trials = await outcome;
    assert.deepEqual(
      trials.filter(({ state }) => state !== "complete").map(({ number, state }) => ({ number, state })),
      [{ number: 3, state: "failed" }],
    );
    assert.equal(lost, 2);
    const storage = await PostgresStorage.open(address);
    assert.match((await storage.listTrials("made"))[3].error, /every worker that took this trial was lost/);
    await storage.close();
  });

  test("a worker may be silent as long as who asks for a trial wishes, whoever takes and gives it back", async () => {
    const address = await server.create("patient");
    const asks = await QueuedStorage.openQueued(address, { heartbeatSeconds: 600 });
    await asks.createStudy({ key: "s", settings: {}, budgetTrials: 1 });
    await asks.addTrials("s", [{ number: 0, design: 0 }]);
    const works = await QueuedStorage.openQueued(address);
    const claims = new WorkerClaims(works, works.queue, "works");
    for (let turn = 0; turn < 2; turn++) {
      const taken = await claims.take(["trials"]);
      assert.ok(taken !== null && "trial" in taken && leaseMsOf(taken.job) === 600_000);
      assert.ok(await claims.beat(taken));
      const sql = "SELECT lease_until_ms > EXTRACT(EPOCH FROM now()) * 1000 + 500000 AS far FROM trial";
      assert.deepEqual(await server.query(sql, "patient"), [{ far: true }]);
      // What was counted so far is kept for whoever has the trial next, and of nobody else.
      assert.deepEqual(await claims.readPart(taken), turn === 0 ? null : { images: 0 });
      assert.ok(await claims.keepPart(taken, { images: turn }));
      assert.ok(await claims.giveBack(taken));
      assert.ok(!(await claims.keepPart(taken, { images: 9 })));
    }
    const taken = await claims.take(["trials"]);
    assert.ok(taken !== null && "trial" in taken);
    assert.deepEqual(await claims.readPart(taken), { images: 1 });
    const figures = { values: [], metrics: [], artefacts: {} };
    await claims.complete(taken, { result: 1, figures, documents: new Map(), isPartKept: true });
    assert.equal(await claims.readPart(taken), null);
    for (const storage of [asks, works]) await storage.close();
  });

  test("who holds a piece of work and is silent loses it: what it tells later is refused, and it finds what was kept", async () => {
    let nowMs = 0;
    const storage = await PostgresStorage.open(await server.schema("leases"), { now: () => nowMs });
    await storage.createStudy({ key: "s", settings: {}, budgetTrials: 1 });
    const told: string[] = [];
    /** Keeps its name, unless another's is kept already. */
    const keep = (owner: string, before: () => Promise<void>): Promise<Json> => {
      const tired = new AbortController();
      const onWait = (holder: string): void => {
        told.push(`${owner} waits for ${holder}`);
        tired.abort();
      };
      const options = { name: "s/train", owner, leaseMs: 1e6, signal: tired.signal, onWait };
      return withLease(storage.database, storage.dialect, options, async ({ database, lost }) => {
        const documents = new PostgresStorage(database, storage.dialect);
        const kept = await documents.getDocument("s", "network");
        if (kept !== undefined) return kept;
        await before();
        try {
          await documents.putDocument("s", "network", owner);
        } catch (error) {
          told.push(`${owner} is refused: ${(error as Error).name} ${lost.aborted}`);
          throw error;
        }
        return owner;
      });
    };
    let second: Promise<Json> | undefined;
    const ends = await keep("first", async () => {
      await assert.rejects(
        keep("third", async () => {}),
        { name: "CancelledError" },
      );
      nowMs += 2e6; // nothing was heard of it meanwhile
      second = keep("second", async () => {});
      await second;
    });
    assert.deepEqual([ends, await second], ["second", "second"]);
    assert.deepEqual(told, ["third waits for first", "first is refused: StateError true"]);
    assert.deepEqual(await server.query("SELECT owner, fence, until_ms FROM leases.lease"), [
      { owner: "first", fence: "3", until_ms: "0" },
    ]);
    await storage.close();
  });

  test("a process that stands still in the middle of its work is taken over, and changes nothing when it goes on", async () => {
    const address = await server.schema("frozen");
    const storage = await PostgresStorage.open(address);
    await storage.createStudy({ key: "s", settings: {}, budgetTrials: 1 });
    const start = (name: string, leaseMs: number): { child: ChildProcess; says: () => Promise<string> } => {
      const words = [join(import.meta.dirname, "postgres-lease-process.ts"), address, name, String(leaseMs)];
      const child = spawn(process.execPath, words, { stdio: ["pipe", "pipe", "inherit"] });
      const says = async (): Promise<string> => String((await once(child.stdout as Readable, "data"))[0]);
      return { child, says };
    };
    const first = start("first", 500);
    assert.equal(await first.says(), "holds\n");
    first.child.kill("SIGSTOP");
    const second = start("second", 60_000);
    assert.equal(await second.says(), "holds\n");
    first.child.stdin?.write("\n");
    first.child.kill("SIGCONT");
    const end = first.says();
    second.child.stdin?.write("\n");
    assert.deepEqual([await second.says(), await end], ["second\n", "second\n"]);
    assert.equal(await storage.getDocument("s", "network"), "second");
    await storage.close();
  });

  test("killed, stopped, cut off and crashed at random, and told twice: every trial ends once, as on one machine", async () => {
    const random = new Random({ seed: 2, trial: 0, purpose: "storm", index: 0 });
    const { outcome, ...told } = await storm(server, "storm", {
      work: workedOutcome,
      random,
      pauseMs: 30,
      events: 10,
      pass: expire,
    });
    assert.deepEqual(outcome, await singleOutcome());
    assert.ok(told.kills > 0, JSON.stringify(told));
    await requireOnce(server, "storm");
  });
});

/** Wait until this worker has a trial. @returns its number */
async function claimed(server: TestPostgres, database: string, owner: string): Promise<number> {
  for (;;) {
    const sql = `SELECT number FROM trial WHERE state = 'running' AND lease_owner = '${owner}'`;
    const rows = await server.query(sql, database).catch(() => []); // no tables yet
    if (rows.length > 0) return Number(rows[0]["number"]);
    await wait(20);
  }
}

/** Every trial was told complete once, nothing is left in the queue, and the store is sound. */
async function requireOnce(server: TestPostgres, database: string): Promise<void> {
  const storage = await PostgresStorage.open(server.address(database));
  const events = await storage.listEvents("made", 0);
  const complete = events
    .filter(({ kind }) => kind === "trial-complete")
    .map(({ data }) => data as { trial: number });
  const trials = await storage.listTrials("made");
  assert.deepEqual(
    complete.map(({ trial }) => trial).toSorted((a, b) => a - b),
    trials.map(({ number }) => number),
  );
  assert.deepEqual(await storage.checkIntegrity(), []);
  await storage.close();
  const live = await server.query(
    "SELECT name, state, data FROM spikefront_queue.job WHERE state NOT IN ('completed') AND name = 'trials'",
    database,
  );
  assert.deepEqual(live, []);
}
