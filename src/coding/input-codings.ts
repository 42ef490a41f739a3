// All ways in which input enters a network: held as a current, turned into spikes, or already spikes.
//
// A model may use any of them; a design space offers those of coding-fields.ts.

import { spikeCodes } from "./spike-codes.ts";

export type InputCoding = "constant" | keyof typeof spikeCodes | "events";

export const inputCodings: readonly InputCoding[] = [
  "constant",
  ...(Object.keys(spikeCodes) as (keyof typeof spikeCodes)[]),
  "events",
];
