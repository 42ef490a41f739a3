// A study as those who watch it see it: what the store holds of it now, and what has changed since. Pure data:
// the server writes it, the page reads it.

import type { Space } from "../space/space.ts";
import type { DesignValues, ObjectiveInfo, ReferenceFigure } from "./front.ts";
import type { TrialState } from "./storage.ts";

/** An objective as it was measured: value ± 1.96 standard errors; without an error the ends fall on the value. */
export interface LiveFigure {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface LiveTrial {
  readonly number: number;
  readonly state: TrialState;
  /** In a study of several methods only what matters beside the others. */
  readonly design: DesignValues;
  /** How its network comes by its weights, where the study's trials differ in that. */
  readonly training?: LiveTraining;
  /** By objective, of the search's largest measurement; empty: not measured yet. */
  readonly figures: Readonly<Record<string, LiveFigure>>;
  /** Share of the full evaluation behind the figures; 0: none. */
  readonly fidelity: number;
  readonly startedMs: number | null;
  readonly finishedMs: number | null;
  /** Why it failed, else "". */
  readonly error: string;
}

export interface LiveObjective extends ObjectiveInfo {
  readonly scale: "linear" | "log";
  /** The requirement of the study on it, null: none. */
  readonly limit: number | null;
}

/** An ANN on the search's images, objectives by name; null where the profile cannot price it. */
export interface LiveNetwork {
  readonly name: string;
  readonly figures: Readonly<Record<string, LiveFigure | null>>;
}

/**
 * `running`: a process holds the folder. `finished`: the run has ended with a front. `stopped`: neither; it can be
 * continued.
 */
export type LiveStatus = "running" | "finished" | "stopped";

/** What is small enough to be told whole every time. */
export interface LiveProgress {
  readonly status: LiveStatus;
  /** The latest the run told of: train, search, race, confirm, final. */
  readonly phase: string;
  readonly budgetTrials: number;
  /** Numbers of the trials that are being run. */
  readonly running: readonly number[];
  /** Where the search's hypervolume grew. */
  readonly hypervolume: readonly { readonly trial: number; readonly hypervolume: number }[];
  /** null: not declared yet. */
  readonly reference: readonly ReferenceFigure[] | null;
  readonly anns: readonly LiveNetwork[];
  /** Whether front.json is there, so that the report can be shown. */
  readonly hasReport: boolean;
  /** Milliseconds since 1970 by the server's clock. */
  readonly nowMs: number;
}

export type LiveTraining = "converted" | "direct" | "event";

export interface LiveStudy {
  readonly name: string;
  readonly objectives: readonly LiveObjective[];
  /** How the trials' networks come by their weights, where they do not say it themselves. */
  readonly training: LiveTraining;
  /** What the designs are drawn from. */
  readonly space: Space;
  /** Requirements that no objective shows, e.g. maxLatencySteps: trials are not tested against them here. */
  readonly untested: readonly string[];
  readonly trials: readonly LiveTrial[];
  readonly progress: LiveProgress;
}

/** Trials that are new or changed, in place of those of the same number. */
export interface LiveChange {
  readonly trials: readonly LiveTrial[];
  readonly progress: LiveProgress;
}
