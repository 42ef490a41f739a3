// Trials of a campaign in an ANN.

import type { AnnFaults } from "../campaign/ann-faults.ts";
import { faultOutcomes } from "../campaign/fault-outcome.ts";
import type { FaultTrials } from "../campaign/sweep/weight-flips.ts";
import type { MeasuredTrials } from "./measured-trials.ts";

export interface AnnTrials {
  readonly ann: AnnFaults;
  readonly trials: FaultTrials;
  readonly images: number;
  readonly hasMargins: boolean;
}

/** @throws {CancelledError} soon after it is asked for */
export function annTrials({ ann, trials, images, hasMargins }: AnnTrials): MeasuredTrials {
  const outcomes = new Uint32Array(trials.count * faultOutcomes.length);
  const margins = hasMargins ? new Float32Array(trials.count * images) : null;
  for (let trial = 0; trial < trials.count; trial++) {
    const onMargin =
      margins &&
      ((image: number, change: number) => {
        margins[trial * images + image] = change;
      });
    outcomes.set(ann.run(trials.faultsOf(trial), onMargin ?? undefined), trial * faultOutcomes.length);
  }
  const { goldenCorrect } = ann;
  return { counts: { trials: trials.count, images, goldenCorrect, outcomes }, margins };
}
