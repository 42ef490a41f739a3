// The objectives a study may name.

import { accuracyObjective } from "./accuracy-objective.ts";
import { firingRateObjective, spikesObjective } from "./activity-objectives.ts";
import { annDropObjective } from "./ann-drop-objective.ts";
import { criticalRateObjective } from "./critical-rate-objective.ts";
import { dropObjective } from "./drop-objective.ts";
import { energyObjective } from "./energy-objective.ts";
import { faultAreaObjective } from "./fault-area-objective.ts";
import { latencyObjective } from "./latency-objective.ts";
import { noiseObjective } from "./noise-objective.ts";
import type { Objective } from "./objective.ts";
import { worstLayerObjective } from "./worst-layer-objective.ts";

export const objectives = {
  accuracy: accuracyObjective,
  energy: energyObjective,
  drop: dropObjective,
  worstLayer: worstLayerObjective,
  criticalRate: criticalRateObjective,
  faultArea: faultAreaObjective,
  noise: noiseObjective,
  annDrop: annDropObjective,
  firingRate: firingRateObjective,
  spikes: spikesObjective,
  latency: latencyObjective,
} as const satisfies Readonly<Record<string, Objective>>;

export type ObjectiveName = keyof typeof objectives;
