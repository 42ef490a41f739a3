// A study as it was at a moment, whole: what a page that is saved to a file shows without a server. Pure data.

import type { LiveCampaign, LiveFinalists, LiveTrialNetworks } from "./live-network.ts";
import type { LiveStudy } from "./live-study.ts";

export interface SavedStudy {
  /** Milliseconds since 1970. */
  readonly savedMs: number;
  readonly study: LiveStudy;
  /** Networks of some trials: all would be too much. */
  readonly networks: LiveTrialNetworks;
  /** null: nothing is confirmed yet. */
  readonly finalists: LiveFinalists | null;
  readonly campaigns: readonly LiveCampaign[];
}
