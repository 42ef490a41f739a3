// The hardware profiles of a study, the deciding one first. All known ones are priced: counts make
// another profile free, and the report shows whether the choice survives it.

import { InvalidValueError } from "../base/errors.ts";
import type { EnergyProfile } from "../energy/profile.ts";
import { profiles } from "../energy/profiles.ts";
import type { StudySettings } from "./study-settings.ts";

/** @throws {InvalidValueError} when the study names a profile that does not exist */
export function profilesOf({ profile }: Pick<StudySettings, "profile">): readonly EnergyProfile[] {
  const known: Readonly<Record<string, EnergyProfile>> = profiles;
  const deciding = known[profile];
  if (deciding === undefined) {
    throw new InvalidValueError("profile", `must be one of ${Object.keys(known).join(", ")}`, profile);
  }
  return [deciding, ...Object.values(known).filter((other) => other !== deciding)];
}
