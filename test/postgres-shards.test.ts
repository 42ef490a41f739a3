// Campaigns, simulations and evaluations in shards: what workers anywhere count is what one machine counts, byte for
// byte, whatever becomes of the workers and of the command.

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { type CampaignSettings, campaignFields } from "../src/campaign/campaign-settings.ts";
import { testModel } from "../src/cli/evaluate.ts";
import type { Dataset } from "../src/data/dataset.ts";
import { dense, flatten, relu, sequential } from "../src/model/build.ts";
import { runCampaignInFolder } from "../src/node/campaign-folder.ts";
import { runCampaignInPostgres } from "../src/node/postgres-campaign.ts";
import { evaluateInPostgres } from "../src/node/postgres-evaluation.ts";
import { QueuedStorage } from "../src/node/postgres-queued-storage.ts";
import { QueuedTasks } from "../src/node/queued-tasks.ts";
import { type TakenTask, WorkerClaims } from "../src/node/worker-claims.ts";
import { resolve } from "../src/space/resolve.ts";
import { noPostgres, TestPostgres } from "./postgres.ts";
import { spikingImages, spikingModel } from "./spiking-models.ts";
import { spikingNetworks } from "./spiking-networks.ts";
import { untrainedModel } from "./untrained-model.ts";

const model = spikingModel(spikingNetworks["dense 37-50-33-10"], {
  seed: 11,
  isWhole: true,
  inference: { coding: "rate", steps: 9 },
});
const count = 30;
const { pixels, labels } = spikingImages(model, count, 5);
const images = { pixels, labels, count, imageShape: [1, 1, 37] as const };
const ann = untrainedModel(
  sequential("ann", [1, 1, 37], [flatten(), dense(6), relu(), dense(10)]),
  [..."0123456789"],
  1,
);
const dataset: Dataset = { name: "made", train: images, test: images, classes: [], sha256: "0" };

describe("shards on PostgreSQL", { skip: noPostgres }, () => {
  const root = mkdtempSync(path.join(tmpdir(), "spikefront-shards-"));
  let server: TestPostgres;
  before(async () => {
    server = await TestPostgres.start();
  });
  after(async () => {
    await server.stop();
    rmSync(root, { recursive: true });
  });

  const campaign = (name: string, given: Partial<CampaignSettings> = {}) => ({
    folder: path.join(root, name),
    model,
    sha256: "abc",
    settings: resolve("settings", campaignFields, { count: 600, ...given }),
    seed: 2,
    dataset,
    split: "test" as const,
    images: 0,
    hasMargins: false,
    threads: 1,
    memoryBytes: 64 * 1024 * 1024,
    signal: new AbortController().signal,
  });
  const queued = (address: string) => ({
    address,
    tag: "",
    onlyAsks: false,
    inFlight: 4,
    size: { trials: 100, images: 13 },
    queue: { superviseSeconds: 1 },
  });
  const filesOf = (name: string): Readonly<Record<string, string>> => {
    const folder = path.join(root, name);
    return Object.fromEntries(
      readdirSync(folder).map((file) => [file, readFileSync(path.join(folder, file), "latin1")]),
    );
  };

  test("margins and an ANN's faults come back as well", async () => {
    const address = await server.create("margins");
    for (const [name, more] of [
      ["margins", { hasMargins: true }],
      ["ann", { model: ann, hasMargins: true }],
    ] as const) {
      const size = { trials: 7, images: count };
      await runCampaignInPostgres({ ...campaign(name, { count: 20 }), ...more, ...queued(address), size });
      await runCampaignInFolder({ ...campaign(`${name} here`, { count: 20 }), ...more });
      assert.deepEqual(filesOf(name), filesOf(`${name} here`), name);
    }
  });

  test("a campaign by workers, cut off and gone on with, is that of one machine, byte for byte, here and elsewhere", async () => {
    const address = await server.create("campaign");
    const given = { margin: 0.05, count: 0, stop: true };
    const stop = new AbortController();
    const onProgress = (done: number): void => {
      if (done >= 100) stop.abort();
    };
    await assert.rejects(
      runCampaignInPostgres({
        ...{ ...campaign("cut", given), ...queued(address) },
        ...{ signal: stop.signal, onProgress },
      }),
      { name: "CancelledError" },
    );
    const before = await taskRows("campaign");
    assert.ok(before.some(({ state }) => state === "complete"));
    assert.ok(before.every(({ state }) => state !== "waiting"));
    await runCampaignInPostgres({ ...campaign("cut", given), ...queued(address) });
    await runCampaignInPostgres({ ...campaign("elsewhere", given), ...queued(address) });
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
      "campaign",
    );
    assert.deepEqual(live, []);
  });

  test("a shard that cannot be done fails the command by its own words, and the rest is taken back", async () => {
    const address = await server.create("refused");
    await assert.rejects(
      runCampaignInPostgres({ ...campaign("refused"), ...queued(address), memoryBytes: 0 }),
      { name: "InvalidValueError", message: /^memoryBytes must be at least 1 MiB, but got 0/ },
    );
    const states = await server.query("SELECT DISTINCT state FROM task ORDER BY state", "refused");
    assert.ok(
      states.every(({ state }) => state !== "waiting"),
      JSON.stringify(states),
    );
  });

  test("an evaluation by workers has the figures of one machine", async () => {
    const address = await server.create("evaluation");
    const given = { model, dataset, split: "test", seed: 3, memoryBytes: 64 * 2 ** 20 } as const;
    const told: number[] = [];
    const shards = await evaluateInPostgres({
      ...given,
      ...queued(address),
      images: count,
      imagesPerShard: 8,
      threads: 1,
      signal: new AbortController().signal,
      onProgress: (done) => told.push(done),
    });
    const here = await testModel({ ...given, images: count, isCancelled: () => false, faults: [] });
    assert.deepEqual(shards, here);
    assert.equal(told.at(-1), count - 1);
    assert.equal((await taskRows("evaluation")).length, 4);
  });

  test("only the current attempt of a shard is heard; when all its workers are lost it fails, and may be asked for again", async () => {
    const address = await server.create("lost");
    const storage = await QueuedStorage.openQueued(address, { superviseSeconds: 1, retryLimit: 1 });
    const tasks = new QueuedTasks(storage, new AbortController().signal, 100);
    const claims = new WorkerClaims(storage, storage.queue, "worker");
    const take = async (): Promise<TakenTask> => {
      for (;;) {
        // What waits a while before it is tried again need not.
        await server.query(
          "UPDATE spikefront_queue.job SET start_after = now() WHERE state = 'retry'",
          "lost",
        );
        const taken = await claims.take(["trials"]);
        if (taken !== null) return taken as TakenTask;
        await storage.queue.supervise();
      }
    };
    const silence = (): Promise<unknown> =>
      server.query("UPDATE spikefront_queue.job SET heartbeat_on = now() - interval '1 hour'", "lost");
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

  const taskRows = (database: string): Promise<Record<string, unknown>[]> =>
    server.query("SELECT task_key, state, attempt FROM task", database);
});
