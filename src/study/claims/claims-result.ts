// What a study of claims found, as plain data: every figure with its interval and counts, and the answer to
// every claim under every condition. The contract between the run, its report and docs/results.

import type { InputAccounting } from "../../energy/counts.ts";
import type { Interval } from "../../statistics/interval.ts";
import type { Verdict } from "../../statistics/verdict.ts";
import type { Arm } from "./claims-plan.ts";
import type { ClaimsSettings, Condition, Format, PaperClaim, PickName } from "./claims-settings.ts";

export interface ArmFigures {
  readonly arm: Arm;
  /** Correct on the clean test images, by network. */
  readonly correct: readonly number[];
  readonly accuracy: Interval;
  /** layer null: all of them. */
  readonly rho: readonly { readonly layer: string | null; readonly rho: number }[];
}

export interface EnergyFigures {
  readonly profile: string;
  readonly accounting: InputAccounting;
  readonly against: "ann" | "ann-skip" | "levels-skip";
  /** Means over networks; null where there is no price. */
  readonly otherPj: number | null;
  readonly snnPj: number | null;
  /** other / SNN. */
  readonly ratio: Interval | null;
}

export interface DropFigures {
  readonly bitErrorRate: number;
  /** Mean flipped bits of a mask. */
  readonly flippedBits: number;
  readonly drops: Readonly<Record<Arm, Interval>>;
  /** Share of decisions that faults change, rightly or wrongly (SDC-1). */
  readonly changed: Readonly<Record<Arm, number>>;
  /** other − SNN, and other / SNN where both drops lie above 0. */
  readonly against: readonly {
    readonly arm: Exclude<Arm, "snn">;
    readonly difference: Interval;
    readonly ratio: Interval | null;
    readonly reason: string | null;
  }[];
}

/** The arms of one picked design in one number format. */
export interface PickFigures {
  readonly pick: PickName;
  readonly format: Format;
  readonly arms: readonly ArmFigures[];
  /** SNN − ANN, paired by network, of the confidence that decides a test of equivalence at 0.95. */
  readonly accuracyDifference: Interval;
  readonly energy: readonly EnergyFigures[];
  readonly drop: readonly DropFigures[];
}

export interface CellFigures {
  readonly data: string;
  readonly topology: string;
  readonly anns: readonly string[];
  readonly designsTried: number;
  readonly pickedAgainst: number;
  readonly picks: readonly {
    readonly pick: PickName;
    /** The settings that were tried, with the values picked. */
    readonly design: Readonly<Record<string, string | number | boolean>>;
    readonly isWithinMargin: boolean;
    readonly validationAccuracy: number;
    readonly validationEnergyPj: number | null;
    readonly validationDrop: number;
  }[];
  readonly figures: readonly PickFigures[];
}

export interface TopologyAnswer extends Verdict {
  readonly topology: string;
  /** What decided; null where there is none. */
  readonly interval: Interval | null;
}

export interface Answer {
  readonly condition: Partial<Condition>;
  readonly verdict: Verdict["verdict"];
  readonly byTopology: readonly TopologyAnswer[];
}

export interface ClaimAnswers {
  readonly claim: PaperClaim;
  /** Under the condition stated beforehand. */
  readonly stated: Answer;
  /** Under every condition, the stated one among them. */
  readonly all: readonly Answer[];
}

export interface ClaimsResult {
  readonly schema: "spikefront.claims-result";
  readonly version: 1;
  readonly name: string;
  /** A quick run only shows that all works: its figures are not to be quoted. */
  readonly isQuick: boolean;
  readonly settings: ClaimsSettings;
  readonly data: readonly { readonly name: string; readonly sha256: string }[];
  readonly cells: readonly CellFigures[];
  readonly claims: readonly ClaimAnswers[];
}
