// Requirements: what a network must reach to be shipped, each tested against the bad end of the
// interval. A margin is how much room is left in the requirement's own unit; negative: not met.

import { energyOf } from "../energy/energy-of.ts";
import type { EnergyProfile } from "../energy/profile.ts";
import { timeOf } from "../energy/time-of.ts";
import type { Evaluation } from "../pipeline/evaluation.ts";
import { badEnd, type ObjectiveContext } from "../pipeline/objective.ts";
import { objectives } from "../pipeline/objectives.ts";

/** Limits by name, as written in a study file; absent ones demand nothing. */
export interface Requirements {
  readonly minAccuracy?: number;
  readonly maxEnergyPj?: number;
  readonly maxLatencySteps?: number;
  readonly maxLatencySeconds?: number;
  readonly maxMemoryBytes?: number;
  readonly maxDrop?: number;
}

interface Rule {
  readonly about: string;
  readonly isFloor: boolean;
  /** The figure at its bad end; null when it cannot be told, which counts as not met. */
  readonly figure: (evaluation: Evaluation, context: ObjectiveContext) => number | null;
}

const rules: Readonly<Record<keyof Requirements, Rule>> = {
  minAccuracy: {
    about: "accuracy",
    isFloor: true,
    figure: (evaluation, context) => badEnd(objectives.accuracy.score(evaluation, context), "maximize"),
  },
  maxEnergyPj: {
    about: "energy of one inference, pJ",
    isFloor: false,
    figure: ({ counts }, { profile, accounting }) => {
      const { energyPj } = energyOf(counts, profile, accounting);
      return energyPj === null ? null : energyPj * (1 + profile.uncertainty.relative);
    },
  },
  maxLatencySteps: { about: "steps to the decision", isFloor: false, figure: ({ counts }) => counts.steps },
  maxLatencySeconds: {
    about: "seconds to the decision",
    isFloor: false,
    figure: ({ counts }, { profile }: { readonly profile: EnergyProfile }) => timeOf(counts, profile),
  },
  maxMemoryBytes: {
    about: "memory, bytes",
    isFloor: false,
    figure: ({ memories }) => memories.weightsBytes + memories.potentialsBytes + memories.activationsBytes,
  },
  maxDrop: {
    about: "accuracy drop under faults",
    isFloor: false,
    figure: (evaluation, context) =>
      evaluation.faults.length === 0 ? null : badEnd(objectives.drop.score(evaluation, context), "minimize"),
  },
};

export const requirementNames = Object.keys(rules) as readonly (keyof Requirements)[];

/** The margin of every requirement that is set; −Infinity where the figure cannot be told. */
export function marginsOf(
  requirements: Requirements,
  evaluation: Evaluation,
  context: ObjectiveContext,
): Readonly<Record<string, number>> {
  const margins: Record<string, number> = {};
  for (const name of requirementNames) {
    const limit = requirements[name];
    if (limit === undefined) continue;
    const figure = rules[name].figure(evaluation, context);
    margins[name] = figure === null ? -Infinity : rules[name].isFloor ? figure - limit : limit - figure;
  }
  return margins;
}

/** Sum of what is missing, each relative to its limit: 0 when all are met. */
export function violationOf(margins: Readonly<Record<string, number>>, requirements: Requirements): number {
  let violation = 0;
  for (const [name, margin] of Object.entries(margins))
    violation += Math.max(0, -relativeMargin(name, margin, requirements));
  return violation;
}

/** A margin in units of its limit, so that margins of different units can be compared. */
export function relativeMargin(name: string, margin: number, requirements: Requirements): number {
  return margin / Math.max(Math.abs(requirements[name as keyof Requirements] ?? 0), 1e-6);
}

export function aboutRequirement(name: string): string {
  return rules[name as keyof Requirements].about;
}
