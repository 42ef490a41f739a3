// One search of one problem, by a sampler of ours or of Optuna's: the hypervolumes it had reached after so many
// trials. Both are given the same first designs, and the objectives are worked out here for both.

import { hypervolumeHistory } from "../src/optimize/hypervolume-history.ts";
import { Optimizer } from "../src/optimize/optimizer.ts";
import type { PastTrial, Sampler } from "../src/optimize/sampler.ts";
import { type SamplerName, samplers } from "../src/optimize/samplers.ts";
import { kept } from "./kept.ts";
import { roomsHash } from "./rooms-hash.ts";
import type { OptunaSampler, OptunaSearches } from "./search-optuna.ts";
import { initialDesigns, initialTrials, type SearchProblem, searchFingerprint } from "./search-problems.ts";

export interface SearchRun {
  /** [view of the problem, checkpoint] */
  readonly hypervolumes: readonly (readonly number[])[];
}

/** How long searches are, and when they are looked at. */
export interface SearchPlan {
  readonly seeds: number;
  /** Numbers of trials, rising; the last is the length of the search. */
  readonly checkpoints: readonly number[];
}

export type OurSampler = SamplerName | "gp, told the reference";

/** A search by one of our samplers; kept until the search's code changes. */
export async function ourRun(
  sampler: OurSampler,
  problem: SearchProblem,
  seed: number,
  checkpoints: readonly number[],
): Promise<SearchRun> {
  const what = ["ours", sampler, problem.name, seed, checkpoints, await searchFingerprint(problem, seed)];
  const revision = await roomsHash(["optimize", "space", "base"]);
  return kept("search", what, async () => runOurs(sampler, problem, seed, checkpoints), revision);
}

function runOurs(
  sampler: OurSampler,
  problem: SearchProblem,
  seed: number,
  checkpoints: readonly number[],
): SearchRun {
  const directions = directionsOf(problem);
  const optimizer = new Optimizer({
    space: problem.space,
    directions,
    seed,
    sampler: samplerOf(sampler, problem),
    startTrials: initialTrials,
  });
  for (const design of initialDesigns(problem, seed)) optimizer.add(design, problem.objectives(design));
  for (let trial = initialTrials; trial < lengthOf(checkpoints); trial++) {
    const { number, design } = optimizer.ask();
    optimizer.tell(number, problem.objectives(design));
  }
  return runOf(problem, optimizer.history(), checkpoints);
}

function samplerOf(sampler: OurSampler, { views }: SearchProblem): SamplerName | Sampler {
  if (sampler !== "gp, told the reference") return sampler;
  return (request) => samplers.gp({ ...request, reference: views[0].reference });
}

/** A search led by Optuna. */
export async function optunaRun(
  optuna: OptunaSearches,
  sampler: OptunaSampler,
  problem: SearchProblem,
  seed: number,
  checkpoints: readonly number[],
): Promise<SearchRun> {
  const first = initialDesigns(problem, seed);
  await optuna.start(sampler, problem, seed);
  const history: PastTrial[] = [];
  for (let number = 0; number < lengthOf(checkpoints); number++) {
    const { design } = await optuna.ask(first[number]);
    const objectives = problem.objectives(design);
    await optuna.tell(objectives);
    history.push({ number, design, objectives, violation: 0 });
  }
  return runOf(problem, history, checkpoints);
}

function runOf(
  problem: SearchProblem,
  history: readonly PastTrial[],
  checkpoints: readonly number[],
): SearchRun {
  return {
    hypervolumes: problem.views.map(({ reference }) => {
      const curve = hypervolumeHistory(history, directionsOf(problem), reference);
      return checkpoints.map((trials) => curve[trials - 1].hypervolume);
    }),
  };
}

export function directionsOf({ views }: SearchProblem): readonly "minimize"[] {
  return views[0].reference.map(() => "minimize" as const);
}

function lengthOf(checkpoints: readonly number[]): number {
  return checkpoints[checkpoints.length - 1];
}
