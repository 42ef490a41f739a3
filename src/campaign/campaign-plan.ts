// The trials of a campaign, in the order they are run, fixed before the first one.

import type { FaultPopulation } from "../fault/enumerate.ts";
import type { StoppingRule } from "../statistics/stopping-rule.ts";
import type { TrialPlan } from "./trial-plan.ts";

export interface CampaignPlan {
  /** null for draws of a fault model. */
  readonly population: FaultPopulation | null;
  /** At most; a stopping rule may end earlier. */
  readonly trials: number;
  /** Index into the population of every trial. Shape [trials]; null: the trial's number. */
  readonly order: Float64Array | null;
  /** Looks are in numbers of trials. */
  readonly rule: StoppingRule | null;
  /** What an engine is given for the trials from `from` to before `to`. */
  part(from: number, to: number): TrialPlan;
}
