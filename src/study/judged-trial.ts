import type { Interval } from "../pipeline/evaluation.ts";
import type { DesignValues } from "../space/space.ts";

/** A complete trial with what the study thinks of it. */
export interface JudgedTrial {
  readonly trial: number;
  readonly design: DesignValues;
  /** Share of the study's images it was measured on: 1 but where a search halves. */
  readonly fidelity: number;
  readonly intervals: readonly Interval[];
  readonly objectives: readonly number[];
  /** 0 when every requirement is met. */
  readonly violation: number;
  /** What every requirement lacks, in units of its limit: at most 0 where it is met. */
  readonly constraints: readonly number[];
}
