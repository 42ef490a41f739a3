// The answer to every claim about event networks. Networks of a pair's arms are matched by seed; every figure is
// one number a network, and what is tested is the mean of their differences.
//
//   accuracy    of one − of many, test samples
//   progress    mean over the epochs of (own best validation accuracy − that epoch's), many − one: how far from its end
//               a training is on average; the less, the sooner it is there
//   spikes      spikes of all neurons for a sample: many / one − 1
//   latency     mean time of the decision: many / one − 1
//   robustness  share of the accuracy that noise takes: many − one

import { equivalenceConfidence } from "../../../statistics/equivalence-test.ts";
import { type MeanEstimate, meanEstimate } from "../../../statistics/mean-estimate.ts";
import { studentInterval } from "../../../statistics/mean-interval.ts";
import { verdict } from "../../../statistics/verdict.ts";
import type {
  EventAnswer,
  EventClaimAnswers,
  MeasuredEventNetwork,
  MeasuredPair,
} from "./event-claims-result.ts";
import {
  type ArmName,
  type EventClaimsSettings,
  type EventCondition,
  type EventPaperClaim,
  latencyRules,
  noiseLists,
} from "./event-claims-settings.ts";

/** @param pairs - all of the settings, measured */
export function judgeEventClaims(
  settings: EventClaimsSettings,
  pairs: readonly MeasuredPair[],
): readonly EventClaimAnswers[] {
  return settings.claims.flatMap((claim) =>
    pairs
      .filter(({ name }) => name === claim.pair)
      .map((pair) => ({
        claim,
        stated: answer(claim, pair, statedOf(claim)),
        all: conditionsOf(claim, settings).map((condition) => answer(claim, pair, condition)),
      })),
  );
}

/** The part of the stated condition that the measure depends on. */
function statedOf({ measure, stated }: EventPaperClaim): Partial<EventCondition> {
  if (measure === "latency") return { rule: stated.rule };
  return measure === "robustness" ? { noise: stated.noise, level: stated.level } : {};
}

function conditionsOf(
  { measure }: EventPaperClaim,
  settings: EventClaimsSettings,
): readonly Partial<EventCondition>[] {
  if (measure === "latency") return latencyRules.map((rule) => ({ rule }));
  if (measure !== "robustness") return [{}];
  return noiseLists.flatMap((noise) => settings.measure[noise].map((level) => ({ noise, level })));
}

function answer(claim: EventPaperClaim, pair: MeasuredPair, condition: Partial<EventCondition>): EventAnswer {
  const { kind, confidence, test } = claim.claim;
  const figures = (arm: ArmName): readonly number[] =>
    pair.arms[arm].map((network) => figureOf(claim, network, { ...claim.stated, ...condition }));
  const [one, many] = [figures("one"), figures("many")];
  const isRatio = kind === "comparable";
  const values = many.map((value, i) => {
    if (isRatio) return value / one[i] - 1;
    return claim.measure === "accuracy" ? one[i] - value : value - one[i];
  });
  const unknown = values.some((value) => !Number.isFinite(value));
  const estimate: MeanEstimate = meanEstimate(unknown ? [] : values);
  const range = isRatio ? ([-1, Number.MAX_VALUE] as const) : ([-1, 1] as const);
  const interval = studentInterval(
    estimate,
    range,
    "pairs of networks",
    isRatio ? equivalenceConfidence(confidence) : confidence,
  );
  const reason = "a figure of a network that does nothing has no ratio";
  return {
    condition,
    interval,
    ...verdict(claim.claim, { test, interval: unknown ? null : interval, reason }),
  };
}

function figureOf(
  { measure }: EventPaperClaim,
  { measures, validationAccuracy }: MeasuredEventNetwork,
  { rule, noise, level }: EventCondition,
): number {
  switch (measure) {
    case "accuracy":
      return measures.correct / measures.samples;
    case "progress": {
      const best = Math.max(...validationAccuracy);
      return validationAccuracy.reduce((sum, share) => sum + best - share, 0) / validationAccuracy.length;
    }
    case "spikes":
      return measures.spikesPerSample;
    case "latency":
      return measures.rules[rule].meanS;
    case "robustness": {
      const under = measures.noise.find((each) => each.noise === noise && each.level === level);
      const correct = under?.correct ?? [];
      return 1 - correct.reduce((sum, n) => sum + n, 0) / correct.length / measures.noiseClean;
    }
    default:
      throw new TypeError(`unknown measure ${JSON.stringify(measure satisfies never)}`);
  }
}
