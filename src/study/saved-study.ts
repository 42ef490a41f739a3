// A study as it was at a moment, whole: what a page that is saved to a file shows without a server. Pure data.

import type { LiveCampaign, LiveFinalists, LiveRaster, LiveTrialNetworks } from "./live-network.ts";
import type { LiveStudy } from "./live-study.ts";
import type { PlayFolder } from "./play-folder.ts";

export interface SavedStudy {
  /** Milliseconds since 1970. */
  readonly savedMs: number;
  readonly study: LiveStudy;
  /** Networks of some trials: all would be too much. */
  readonly networks: LiveTrialNetworks;
  /** null: nothing is confirmed yet. */
  readonly finalists: LiveFinalists | null;
  readonly campaigns: readonly LiveCampaign[];
  /** Spikes of the first images, of the trials of `networks` in their order, as many as are small together. */
  readonly rasters: readonly LiveRaster[];
}

/** What the playground of a saved page has. */
export interface SavedPlay {
  readonly folder: PlayFolder;
  /** Network files in base64, by their ids in the folder. */
  readonly networks: Readonly<Record<string, string>>;
  /** Pixels of the first images of the folder's data, then their classes, in base64. */
  readonly images: string;
}
