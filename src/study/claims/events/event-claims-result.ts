// What a study of claims about event networks found, as plain data: the contract between the run, its report and
// docs/results.

import type { Interval } from "../../../statistics/interval.ts";
import type { Verdict } from "../../../statistics/verdict.ts";
import type { ArmName } from "./event-arm.ts";
import type { EventClaimsSettings, EventCondition, EventPaperClaim } from "./event-claims-settings.ts";
import type { EventNetworkMeasures } from "./measure-event-network.ts";

export interface MeasuredEventNetwork {
  readonly seed: number;
  readonly sha256: string;
  /** Commits that trained and that measured it. */
  readonly commit: string;
  readonly measuredBy: string;
  readonly bestEpoch: number;
  readonly cpuSeconds: number;
  /** Share of the validation samples, after each epoch. */
  readonly validationAccuracy: readonly number[];
  readonly measures: EventNetworkMeasures;
}

export interface MeasuredPair {
  readonly name: string;
  readonly data: string;
  /** By arm, then by network. */
  readonly arms: Readonly<Record<ArmName, readonly MeasuredEventNetwork[]>>;
  /** Mean over the networks of an arm. */
  readonly accuracy: Readonly<Record<ArmName, Interval>>;
}

/** What a network of a sweep did. */
export interface SweptNetwork {
  readonly seed: number;
  readonly sha256: string;
  readonly commit: string;
  readonly measuredBy: string;
  readonly cpuSeconds: number;
  readonly accuracy: number;
  /** Under the sweep's jitter, on the samples of noise; mean over draws. */
  readonly underJitter: number;
  /** Of all neurons for a sample. */
  readonly spikes: number;
  /** Mean time of the decision by the calibrated margin, s. */
  readonly latencyS: number;
}

export interface MeasuredSweep {
  readonly name: string;
  /** Networks of the same place have the same seed. */
  readonly points: readonly { readonly value: number; readonly networks: readonly SweptNetwork[] }[];
}

/** Means over the starting weights of a grid; best: the best epoch's of every training. */
export interface ToyRepeat {
  readonly cpuSeconds: number;
  readonly best: Readonly<Record<ArmName, number>>;
  /** Mean over the grid after each epoch. */
  readonly byEpoch: Readonly<Record<ArmName, readonly number[]>>;
  /** Best accuracy by mean, then deviation. */
  readonly grid: Readonly<Record<ArmName, readonly (readonly number[])[]>>;
}

export interface MeasuredToy {
  readonly name: string;
  readonly data: string;
  /** Of its repeats, each once. */
  readonly commits: readonly string[];
  readonly cpuSeconds: number;
  readonly arms: Readonly<Record<ArmName, MeasuredToyArm>>;
}

export interface MeasuredToyArm {
  /** Best accuracy of every repeat, mean over the grid. */
  readonly best: readonly number[];
  /** Means over repeats. */
  readonly byEpoch: readonly Interval[];
  readonly grid: readonly (readonly number[])[];
}

export interface EventAnswer extends Verdict {
  readonly condition: Partial<EventCondition>;
  readonly interval: Interval;
}

export interface EventClaimAnswers {
  readonly claim: EventPaperClaim;
  /** Under the condition stated beforehand. */
  readonly stated: EventAnswer;
  /** Under every condition, the stated one among them. */
  readonly all: readonly EventAnswer[];
}

export interface EventClaimsResult {
  readonly schema: "spikefront.claims-result";
  readonly version: 1;
  readonly kind: "events";
  readonly name: string;
  /** A quick run only shows that all works: its figures are not to be quoted. */
  readonly isQuick: boolean;
  readonly settings: EventClaimsSettings;
  /** Of training. */
  readonly cpuHours: number;
  readonly pairs: readonly MeasuredPair[];
  readonly toys: readonly MeasuredToy[];
  readonly sweeps: readonly MeasuredSweep[];
  readonly claims: readonly EventClaimAnswers[];
}
