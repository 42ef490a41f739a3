// The answer to every claim about skips: a difference of two arms, or of two samplers, matched by seed, by Student's
// interval over trainings or searches; in each network, and of all together.

import { meanEstimate } from "../../../statistics/mean-estimate.ts";
import { studentInterval } from "../../../statistics/mean-interval.ts";
import { type Verdict, verdict } from "../../../statistics/verdict.ts";
import { together } from "../together.ts";
import type {
  MeasuredSkipNetwork,
  MeasuredSkips,
  MissingSkipNetwork,
  SkipAnswer,
  SkipClaimAnswers,
  SkipSearchResult,
} from "./skip-claims-result.ts";
import type { ArmName, SearchedBy, SkipClaimsSettings, SkipPaperClaim } from "./skip-claims-settings.ts";

/** @param networks - those whose data were there */
export function judgeSkipClaims(
  { claims }: SkipClaimsSettings,
  networks: readonly MeasuredSkipNetwork[],
  missing: readonly MissingSkipNetwork[],
): readonly SkipClaimAnswers[] {
  return claims.map((claim) => {
    const asked = claim.networks.map((name) => {
      const network = networks.find((each) => each.name === name);
      const lacking = missing.find((each) => each.name === name);
      return { name, values: network && differences(claim, network), why: lacking?.missing };
    });
    const byNetwork = asked.map(({ name, values, why }) => ({
      network: name,
      ...(values === undefined ? untested(claim, why) : answer(claim, values)),
    }));
    return { claim, stated: statedOf(claim, byNetwork, asked), byNetwork };
  });
}

function statedOf(
  claim: SkipPaperClaim,
  byNetwork: readonly SkipAnswer[],
  asked: readonly { readonly values: readonly number[] | undefined; readonly why: string | undefined }[],
): SkipAnswer {
  if (byNetwork.length === 1) {
    const { verdict: said, why, interval } = byNetwork[0];
    return { verdict: said, why, interval };
  }
  if (claim.together === "average") {
    const all = asked.flatMap(({ values }) => (values === undefined ? [] : [values]));
    if (all.length < asked.length)
      return untested(claim, asked.flatMap(({ why }) => (why === undefined ? [] : [why])).join(" "));
    return answer(
      claim,
      all[0].map((_, k) => all.reduce((sum, values) => sum + values[k], 0) / all.length),
    );
  }
  const said = together(claim.together, byNetwork);
  const counts = new Map<Verdict["verdict"], number>();
  for (const { verdict: each } of byNetwork) counts.set(each, (counts.get(each) ?? 0) + 1);
  const list = [...counts].map(([each, count]) => `${each} in ${count}`).join(", ");
  return { verdict: said, why: `Of ${byNetwork.length} networks ${list}.`, interval: null };
}

function untested({ claim }: SkipPaperClaim, why: string | undefined): SkipAnswer {
  const nothing = verdict(claim, null);
  return { ...nothing, why: why === undefined ? nothing.why : `${nothing.why} ${why}`, interval: null };
}

function answer({ claim, measure }: SkipPaperClaim, values: readonly number[]): SkipAnswer {
  const what = measure === "minutes" || measure === "evaluations" ? "searches" : "seeds";
  const range = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;
  const isKnown = values.every(Number.isFinite);
  const interval = studentInterval(meanEstimate(isKnown ? values : []), range, what, claim.confidence);
  const reason = "a figure is not known for a network";
  return {
    ...verdict(claim, { test: claim.test, interval: isKnown ? interval : null, reason }),
    interval: isKnown ? interval : null,
  };
}

/** Seed by seed: the first figure less the other. */
function differences(claim: SkipPaperClaim, network: MeasuredSkipNetwork): readonly number[] {
  const { measure, smaller, than, minutes } = claim;
  switch (measure) {
    case "minutes":
      return ofSampler(network, smaller).map((search) => search.minutes - minutes);
    case "evaluations":
    case "error":
    case "spread": {
      const figure = searchFigure(measure, network);
      const others = figure(ofSampler(network, than));
      return figure(ofSampler(network, smaller)).map((value, k) => value - others[k]);
    }
    default: {
      const others = network.arms[than as ArmName];
      return network.arms[smaller as ArmName].map(
        (skips, k) => armFigure(measure, skips) - armFigure(measure, others[k]),
      );
    }
  }
}

function ofSampler({ searches }: MeasuredSkipNetwork, name: string): readonly SkipSearchResult[] {
  return searches.filter(({ sampler }) => sampler === (name as SearchedBy));
}

export function armFigure(
  measure: Exclude<SkipPaperClaim["measure"], "minutes" | "evaluations" | "error" | "spread">,
  { begun, test }: MeasuredSkips,
): number {
  switch (measure) {
    case "accuracy":
      return test.correct / test.images;
    case "rate":
      return test.firingRate;
    case "begunRate":
      return begun.firingRate;
    case "products":
      return test.products;
    case "energy":
      return test.energyPj ?? Number.NaN;
    default:
      throw new TypeError(`unknown measure ${JSON.stringify(measure satisfies never)}`);
  }
}

function searchFigure(
  measure: "evaluations" | "error" | "spread",
  network: MeasuredSkipNetwork,
): (searches: readonly SkipSearchResult[]) => readonly number[] {
  const ends = (searches: readonly SkipSearchResult[]): readonly number[] =>
    searches.map(({ lowestError }) => lowestError[lowestError.length - 1]);
  if (measure === "error") return ends;
  if (measure === "spread") {
    return (searches) => {
      const middle = median(ends(searches));
      return ends(searches).map((end) => Math.abs(end - middle));
    };
  }
  const target = median(ends(ofSampler(network, "random")));
  return (searches) =>
    searches.map(({ lowestError }) => {
      const reached = lowestError.findIndex((error) => error <= target);
      return (reached < 0 ? lowestError.length : reached) + 1;
    });
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return (sorted[Math.ceil(half) - 1] + sorted[Math.floor(half)]) / 2;
}
