// What a page that is one file knows; there is nobody it could ask.

import type { LiveTrialNetworks } from "../../study/live-network.ts";
import type { SavedPlay } from "../../study/saved-study.ts";
import type { SavedPage } from "../live/saved-page.ts";
import type { PackedPage } from "./unpack.ts";

const packed = (globalThis as { spikefront?: PackedPage }).spikefront;

/** null: there is a server. */
export const saved: SavedPage | null = packed === undefined ? null : (packed.data as SavedPage);
document.documentElement.classList.toggle("saved", saved !== null);

/** The same, on the page of the playground. */
export const savedPlay = saved as unknown as SavedPlay | null;

/**
 * What the server would answer.
 *
 * @throws {Error} for what is not kept
 */
export function savedAnswer({ networks, finalists, campaigns, rasters }: SavedPage, url: string): unknown {
  const [path, query] = url.split("?");
  const given = new URLSearchParams(query);
  const elsewhere = "spikefront serve shows it from the study's folder.";
  if (path === "/view/finalists") return finalists;
  if (path === "/view/campaigns") return campaigns;
  if (path === "/view/raster") {
    const [trial, image] = [Number(given.get("trial")), Number(given.get("image"))];
    const found = rasters.find((one) => one.trial === trial && one.image === image);
    if (found !== undefined) return found;
    const held = rasters.filter((one) => one.trial === trial).length;
    throw new Error(
      held === 0
        ? `This file holds no spikes of trial ${trial}: ${elsewhere}`
        : `This file holds the spikes of trial ${trial} for images 0 to ${held - 1}, not for image ${image}: ${elsewhere}`,
    );
  }
  const numbers = given.get("numbers")?.split(",").filter(Boolean).map(Number) ?? [];
  const trials = networks.trials.filter(({ trial }) => numbers.includes(trial));
  if (trials.length === numbers.length) return { ...networks, trials } satisfies LiveTrialNetworks;
  throw new Error(
    `This file holds the networks of ${networks.trials.length} trials, not this one's: ${elsewhere}`,
  );
}
