// What a study of claims about skips found, as plain data: the contract between the run, its report and docs/results.

import type { Interval } from "../../../statistics/interval.ts";
import type { Verdict } from "../../../statistics/verdict.ts";
import type { ArmName, SearchedBy, SkipClaimsSettings, SkipPaperClaim } from "./skip-claims-settings.ts";
import type { SkipTrainingFigures } from "./skip-task.ts";

/** One training from nothing. */
export interface MeasuredSkips extends SkipTrainingFigures {
  readonly seed: number;
  readonly matrix: string;
}

export interface SkipSearchResult {
  readonly sampler: SearchedBy;
  readonly seed: number;
  /** Lowest share of wrong decisions so far. Shape [trials]. */
  readonly lowestError: readonly number[];
  /** The first matrix of that error. */
  readonly matrix: string;
  /** Of the processor: supernet, candidates and sampler, as if this search were alone. */
  readonly minutes: number;
}

export interface MeasuredSkipNetwork {
  readonly name: string;
  readonly data: string;
  readonly sha256: string;
  /** Test accuracy of the ANN without skips, by seed; null for recordings, which have no image. */
  readonly anns: readonly number[] | null;
  /** By arm, then by seed. `found` is empty where skips are not searched for. */
  readonly arms: Readonly<Record<ArmName, readonly MeasuredSkips[]>>;
  readonly searches: readonly SkipSearchResult[];
  /** Candidates that were trained, each once. */
  readonly candidates: number;
}

/** A network whose data set is not on this machine. */
export interface MissingSkipNetwork {
  readonly name: string;
  readonly data: string;
  readonly missing: string;
}

export interface SkipAnswer extends Verdict {
  /** null where nothing was measured. */
  readonly interval: Interval | null;
}

export interface SkipClaimAnswers {
  readonly claim: SkipPaperClaim;
  /** Of all its networks together, as the claim says. */
  readonly stated: SkipAnswer;
  readonly byNetwork: readonly (SkipAnswer & { readonly network: string })[];
}

export interface SkipClaimsResult {
  readonly schema: "spikefront.claims-result";
  readonly version: 1;
  readonly kind: "skips";
  readonly name: string;
  /** A quick run only shows that all works: its figures are not to be quoted. */
  readonly isQuick: boolean;
  readonly settings: SkipClaimsSettings;
  readonly cpuHours: number;
  readonly networks: readonly MeasuredSkipNetwork[];
  readonly missing: readonly MissingSkipNetwork[];
  readonly claims: readonly SkipClaimAnswers[];
}
