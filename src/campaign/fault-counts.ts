// Outcomes of many trials, counted over images. Plain data; parts of one campaign add up.

import { InvalidValueError } from "../base/errors.ts";
import { type FaultOutcome, faultOutcomes } from "./fault-outcome.ts";

export interface FaultCounts {
  readonly trials: number;
  readonly images: number;
  /** Images whose class is right without faults. */
  readonly goldenCorrect: number;
  /** Images by trial and outcome. Shape [trials, outcomes]. */
  readonly outcomes: Uint32Array;
}

/** Images of a trial with one of these outcomes. */
export function imagesWith(counts: FaultCounts, trial: number, wanted: readonly FaultOutcome[]): number {
  return wanted.reduce(
    (sum, outcome) => sum + counts.outcomes[trial * faultOutcomes.length + faultOutcomes.indexOf(outcome)],
    0,
  );
}

/** Images whose class a trial changes. */
export function criticalImages(counts: FaultCounts, trial: number): number {
  return imagesWith(counts, trial, ["changed", "harmed", "healed"]);
}

/** Images a trial turns from right to wrong, less those it turns right. */
export function lostImages(counts: FaultCounts, trial: number): number {
  return imagesWith(counts, trial, ["harmed"]) - imagesWith(counts, trial, ["healed"]);
}

/**
 * The same trials on two sets of images.
 *
 * @throws {InvalidValueError} for counts of different trials
 */
export function addCounts(first: FaultCounts, second: FaultCounts): FaultCounts {
  if (first.trials !== second.trials)
    throw new InvalidValueError("second counts", `must be of ${first.trials} trials`, second.trials);
  return {
    trials: first.trials,
    images: first.images + second.images,
    goldenCorrect: first.goldenCorrect + second.goldenCorrect,
    outcomes: first.outcomes.map((count, i) => count + second.outcomes[i]),
  };
}
