// What some trials of a campaign have come to.

import type { FaultCounts } from "../campaign/fault-counts.ts";

export interface MeasuredTrials {
  readonly counts: FaultCounts;
  /** Change of the margin between the golden class and the best other. Shape [trials, images]. */
  readonly margins: Float32Array | null;
}
