// An objective: one figure of an evaluation that the search makes better.

import type { InputAccounting } from "../energy/counts.ts";
import type { EnergyProfile } from "../energy/profile.ts";
import type { Evaluation, Interval } from "./evaluation.ts";

/** What an objective may look at besides the evaluation. */
export interface ObjectiveContext {
  /** The profile that decides. */
  readonly profile: EnergyProfile;
  readonly accounting: InputAccounting;
  /** Bit-error rate that figures of one rate are read at; absent, or never evaluated: the highest there is. */
  readonly bitErrorRate?: number;
  /** Bit-error rates that figures of several rates are read over; absent: all there are. */
  readonly bitErrorRates?: readonly number[];
}

/**
 * What an evaluation must hold beyond the clean run and faults at one rate: every layer struck alone, changed
 * decisions counted, several bit-error rates, noisy images; or be of: a spiking network, one with an ANN beside it,
 * one that was trained as an event network.
 */
export type ObjectiveNeed = "layers" | "decisions" | "rates" | "noise" | "spikes" | "ann" | "events";

export interface Objective {
  readonly name: string;
  readonly about: string;
  readonly unit: string;
  readonly direction: "maximize" | "minimize";
  /** What tells two values apart: their difference, or, of values above 0, their ratio. */
  readonly scale: "linear" | "log";
  /**
   * How much worse than the ANN's own a value may be and still count where no reference point is given: so much
   * on a linear scale, so many times on a log scale.
   */
  readonly margin: number;
  readonly needs?: ObjectiveNeed;
  /** @throws {InvalidValueError} when the evaluation has not what the objective needs */
  readonly score: (evaluation: Evaluation, context: ObjectiveContext) => Interval;
}

/** The end of the interval that is worse: what requirements are tested against. */
export function badEnd(interval: Interval, direction: Objective["direction"]): number {
  return direction === "maximize" ? interval.low : interval.high;
}
