// Campaigns, simulations and evaluations in shards: what workers anywhere count is what one machine counts, byte for
// byte, whatever becomes of the workers and of the command.

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { type CampaignSettings, campaignFields } from "../src/campaign/campaign-settings.ts";
import type { Dataset } from "../src/data/dataset.ts";
import { runCampaignInFolder } from "../src/node/campaign-folder.ts";
import { runCampaignInPostgres } from "../src/node/postgres-campaign.ts";
import { resolve } from "../src/space/resolve.ts";
import { noPostgres, TestPostgres } from "./postgres.ts";
import { killWorkers, WorkerProcess } from "./postgres-workers.ts";
import { spikingImages, spikingModel } from "./spiking-models.ts";
import { spikingNetworks } from "./spiking-networks.ts";

const model = spikingModel(spikingNetworks["dense 37-50-33-10"], {
  seed: 11,
  isWhole: true,
  inference: { coding: "rate", steps: 9 },
});
const count = 30;
const { pixels, labels } = spikingImages(model, count, 5);
const images = { pixels, labels, count, imageShape: [1, 1, 37] as const };
const dataset: Dataset = { name: "made", train: images, test: images, classes: [], sha256: "0" };

describe("shards on PostgreSQL", { skip: noPostgres }, () => {
  const root = mkdtempSync(path.join(tmpdir(), "spikefront-shards-"));
  let server: TestPostgres;
  before(async () => {
    server = await TestPostgres.start();
  });
  after(async () => {
    await killWorkers();
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
    onlyAsks: true,
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

  test("a campaign by two workers is that of one machine, byte for byte", async () => {
    const address = await server.create("campaign");
    const workers = ["a", "b"].map((name) => new WorkerProcess(address, name));
    await runCampaignInPostgres({ ...campaign("shards"), ...queued(address) });
    await runCampaignInFolder(campaign("whole"));
    assert.deepEqual(filesOf("shards"), filesOf("whole"));
    for (const worker of workers) await worker.kill();
  });
});
