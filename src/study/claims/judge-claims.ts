// The answer to every claim: under the condition stated beforehand, and under all others.
// The author of a claim that must hold in some topology chooses its confidence by that (1 − 0.05/topologies).

import { profiles } from "../../energy/profiles.ts";
import type { ResampledMeans } from "../../statistics/hierarchical-means.ts";
import type { Interval } from "../../statistics/interval.ts";
import { resampledRatio } from "../../statistics/paired-ratio.ts";
import { decisiveConfidence, verdict } from "../../statistics/verdict.ts";
import { accuracyDifference, energyPairs, energyRatio } from "./cell-figures.ts";
import { type CellMeasures, type DropChoice, resampledDrops } from "./cell-measures.ts";
import { type Arm, arms } from "./claims-plan.ts";
import type { Answer, ClaimAnswers, TopologyAnswer } from "./claims-result.ts";
import {
  accountings,
  type ClaimsSettings,
  type Condition,
  formats,
  type PaperClaim,
} from "./claims-settings.ts";
import { together } from "./together.ts";

/** @param cells - of all data sets and topologies */
export function judgeClaims(
  settings: ClaimsSettings,
  cells: readonly CellMeasures[],
): readonly ClaimAnswers[] {
  const known = new Map<string, ResampledMeans>();
  const drops = (cell: CellMeasures, choice: DropChoice): ResampledMeans => {
    const key = JSON.stringify([cell.data, cell.spec.name, choice]);
    const means = known.get(key) ?? resampledDrops(cell, choice);
    known.set(key, means);
    return means;
  };
  return settings.claims.map((claim) => {
    const own = cells.filter(({ data }) => data === claim.data);
    const answer = (condition: Partial<Condition>): Answer => {
      const whole = { ...claim.stated, ...condition };
      const byTopology = own.map((cell) => ({
        topology: cell.spec.name,
        ...judge(claim, whole, cell, drops),
      }));
      return { condition, verdict: together(claim.topologies, byTopology), byTopology };
    };
    const all = conditionsOf(claim, settings).map(answer);
    return { claim, stated: answer(relevant(claim, claim.stated)), all };
  });
}

/** The parts of a condition that a claim of this measure depends on. */
function relevant({ measure }: PaperClaim, condition: Condition): Partial<Condition> {
  const { format, profile, accounting, against, bitErrorRate } = condition;
  switch (measure) {
    case "accuracy":
      return { format };
    case "energy":
      return { format, profile, accounting, against };
    case "drop":
      return { format, bitErrorRate, against };
    default:
      return measure satisfies never;
  }
}

function conditionsOf(claim: PaperClaim, { figures }: ClaimsSettings): readonly Partial<Condition>[] {
  switch (claim.measure) {
    case "accuracy":
      return formats.map((format) => ({ format }));
    case "energy":
      return formats.flatMap((format) =>
        Object.keys(profiles).flatMap((profile) =>
          accountings.flatMap((accounting) =>
            (["ann", "ann-skip"] as const).map((against) => ({ format, profile, accounting, against })),
          ),
        ),
      );
    case "drop":
      return formats.flatMap((format) =>
        figures.bitErrorRates.flatMap((bitErrorRate) =>
          (["ann", "clip", "levels"] as const).map((against) => ({ format, bitErrorRate, against })),
        ),
      );
    default:
      return claim.measure satisfies never;
  }
}

function judge(
  { measure, design: pick, claim }: PaperClaim,
  { format, profile, accounting, against, bitErrorRate }: Condition,
  cell: CellMeasures,
  drops: (cell: CellMeasures, choice: DropChoice) => ResampledMeans,
): Omit<TopologyAnswer, "topology"> {
  const answer = (interval: Interval | null, reason: string | null): Omit<TopologyAnswer, "topology"> => ({
    ...verdict(claim, { test: claim.test, interval, reason }),
    interval,
  });
  const confidence = decisiveConfidence(claim);
  switch (measure) {
    case "accuracy":
      return answer(accuracyDifference(cell, pick, format, confidence), null);
    case "energy": {
      const choice = {
        pick,
        format,
        profile,
        accounting,
        against: against === "ann" ? against : "ann-skip",
      } as const;
      const { others, snns } = energyPairs(cell, choice);
      if (others === null || snns === null) {
        const which = others === null ? "the ANN" : "the SNN";
        const why = `The profile ${profile} has no price for ${which}.`;
        return { verdict: "not tested", why, interval: null };
      }
      return answer(energyRatio(others, snns, confidence), "an energy may be 0");
    }
    case "drop": {
      const means = drops(cell, { pick, format, bitErrorRate });
      const numerator = arms.indexOf(against as Arm);
      const { ratio, reason } = resampledRatio(means, {
        numerator,
        denominator: arms.indexOf("snn"),
        confidence,
      });
      return answer(ratio, reason);
    }
    default:
      return measure satisfies never;
  }
}
