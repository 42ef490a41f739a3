// Successive halving without waiting: ASHA in its promotion form (Li et al. 2020), for several objectives
// (Schmucker et al. 2021). Every design starts with a small share of the full evaluation; the best of a rung
// go on to the next, η times as large, from where they stopped.
//
//   promote from rung k, the highest rung first, a design among the best ⌊N_k / η⌋ of its N_k results that is
//   not promoted yet; if there is none, start a new design
//
// Best: constraints first, then ranks of non-domination, the last rank broken by hypervolume. A free worker
// is never told to wait. What is promoted depends on which results are there when a worker is free, hence on
// which evaluations end first; it does not depend on the order in which the same results are told.

import { InvalidValueError } from "../base/errors.ts";
import { bestTrials, isMeasured, type Judged } from "./best-trials.ts";
import type { Direction } from "./pareto.ts";

/** The ladder of a search. */
export interface HalvingPlan {
  /** Shares of the full evaluation, rising; the last is 1. */
  readonly rungs: readonly number[];
  /** η: of so many on a rung, one goes on. */
  readonly reduction: number;
}

/** What a trial was worth on a rung. */
export interface RungResult extends Judged {
  readonly rung: number;
}

/** An evaluation that has begun and not ended. */
export interface RungUnderWay {
  readonly number: number;
  readonly rung: number;
}

export type HalvingStep =
  | { readonly kind: "start"; readonly rung: 0 }
  | { readonly kind: "promote"; readonly number: number; readonly rung: number };

/**
 * Rungs from the least share by factors of the reduction up to the whole: [1/16, 1/4, 1] for 0.06 and 4.
 *
 * @param leastShare - no rung is smaller
 * @throws {InvalidValueError} for a share outside (0, 1] or a reduction below 2
 */
export function halvingPlan({
  leastShare,
  reduction = 4,
}: {
  readonly leastShare: number;
  readonly reduction?: number;
}): HalvingPlan {
  if (!(leastShare > 0 && leastShare <= 1))
    throw new InvalidValueError("halving.leastShare", "must be above 0 and at most 1", leastShare);
  if (!(reduction >= 2 && reduction < Infinity))
    throw new InvalidValueError("halving.reduction", "must be at least 2", reduction);
  const rungs = [1];
  // A billionth of leeway: 1/64 shall be three quarterings below 1.
  while (rungs[0] / reduction >= leastShare * (1 - 1e-9)) rungs.unshift(rungs[0] / reduction);
  return { rungs, reduction };
}

/**
 * What a free worker does next.
 *
 * @param results - of every trial on every rung that it has finished; failed and NaN ones are never promoted
 */
export function nextHalvingStep(
  plan: HalvingPlan,
  directions: readonly Direction[],
  results: readonly RungResult[],
  underWay: readonly RungUnderWay[],
): HalvingStep {
  return nextHalvingSteps(plan, directions, results, underWay, 1)[0];
}

/** What so many free workers do next: as if each were asked with what those before it have begun under way. */
export function nextHalvingSteps(
  { rungs, reduction }: HalvingPlan,
  directions: readonly Direction[],
  results: readonly RungResult[],
  underWay: readonly RungUnderWay[],
  count: number,
): readonly HalvingStep[] {
  const steps: HalvingStep[] = [];
  for (let rung = rungs.length - 2; rung >= 0 && steps.length < count; rung--) {
    const here = results.filter((result) => result.rung === rung);
    const gone = new Set(
      [...results, ...underWay].filter((other) => other.rung === rung + 1).map(({ number }) => number),
    );
    const places = Math.floor(here.length / reduction);
    let promotable = bestTrials(here.filter(isMeasured), places, directions).filter(
      ({ number }) => !gone.has(number),
    );
    while (promotable.length > 0 && steps.length < count) {
      const [best] = bestTrials(promotable, 1, directions);
      steps.push({ kind: "promote", number: best.number, rung: rung + 1 });
      promotable = promotable.filter((other) => other !== best);
    }
  }
  while (steps.length < count) steps.push({ kind: "start", rung: 0 });
  return steps;
}
