// What a study does to its networks to score them: bits flipped and images blurred, as its objectives need.

import type { EvaluationTask, FaultPlan } from "../pipeline/evaluation-task.ts";
import type { NoisePlan } from "../pipeline/noise-plan.ts";
import type { Objective, ObjectiveContext, ObjectiveNeed } from "../pipeline/objective.ts";
import { objectives } from "../pipeline/objectives.ts";
import type { StudySettings } from "./study-settings.ts";

export interface DamageOptions {
  /** Of the draws: no two phases share masks or noise. */
  readonly phase: "search" | "race" | "confirm" | "final";
  readonly seeds: number;
  readonly images: number;
  readonly trial: number;
}

/** Under faults: one rate in search and confirmation, all of `final.bitErrorRates` at the end, which may strike more than weights. */
export function damagePlans(
  settings: StudySettings,
  { phase, ...size }: DamageOptions,
): Pick<EvaluationTask, "faults" | "noise"> {
  const { bitErrorRate, noise, noiseDose } = settings.evaluation;
  const needs = needsOf(settings.objectives);
  const isFinal = phase === "final";
  const base: FaultPlan = {
    bitErrorRate,
    seeds: size.seeds,
    images: size.images,
    trial: size.trial,
    purpose: `fault-${phase}`,
    ...((isFinal || needs.has("decisions")) && { isDetailed: true }),
  };
  const faults = ratesOf(settings, phase).map((rate): FaultPlan => ({ ...base, bitErrorRate: rate }));
  const byLayer = needs.has("layers") ? [{ ...base, byLayer: true }] : [];
  const parameters: readonly FaultPlan[] =
    isFinal && settings.final.strikesParameters
      ? (["bias", "threshold"] as const).flatMap((target) => faults.map((plan) => ({ ...plan, target })))
      : [];
  const noisy: NoisePlan = { kind: noise, dose: noiseDose, ...size, purpose: `noise-${phase}` };
  return {
    faults: [...faults, ...byLayer, ...parameters],
    ...(needs.has("noise") && { noise: noisy }),
  };
}

/** The deciding rate, and all the study names where an objective or the report reads them. */
function ratesOf(
  { evaluation, final, objectives: names }: StudySettings,
  phase: DamageOptions["phase"],
): readonly number[] {
  const needs = needsOf(names);
  const all = [...new Set([evaluation.bitErrorRate, ...final.bitErrorRates])].sort((a, b) => a - b);
  if (phase !== "final") return needs.has("rates") ? all : [evaluation.bitErrorRate];
  return needs.has("decisions") ? all : final.bitErrorRates;
}

/** What objectives read in an evaluation made for a study. */
export function damageContext({
  evaluation,
  final,
}: StudySettings): Required<Pick<ObjectiveContext, "bitErrorRate" | "bitErrorRates">> {
  return { bitErrorRate: evaluation.bitErrorRate, bitErrorRates: final.bitErrorRates };
}

/** What an objective's figures were taken under, for titles; nothing for those of the clean network. */
export function damageOf({ name, needs }: Objective, { evaluation, final }: StudySettings): string {
  const rates = final.bitErrorRates;
  if (needs === "noise") return `${evaluation.noise} ${evaluation.noiseDose}`;
  if (needs === "rates") return `bit-error rates ${Math.min(...rates)} to ${Math.max(...rates)}`;
  const isClean = needs === undefined ? name !== "drop" : cleanNeeds.includes(needs);
  return isClean ? "" : `bit-error rate ${evaluation.bitErrorRate}`;
}

const cleanNeeds: readonly ObjectiveNeed[] = ["spikes", "ann", "events"];

/** What the objectives of these names need between them. */
export function needsOf(names: StudySettings["objectives"]): ReadonlySet<ObjectiveNeed> {
  return new Set(names.flatMap((name) => (objectives[name] as Objective).needs ?? []));
}
