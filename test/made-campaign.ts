// A small campaign, for tests that run it in shards.

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { type CampaignSettings, campaignFields } from "../src/campaign/campaign-settings.ts";
import type { Dataset } from "../src/data/dataset.ts";
import { runCampaignInPostgres } from "../src/node/postgres-campaign.ts";
import { resolve } from "../src/space/resolve.ts";
import { spikingImages, spikingModel } from "./spiking-models.ts";
import { spikingNetworks } from "./spiking-networks.ts";

export const campaignModel = spikingModel(spikingNetworks["dense 37-50-33-10"], {
  seed: 11,
  isWhole: true,
  inference: { coding: "rate", steps: 9 },
});
export const campaignImages = 30;
const { pixels, labels } = spikingImages(campaignModel, campaignImages, 5);
const images = { pixels, labels, count: campaignImages, imageShape: [1, 1, 37] as const };
export const campaignData: Dataset = { name: "made", train: images, test: images, classes: [], sha256: "0" };

export function madeCampaign(folder: string, given: Partial<CampaignSettings> = {}) {
  return {
    folder,
    model: campaignModel,
    sha256: "abc",
    settings: resolve("settings", campaignFields, { count: 600, ...given }),
    seed: 2,
    dataset: campaignData,
    split: "test" as const,
    images: 0,
    hasMargins: false,
    threads: 1,
    memoryBytes: 64 * 1024 * 1024,
    signal: new AbortController().signal,
  };
}

/** Small shards by this process's own slots. */
export function inShards(address: string) {
  return {
    address,
    tag: "",
    onlyAsks: false,
    inFlight: 4,
    size: { trials: 100, images: 13 },
    queue: { superviseSeconds: 1 },
  };
}

/** What a campaign's folder holds, by name. Commits are those of whoever ran parts of it. */
export function campaignFiles(folder: string): Readonly<Record<string, string>> {
  const read = (file: string): string => readFileSync(path.join(folder, file), "latin1");
  return Object.fromEntries(
    readdirSync(folder).map((file) => [file, read(file).replace(/"commits": \[[^\]]*\],/, "")]),
  );
}

/**
 * The campaign by workers that take it from this database, its command stopped and begun again at a quarter, at half and
 * at three quarters of its trials.
 */
export async function interruptedCampaign(address: string, folder: string, trials: number): Promise<void> {
  for (const share of [0.25, 0.5, 0.75, 1]) {
    const stop = new AbortController();
    const onProgress = (done: number): void => {
      if (share < 1 && done >= share * trials) stop.abort();
    };
    const asked = { ...madeCampaign(folder, { count: trials }), ...inShards(address), onlyAsks: true };
    const queue = { superviseSeconds: 1, retryLimit: 20, patienceMs: 30_000 };
    try {
      await runCampaignInPostgres({ ...asked, queue, inFlight: 16, signal: stop.signal, onProgress });
    } catch (error) {
      if ((error as Error).name !== "CancelledError") throw error;
    }
  }
}
