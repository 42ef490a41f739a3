// Failures in time: how often a device goes wrong because of upsets in its memory. 1 FIT is one in 10⁹ hours.
//
//   upsets     λ = bits × FIT per bit
//   failures   λ × criticality            Li et al. 2017, eq. 1; criticality derates as an AVF (Mukherjee et al. 2003)
//
// Criticality is measured one flip at a time, as the share of (flip, inference) pairs whose decision changes. So
// what is said here holds while two flips seldom stand together. How many do, on average, follows from how long
// a flip stays: an inference meets the upsets since the last scrub, half an interval ago on average.
//
//   flips at once             n = λ × hours whose upsets stand, Poisson
//   decisions changed         n × criticality, of all inferences, to first order in n

import { InvalidValueError } from "../base/errors.ts";
import type { Interval } from "../statistics/interval.ts";

/** How long a flipped bit stays flipped. */
export type FlipPersistence =
  /** In the one inference that reads it. */
  | { readonly kind: "one-inference"; readonly inferenceHours: number }
  /** Until the memory is written anew, at regular intervals. */
  | { readonly kind: "until-scrub"; readonly scrubIntervalHours: number }
  /** To the end of a mission without scrubs. */
  | { readonly kind: "permanent"; readonly missionHours: number };

export interface MemoryUpsets {
  /** Cells that can be struck, those of a protection included. */
  readonly bits: number;
  /** Upsets of one cell in 10⁹ hours. */
  readonly fitPerBit: number;
  /** Share of (flip, inference) pairs whose decision changes, as a campaign of single flips measures it. */
  readonly criticality: Interval;
  readonly persistence: FlipPersistence;
}

export interface FailureRate extends MemoryUpsets {
  /** Upsets of the whole memory in 10⁹ hours. */
  readonly upsetFit: number;
  /** Upsets that change decisions, in 10⁹ hours. The rate of upsets is taken as exact. */
  readonly failureFit: Interval;
  /** Mean flips at once when an inference is made. Well below 1, or single flips say too little. */
  readonly meanFlipsAtOnce: number;
  /** Share of all inferences decided otherwise than without upsets. */
  readonly changedDecisions: Interval;
}

const hoursPerFit = 1e9;

/** @throws {InvalidValueError} for a count, rate or time below 0, or a criticality that is no share */
export function failureRate(upsets: MemoryUpsets): FailureRate {
  const { bits, fitPerBit, criticality } = upsets;
  const hours = meanHours(upsets.persistence);
  requireAmount("bits", bits);
  requireAmount("fitPerBit", fitPerBit);
  for (const end of ["low", "value", "high"] as const) {
    const share = criticality[end];
    if (!(share >= 0 && share <= 1))
      throw new InvalidValueError(`criticality.${end}`, "must be a share from 0 to 1", share);
  }
  const upsetFit = bits * fitPerBit;
  const meanFlipsAtOnce = (upsetFit / hoursPerFit) * hours;
  return {
    ...upsets,
    upsetFit,
    failureFit: scaled(criticality, upsetFit, Number.POSITIVE_INFINITY),
    meanFlipsAtOnce,
    changedDecisions: scaled(criticality, meanFlipsAtOnce, 1),
  };
}

/** Hours whose upsets stand when an inference is made, on average. */
function meanHours(persistence: FlipPersistence): number {
  switch (persistence.kind) {
    case "one-inference":
      return requireAmount("persistence.inferenceHours", persistence.inferenceHours);
    case "until-scrub":
      return requireAmount("persistence.scrubIntervalHours", persistence.scrubIntervalHours) / 2;
    case "permanent":
      return requireAmount("persistence.missionHours", persistence.missionHours) / 2;
    default:
      throw new TypeError(`unknown persistence ${JSON.stringify(persistence satisfies never)}`);
  }
}

function requireAmount(where: string, value: number): number {
  if (value >= 0 && Number.isFinite(value)) return value;
  throw new InvalidValueError(where, "must be a number of at least 0", value);
}

function scaled(interval: Interval, factor: number, most: number): Interval {
  const times = (share: number): number => Math.min(most, share * factor);
  return {
    ...interval,
    value: times(interval.value),
    low: times(interval.low),
    high: times(interval.high),
  };
}
