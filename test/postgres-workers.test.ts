// Four workers and everything that happens to machines: every trial ends once, as it would have on one machine.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { Random } from "../src/base/random.ts";
import { PostgresStorage } from "../src/node/postgres-storage.ts";
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
    const workers = ["a", "b"].map((name) => new WorkerProcess(address, name));
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
    const workers = ["a", "b"].map((name) => new WorkerProcess(address, name));
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
