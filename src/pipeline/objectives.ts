// The objectives a study may name.

import { accuracyObjective } from "./accuracy-objective.ts";
import { dropObjective } from "./drop-objective.ts";
import { energyObjective } from "./energy-objective.ts";
import type { Objective } from "./objective.ts";

export const objectives = {
  accuracy: accuracyObjective,
  energy: energyObjective,
  drop: dropObjective,
} as const satisfies Readonly<Record<string, Objective>>;

export type ObjectiveName = keyof typeof objectives;
