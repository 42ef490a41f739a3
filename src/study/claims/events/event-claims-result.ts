// What a study of claims about event networks found, as plain data: the contract between the run, its report and
// docs/results.

import type { Interval } from "../../../statistics/interval.ts";
import type { Verdict } from "../../../statistics/verdict.ts";
import type {
  ArmName,
  EventClaimsSettings,
  EventCondition,
  EventPaperClaim,
} from "./event-claims-settings.ts";
import type { EventNetworkMeasures } from "./measure-event-network.ts";

export interface MeasuredEventNetwork {
  readonly seed: number;
  readonly sha256: string;
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
  readonly cpuHours: number;
  readonly pairs: readonly MeasuredPair[];
  readonly claims: readonly EventClaimAnswers[];
}
