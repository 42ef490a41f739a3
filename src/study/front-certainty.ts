// How surely each point belongs on the front: the share of resampled figures in which no other point dominates.
//
// Fault masks are drawn anew with replacement, the same for all points, who share them. Accuracies get independent
// normal errors of their intervals' size: points share their images, too, so this is rather too doubtful than too
// sure. Energies are counted, and stand as they are.

import { Random } from "../base/random.ts";
import type { Evaluation, FaultResult } from "../pipeline/evaluation.ts";
import type { Objective, ObjectiveContext } from "../pipeline/objective.ts";
import { nonDominatedShare } from "../statistics/non-dominated-share.ts";
import { normalQuantile } from "../statistics/quantiles.ts";
import { standardErrorOf } from "./standard-error.ts";

const draws = 500;

/** @returns a chance for each evaluation, in their order */
export function frontCertainty(
  evaluations: readonly Evaluation[],
  objectives: readonly Objective[],
  context: ObjectiveContext,
  seed: number,
): readonly number[] {
  if (evaluations.length === 0) return [];
  const errors = evaluations.map((evaluation) =>
    objectives.map(({ name, score }) =>
      name === "accuracy" || name === "annDrop" || name === "latency"
        ? (standardErrorOf(score(evaluation, context)) ?? 0)
        : 0,
    ),
  );
  const values: number[] = [];
  for (let draw = 0; draw < draws; draw++) {
    const random = new Random({ seed, trial: -1, purpose: "front-certainty", index: draw });
    const masks = Array.from({ length: mostMasks(evaluations) }, () => random.uniform());
    for (const [i, evaluation] of evaluations.entries()) {
      const resampled = { ...evaluation, faults: evaluation.faults.map((fault) => redrawn(fault, masks)) };
      for (const [k, { direction, score }] of objectives.entries()) {
        const error = errors[i][k] === 0 ? 0 : errors[i][k] * normalQuantile(clipped(random.uniform()));
        const value = score(resampled, context).value + error;
        values.push(direction === "maximize" ? -value : value);
      }
    }
  }
  return [...nonDominatedShare(values, { draws, points: evaluations.length, objectives: objectives.length })];
}

function redrawn(fault: FaultResult, masks: readonly number[]): FaultResult {
  const { seeds } = fault;
  return { ...fault, seeds: seeds.map((_, k) => seeds[Math.floor(masks[k] * seeds.length)]) };
}

function mostMasks(evaluations: readonly Evaluation[]): number {
  return Math.max(0, ...evaluations.flatMap(({ faults }) => faults.map(({ seeds }) => seeds.length)));
}

function clipped(share: number): number {
  return Math.min(1 - 1e-12, Math.max(1e-12, share));
}
