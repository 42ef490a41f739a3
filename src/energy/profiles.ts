// The hardware profiles that come along. To add one: a JSON file in profiles/ and a line here.

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
