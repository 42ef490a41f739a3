// Campaigns, simulations and evaluations in shards: what workers anywhere count is what one machine counts, byte for
// byte, whatever becomes of the workers and of the command.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import type { CampaignSettings } from "../src/campaign/campaign-settings.ts";
import { testModel } from "../src/cli/evaluate.ts";
import { runCampaignInFolder } from "../src/node/campaign-folder.ts";
import { runCampaignInPostgres } from "../src/node/postgres-campaign.ts";
import { evaluateInPostgres } from "../src/node/postgres-evaluation.ts";
import { QueuedStorage } from "../src/node/postgres-queued-storage.ts";
import { QueuedTasks } from "../src/node/queued-tasks.ts";
import { type TakenTask, WorkerClaims } from "../src/node/worker-claims.ts";
import {
  campaignData,
  campaignFiles,
  campaignImages,
  campaignModel,
  inShards,
  madeCampaign,
} from "./made-campaign.ts";
import { noPostgres, TestPostgres } from "./postgres.ts";

describe("shards on PostgreSQL", { skip: noPostgres }, () => {
  const root = mkdtempSync(path.join(tmpdir(), "spikefront-shards-"));
  let server: TestPostgres;
  let address: string;
  before(async () => {
    server = await TestPostgres.start();
    address = await server.create("shards");
  });
  after(async () => {
    await server.stop();
    rmSync(root, { recursive: true });
  });

  const campaign = (name: string, given?: Partial<CampaignSettings>) =>
    madeCampaign(path.join(root, name), given);
  const filesOf = (name: string) => campaignFiles(path.join(root, name));

  test("a campaign by workers, cut off and gone on with, is that of one machine, byte for byte, here and elsewhere", async () => {
    const given = { margin: 0.05, count: 0, stop: true };
    const stop = new AbortController();
    const onProgress = (done: number): void => {
      if (done >= 100) stop.abort();
    };
    await assert.rejects(
      runCampaignInPostgres({
        ...{ ...campaign("cut", given), ...inShards(address) },
        ...{ signal: stop.signal, onProgress },
      }),
      { name: "CancelledError" },
    );
    const before = await taskRows("campaign");
    assert.ok(before.some(({ state }) => state === "complete"));
    assert.ok(before.every(({ state }) => state !== "waiting"));
    await runCampaignInPostgres({ ...campaign("cut", given), ...inShards(address) });
    await runCampaignInPostgres({ ...campaign("elsewhere", given), ...inShards(address) });
    await runCampaignInFolder(campaign("here", given));
    assert.deepEqual(filesOf("cut"), filesOf("here"));
    assert.deepEqual(filesOf("elsewhere"), filesOf("here"));
    const after = await taskRows("campaign");
    assert.ok(after.every(({ state }) => state === "complete"));
    const attempts = new Map(after.map(({ task_key, attempt }) => [task_key, attempt]));
    for (const { task_key, state, attempt } of before)
      if (state === "complete") assert.equal(attempts.get(task_key), attempt);
    const live = await server.query(
      "SELECT state, data FROM spikefront_queue.job WHERE state <> 'completed' AND name = 'trials'",
      "shards",
    );
    assert.deepEqual(live, []);
  });

  test("a shard that cannot be done fails the command by its own words, and the rest is taken back", async () => {
    await assert.rejects(
      runCampaignInPostgres({ ...campaign("refused"), ...inShards(address), memoryBytes: 0 }),
      { name: "InvalidValueError", message: /^memoryBytes must be at least 1 MiB, but got 0/ },
    );
    const rows = await taskRows("campaign");
    assert.ok(rows.every(({ state }) => state !== "waiting"));
  });

  test("an evaluation by workers has the figures of one machine", async () => {
    const given = {
      model: campaignModel,
      dataset: campaignData,
      split: "test",
      seed: 3,
      memoryBytes: 64 * 2 ** 20,
    } as const;
    const told: number[] = [];
    const shards = await evaluateInPostgres({
      ...given,
      ...inShards(address),
      images: campaignImages,
      imagesPerShard: 8,
      threads: 1,
      signal: new AbortController().signal,
      onProgress: (done) => told.push(done),
    });
    const here = await testModel({ ...given, images: campaignImages, isCancelled: () => false, faults: [] });
    assert.deepEqual(shards, here);
    assert.equal(told.at(-1), campaignImages - 1);
    assert.equal((await taskRows("simulation")).length, 4);
  });

  test("only the current attempt of a shard is heard; when all its workers are lost it fails, and may be asked for again", async () => {
    const storage = await QueuedStorage.openQueued(address, { superviseSeconds: 1, retryLimit: 1 });
    const tasks = new QueuedTasks(storage, new AbortController().signal, 100);
    const claims = new WorkerClaims(storage, storage.queue, "worker");
    const take = async (): Promise<TakenTask> => {
      for (;;) {
        // What waits a while before it is tried again need not.
        await server.query(
          "UPDATE spikefront_queue.job SET start_after = now() WHERE state = 'retry'",
          "shards",
        );
        const taken = await claims.take(["trials"]);
        if (taken !== null) return taken as TakenTask;
        await storage.queue.supervise();
      }
    };
    const silence = (): Promise<unknown> =>
      server.query("UPDATE spikefront_queue.job SET heartbeat_on = now() - interval '1 hour'", "shards");
    const asked = { kind: "made", number: 1 };
    const lost = tasks.run(asked);
    const first = await take();
    assert.ok(await claims.beat(first));
    await silence();
    const second = await take();
    assert.deepEqual([first.task.attempt, second.task.attempt], [1, 2]);
    assert.equal(await claims.beat(first), false);
    assert.equal(await claims.completeTask(first, "late"), false);
    await silence();
    await storage.queue.supervise();
    await assert.rejects(lost, { name: "StateError", message: /every worker that took this shard was lost/ });
    assert.equal(await claims.completeTask(second, "late"), false);
    const again = tasks.run(asked);
    assert.ok(await claims.completeTask(await take(), "right"));
    assert.equal(await again, "right");
    assert.equal(await tasks.run(asked), "right");
    await tasks.close();
    await storage.close();
  });

  const taskRows = (kind: string): Promise<Record<string, unknown>[]> =>
    server.query(`SELECT task_key, state, attempt FROM task WHERE kind = '${kind}'`, "shards");
});
