import type { Evaluation } from "../pipeline/evaluation.ts";

/** What became of a trial. Released: it was cancelled, and waits again. */
export interface TrialEnd {
  readonly trial: number;
  readonly state: "complete" | "failed" | "released";
  /** Of a complete one. */
  readonly evaluation: Evaluation | null;
}
