// An objective: one figure of an evaluation that the search makes better.

import type { InputAccounting } from "../energy/counts.ts";
import type { EnergyProfile } from "../energy/profile.ts";
import type { Evaluation, Interval } from "./evaluation.ts";

/** What an objective may look at besides the evaluation. */
export interface ObjectiveContext {
  /** The profile that decides. */
  readonly profile: EnergyProfile;
  readonly accounting: InputAccounting;
}

export interface Objective {
  readonly name: string;
  readonly about: string;
  readonly unit: string;
  readonly direction: "maximize" | "minimize";
  /** @throws {InvalidValueError} when the evaluation has not what the objective needs */
  readonly score: (evaluation: Evaluation, context: ObjectiveContext) => Interval;
}

/** The end of the interval that is worse: what requirements are tested against. */
export function badEnd(interval: Interval, direction: Objective["direction"]): number {
  return direction === "maximize" ? interval.low : interval.high;
}
