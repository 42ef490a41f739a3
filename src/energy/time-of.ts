// Latency of one inference in seconds.

import type { OperationCounts } from "./counts.ts";
import { energyOf } from "./energy-of.ts";
import type { EnergyProfile } from "./profile.ts";

/**
 * Seconds of one inference: its steps at the profile's speed.
 *
 * @returns null where the source gives no speed, or the hardware cannot run the network
 */
export function timeOf(counts: OperationCounts, profile: EnergyProfile): number | null {
  if (profile.secondsPerStep === 0) return null;
  if (energyOf(counts, profile, "mac-once").energyPj === null) return null;
  return counts.steps * profile.secondsPerStep;
}
