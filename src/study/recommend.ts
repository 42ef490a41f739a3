// Which network to ship. Judged on validation figures only: the test split is for reporting.
//
// Qualified: every requirement met at the bad end of its interval. Among the qualified the one
// with the least energy is chosen, because the requirements already say how good is good enough;
// accuracy, then id, break ties. ANNs stand for election like everyone else.

import type { Recommendation } from "./front.ts";
import { aboutRequirement, type Requirements, relativeMargin, violationOf } from "./requirements.ts";

/** A network that may be recommended, by its validation figures. */
export interface Candidate {
  readonly id: string;
  readonly energyPj: number | null;
  readonly accuracy: number;
  readonly margins: Readonly<Record<string, number>>;
}

export function recommend(candidates: readonly Candidate[], requirements: Requirements): Recommendation {
  const qualified = candidates
    .filter(
      ({ margins, energyPj }) => energyPj !== null && Object.values(margins).every((margin) => margin >= 0),
    )
    .sort(byMerit);
  const [choice, runnerUp] = qualified;
  const ranking = rank(candidates, requirements);
  if (choice === undefined) return recommendNone(candidates, requirements);
  return {
    choice: choice.id,
    runnerUp: runnerUp?.id ?? null,
    bindingConstraint: bindingConstraint(choice, candidates, requirements),
    nearestMiss: null,
    ranking,
    why: `${choice.id} needs the least energy of the ${qualified.length} of ${candidates.length} networks that meet every requirement.`,
  };
}

function recommendNone(candidates: readonly Candidate[], requirements: Requirements): Recommendation {
  const ranking = rank(candidates, requirements);
  const nearest = candidates.find(({ id }) => id === ranking[0]);
  const none = { choice: null, runnerUp: null, ranking };
  if (nearest === undefined) {
    return { ...none, bindingConstraint: "", nearestMiss: null, why: "No network was evaluated." };
  }
  const missing = Object.entries(nearest.margins).filter(([, margin]) => margin < 0);
  return {
    ...none,
    bindingConstraint: missing.map(([name, margin]) => describe(name, margin, requirements)).join("; "),
    nearestMiss: nearest.id,
    why: `None of the ${candidates.length} networks meets every requirement.`,
  };
}

function rank(candidates: readonly Candidate[], requirements: Requirements): readonly string[] {
  const violation = ({ margins }: Candidate): number => violationOf(margins, requirements);
  return [...candidates]
    .sort((a, b) => compare(violation(a), violation(b)) || byMerit(a, b))
    .map(({ id }) => id);
}

/** Also right for two infinities, whose difference is NaN. */
function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What keeps a cheaper network from being chosen; else the requirement with the least room. */
function bindingConstraint(
  choice: Candidate,
  candidates: readonly Candidate[],
  requirements: Requirements,
): string {
  const cheaper = candidates
    .filter(
      (other) => other.energyPj !== null && choice.energyPj !== null && other.energyPj < choice.energyPj,
    )
    .sort((a, b) => compare(violationOf(a.margins, requirements), violationOf(b.margins, requirements)))[0];
  if (cheaper !== undefined) {
    const [name, margin] = tightest(cheaper, requirements) ?? ["", 0];
    return `${cheaper.id} needs less energy but misses ${describe(name, margin, requirements)}`;
  }
  const tight = tightest(choice, requirements);
  return tight === null ? "no requirement is set" : describe(tight[0], tight[1], requirements);
}

function tightest({ margins }: Candidate, requirements: Requirements): readonly [string, number] | null {
  const sorted = Object.entries(margins).sort(
    ([a, marginA], [b, marginB]) =>
      relativeMargin(a, marginA, requirements) - relativeMargin(b, marginB, requirements),
  );
  return sorted[0] ?? null;
}

function describe(name: string, margin: number, requirements: Requirements): string {
  const limit = requirements[name as keyof Requirements];
  const room = Number.isFinite(margin)
    ? `by ${Number(Math.abs(margin).toPrecision(3))}`
    : "because it cannot be told";
  return `${name} ${limit} (${aboutRequirement(name)}) ${margin < 0 ? "missed" : "met"} ${room}`;
}

function byMerit(a: Candidate, b: Candidate): number {
  return (
    compare(a.energyPj ?? Infinity, b.energyPj ?? Infinity) ||
    b.accuracy - a.accuracy ||
    (a.id < b.id ? -1 : 1)
  );
}
