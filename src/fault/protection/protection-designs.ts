// All protections there are, whatever they guard, by name: what a search may choose from, with fields and
// price.

import { boundedPotentials } from "./bounded-potentials.ts";
import { checksums } from "./checksums.ts";
import { clippedActivations } from "./clipped-activations.ts";
import { marginAbstention } from "./margin-abstention.ts";
import { refittedThresholds } from "./refitted-thresholds.ts";
import { remappedBits } from "./remapped-bits.ts";
import { spikeCountRange } from "./spike-count-range.ts";
import { weightProtections } from "./weight-protections.ts";

export const protectionDesigns = {
  ...weightProtections,
  "remapped-bits": remappedBits,
  "refitted-thresholds": refittedThresholds,
  "bounded-potentials": boundedPotentials,
  "clipped-activations": clippedActivations,
  "checksum-scrubbing": checksums,
  "spike-count-range": spikeCountRange,
  "margin-abstention": marginAbstention,
} as const;
