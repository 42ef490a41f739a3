// Fault campaigns under a served folder: those in the study's folder and one below, and in the folders beside it
// where a folder of studies is served.

import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import type { LiveCampaign } from "../study/live-network.ts";
import { campaignPaths } from "./campaign-folder.ts";
import { type CampaignRecord, readRecord } from "./campaign-record.ts";
import { foldersIn } from "./served-folder.ts";

const mostCampaigns = 24;
/** Summaries count every neuron, so they grow with networks; this is far more than one of a million. */
const largestBytes = 512 * 1024 * 1024;

/** @param folders - of the study, and the one that is served */
export function campaignsIn(folders: readonly string[]): readonly LiveCampaign[] {
  const places = [...new Set(folders)].flatMap((folder) => [
    { name: ".", folder },
    ...foldersIn(folder).map((name) => ({ name, folder: join(folder, name) })),
  ]);
  return [...new Map(places.map((place) => [place.folder, place])).values()]
    .filter(({ folder }) => isThere(campaignPaths(folder).record))
    .slice(0, mostCampaigns)
    .flatMap(({ name, folder }) => campaignAt(name, campaignPaths(folder).record) ?? []);
}

function isThere(path: string): boolean {
  return existsSync(path) && statSync(path).size <= largestBytes;
}

/** What a file said when it was last changed. */
const kept = new Map<string, { readonly stamp: string; readonly campaign: LiveCampaign | null }>();

function campaignAt(name: string, path: string): LiveCampaign | null {
  const { mtimeMs, size, ino } = statSync(path);
  const stamp = `${mtimeMs} ${size} ${ino}`;
  const known = kept.get(path);
  if (known?.stamp === stamp) return known.campaign;
  const record = recordOf(path);
  const campaign = record === null ? null : shown(name, record);
  kept.set(path, { stamp, campaign });
  return campaign;
}

/** Null for another file of that name, and for one of another release. */
function recordOf(path: string): CampaignRecord | null {
  try {
    return readRecord(path) ?? null;
  } catch {
    return null;
  }
}

function shown(name: string, record: CampaignRecord): LiveCampaign {
  const { network, summary, trials } = record;
  return {
    name,
    network: network.sha256,
    kind: network.kind,
    about: campaignAbout(record),
    trials,
    summary: summary === null ? null : { ...summary, byNeuron: [] },
  };
}

/** What a campaign struck, and how, in a few words each. */
export function campaignAbout({
  settings,
  data,
  network,
  trials,
  population,
  seed,
}: CampaignRecord): readonly string[] {
  const { faultModel, change, persistence, sampling } = settings;
  const steps = network.steps === null ? "" : `, ${network.steps} steps`;
  return [
    `${network.kind}, ${network.weights} weights${steps} (sha256 ${network.sha256.slice(0, 12)})`,
    faultModel === "single"
      ? `single faults: ${change}, ${persistence}`
      : `draws of ${faultModel}, ${persistence}`,
    population === null ? `${trials.run} draws` : `${sampling}, ${trials.run} of ${population} faults`,
    `${data.images} ${data.split} images of ${data.name}`,
    `seed ${seed}`,
  ];
}
