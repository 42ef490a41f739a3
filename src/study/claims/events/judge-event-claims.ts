// The answer to every claim about event networks. Networks of a pair's arms are matched by seed; every figure is
// one number a network, and what is tested is the mean of their differences.
//
//   accuracy    of one − of many, test samples
//   progress    mean over the epochs of (own best validation accuracy − that epoch's), many − one: how far from its end
//               a training is on average; the less, the sooner it is there
//   spikes      spikes of all neurons for a sample: many / one − 1
//   latency     mean time of the decision: many / one − 1
//   robustness  share of the accuracy that noise takes: many − one
//   starts      of a toy: best accuracy of a training, mean over starting weights: one − many, repeat by repeat
//   price       of a sweep: −ρ, with ρ the rank correlation over its networks of one seed of what is bought (accuracy) with
//               what is spent (spikes, or time): below 0 where more is had for more

import { equivalenceConfidence } from "../../../statistics/equivalence-test.ts";
import { type MeanEstimate, meanEstimate } from "../../../statistics/mean-estimate.ts";
import { studentInterval } from "../../../statistics/mean-interval.ts";
import { spearmanRho } from "../../../statistics/rank-correlation.ts";
import { verdict } from "../../../statistics/verdict.ts";
import { armNames } from "./event-arm.ts";
import type {
  EventAnswer,
  EventClaimAnswers,
  EventClaimsResult,
  MeasuredEventNetwork,
  MeasuredSweep,
} from "./event-claims-result.ts";
import {
  type EventClaimsSettings,
  type EventCondition,
  type EventPaperClaim,
  latencyRules,
  measureOf,
  priceCosts,
  priceGains,
} from "./event-claims-settings.ts";
import { noiseLists } from "./event-measure-settings.ts";

type Measured = Pick<EventClaimsResult, "pairs" | "toys" | "sweeps">;

/** @param measured - all of the settings, measured */
export function judgeEventClaims(
  settings: EventClaimsSettings,
  measured: Measured,
): readonly EventClaimAnswers[] {
  return settings.claims.map((claim) => ({
    claim,
    stated: answer(claim, measured, statedOf(claim)),
    all: conditionsOf(claim, settings).map((condition) => answer(claim, measured, condition)),
  }));
}

/** The part of the stated condition that the measure depends on. */
function statedOf({ measure, stated }: EventPaperClaim): Partial<EventCondition> {
  const { rule, noise, level, gain, cost } = stated;
  if (measure === "latency") return { rule };
  if (measure === "price") return { gain, cost };
  return measure === "robustness" ? { noise, level } : {};
}

function conditionsOf(
  { measure, pair }: EventPaperClaim,
  settings: EventClaimsSettings,
): readonly Partial<EventCondition>[] {
  if (measure === "latency") return latencyRules.map((rule) => ({ rule }));
  if (measure === "price") return priceGains.flatMap((gain) => priceCosts.map((cost) => ({ gain, cost })));
  const own = settings.pairs.find(({ name }) => name === pair);
  if (measure !== "robustness" || own === undefined) return [{}];
  const lists = measureOf(settings, own);
  return noiseLists.flatMap((noise) => lists[noise].map((level) => ({ noise, level })));
}

function answer(claim: EventPaperClaim, measured: Measured, condition: Partial<EventCondition>): EventAnswer {
  const { kind, confidence, test } = claim.claim;
  const isRatio = kind === "comparable";
  const values = valuesOf(claim, measured, { ...claim.stated, ...condition });
  const unknown = values.some((value) => !Number.isFinite(value));
  const estimate: MeanEstimate = meanEstimate(unknown ? [] : values);
  const range = isRatio ? ([-1, Number.MAX_VALUE] as const) : ([-1, 1] as const);
  const interval = studentInterval(
    estimate,
    range,
    { starts: "repeats", price: "seeds" }[claim.measure as string] ?? "pairs of networks",
    isRatio ? equivalenceConfidence(confidence) : confidence,
  );
  const reason = "a figure of a network that does nothing has no ratio";
  return {
    condition,
    interval,
    ...verdict(claim.claim, { test, interval: unknown ? null : interval, reason }),
  };
}

/** One number for each pair of networks of one seed, repeat of a toy, or seed of a sweep. */
function valuesOf(
  claim: EventPaperClaim,
  { pairs, toys, sweeps }: Measured,
  condition: EventCondition,
): readonly number[] {
  const named = <T extends { readonly name: string }>(parts: readonly T[]): readonly T[] =>
    parts.filter(({ name }) => name === claim.pair);
  if (claim.measure === "price") return named(sweeps).flatMap((sweep) => pricesOf(sweep, condition));
  const [one, many] = armNames.map((arm) =>
    claim.measure === "starts"
      ? named(toys).flatMap(({ arms }) => arms[arm].best)
      : named(pairs).flatMap(({ arms }) => arms[arm].map((network) => figureOf(claim, network, condition))),
  );
  return many.map((value, i) => {
    if (claim.claim.kind === "comparable") return value / one[i] - 1;
    const isGain = claim.measure === "accuracy" || claim.measure === "starts";
    return isGain ? one[i] - value : value - one[i];
  });
}

/** NaN where no network of a seed differs from another. */
function pricesOf({ points }: MeasuredSweep, { gain, cost }: EventCondition): readonly number[] {
  return points[0].networks.map((_, n) => {
    const own = points.map(({ networks }) => networks[n]);
    const gained = own.map((network) => network[gain]);
    const spent = own.map(({ spikes, latencyS }) => (cost === "spikes" ? spikes : latencyS));
    return -(spearmanRho(gained, spent) ?? Number.NaN);
  });
}

function figureOf(
  { measure }: Pick<EventPaperClaim, "measure">,
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
    case "starts":
    case "price":
      return Number.NaN;
    default:
      throw new TypeError(`unknown measure ${JSON.stringify(measure satisfies never)}`);
  }
}
