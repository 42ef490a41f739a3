// Outcomes of the trials run so far: one entry a trial, in the order they were run.

import type { FaultCounts } from "./fault-counts.ts";
import { faultOutcomes } from "./fault-outcome.ts";

export class FaultTable {
  /** Places in the population, or numbers of draws. Shape [at least count]. */
  readonly indices: Float64Array;
  /** Images by trial and outcome. Shape [at least count, outcomes]. */
  readonly outcomes: Uint32Array;
  count = 0;

  /** @param capacity - trials it will hold at most */
  constructor(capacity: number) {
    this.indices = new Float64Array(capacity);
    this.outcomes = new Uint32Array(capacity * faultOutcomes.length);
  }

  /** @param indices - of the trials counted, in their order */
  append(indices: ArrayLike<number>, { outcomes }: Pick<FaultCounts, "outcomes">): void {
    this.indices.set(indices, this.count);
    this.outcomes.set(outcomes, this.count * faultOutcomes.length);
    this.count += indices.length;
  }
}
