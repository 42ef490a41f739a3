// The hardware profiles that come along. To add one: a JSON file in profiles/ and a line here.

import { InvalidValueError } from "../base/errors.ts";
import type { EnergyProfile } from "./profile.ts";
import horowitzCompute from "./profiles/horowitz-45nm-compute.json" with { type: "json" };
import horowitzMemory from "./profiles/horowitz-45nm-memory.json" with { type: "json" };
import loihi from "./profiles/loihi-keras-spiking.json" with { type: "json" };
import spikingJelly from "./profiles/spikingjelly-int8.json" with { type: "json" };
import spinnaker2 from "./profiles/spinnaker2-keras-spiking.json" with { type: "json" };
import { readProfile } from "./read-profile.ts";

/** By name; the first is the one objectives use unless the study says otherwise. */
export const profiles: Readonly<Record<string, EnergyProfile>> = Object.fromEntries(
  [horowitzCompute, horowitzMemory, spikingJelly, loihi, spinnaker2].map((json) => {
    const profile = readProfile(json, `profile ${json.name}`);
    return [profile.name, profile];
  }),
);

/** @throws {InvalidValueError} when no profile of that name comes along, listing those that do */
export function profileNamed(name: string): EnergyProfile {
  if (Object.hasOwn(profiles, name)) return profiles[name];
  throw new InvalidValueError("profile", `must be one of ${Object.keys(profiles).join(", ")}`, name);
}
