// What a campaign pool and its workers say to each other.

import type { TrialPlan } from "../campaign/trial-plan.ts";
import type { Model } from "../model/model.ts";
import type { SimulationPart } from "./simulation-messages.ts";

export interface ToCampaignWorker {
  readonly model: Model;
  readonly memoryBytes: number;
  /** Not 0 once work is to stop. */
  readonly cancelFlag: Int32Array;
}

export interface CampaignPart {
  readonly plan: TrialPlan;
  readonly images: SimulationPart;
}
