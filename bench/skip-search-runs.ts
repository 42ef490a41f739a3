// Searches for skip connections: each sampler on the same budget, from the same first designs a seed.

import { hypervolumeHistory } from "../src/optimize/hypervolume-history.ts";
import { Optimizer } from "../src/optimize/optimizer.ts";
import { type SamplerName, samplers } from "../src/optimize/samplers.ts";
import type { SkipBlock } from "../src/topology/skip-block.ts";
import { matricesOf, skipSpace } from "../src/topology/skip-space.ts";
import type { SkipProblem } from "./skip-search-problem.ts";

export const searchedBy = ["gp", "evolution", "random"] as const satisfies readonly SamplerName[];
export type SearchedBy = (typeof searchedBy)[number];

export interface SkipSearchPlan {
  readonly seeds: number;
  readonly trials: number;
  /** First designs, the same for all samplers. */
  readonly starts: number;
}

/** `drop`: accuracy drop alone; `three`: drop, energy and firing rate. */
export type SkipGoal = "drop" | "three";

/** Far ends of what counts: of drops, of energies in pJ and of rates. */
const reference = [0.3, 60_000, 0.6];

export interface SkipSearch {
  /** Lowest drop so far, or hypervolume so far as a share of the box from nothing to the reference. [trials] */
  readonly progress: readonly number[];
  /** Of the candidate with the lowest drop. */
  readonly best: { readonly matrix: string; readonly drop: number };
  readonly matrices: readonly string[];
}

/** @param annAccuracy - of the given topology; drops are from it */
export async function searchSkips(
  problem: SkipProblem,
  goal: SkipGoal,
  sampler: SearchedBy,
  seed: number,
  { trials, starts, annAccuracy }: SkipSearchPlan & { readonly annAccuracy: number },
): Promise<SkipSearch> {
  const blocks = [problem.setting.block] as const;
  const directions = (goal === "drop" ? ["minimize"] : ["minimize", "minimize", "minimize"]) as "minimize"[];
  const tried: { matrix: string; drop: number }[] = [];
  const worthOf = async (matrix: string): Promise<readonly number[]> => {
    const { correct, images, energyPj, firingRate } = await problem.candidate(matrix);
    const drop = annAccuracy - correct / images;
    tried.push({ matrix, drop });
    return goal === "drop" ? [drop] : [drop, energyPj ?? Number.NaN, firingRate];
  };
  const optimizer = await searchMatrices({ blocks, directions, sampler, seed, trials, starts }, worthOf);
  const drops = tried.map(({ drop }) => drop);
  const box = reference.reduce((product, end) => product * end, 1);
  return {
    progress:
      goal === "drop"
        ? drops.map((_, i) => Math.min(...drops.slice(0, i + 1)))
        : hypervolumeHistory(optimizer.history(), directions, reference).map(
            ({ hypervolume }) => hypervolume / box,
          ),
    best: tried.reduce((least, one) => (one.drop < least.drop ? one : least)),
    matrices: tried.map(({ matrix }) => matrix),
  };
}

export interface MatrixSearch {
  readonly blocks: readonly [SkipBlock];
  readonly directions: readonly "minimize"[];
  readonly sampler: SearchedBy;
  readonly seed: number;
  readonly trials: number;
  /** First designs, the same for all samplers of a seed. */
  readonly starts: number;
}

/** Ask a sampler for matrices of a block and tell it what they are worth. */
export async function searchMatrices(
  { blocks, directions, sampler, seed, trials, starts }: MatrixSearch,
  worthOf: (matrix: string) => Promise<readonly number[]>,
): Promise<Optimizer> {
  const space = skipSpace({ blocks });
  const optimizer = new Optimizer({ space, directions, seed, sampler, startTrials: starts });
  const numbers = Array.from({ length: starts }, (_, i) => i);
  const request = { space, directions, history: [], numbers, seed, startTrials: starts };
  for (const design of samplers.sobol(request))
    optimizer.add(design, await worthOf(matricesOf({ blocks }, design)[0]));
  for (let trial = starts; trial < trials; trial++) {
    const { number, design } = optimizer.ask();
    optimizer.tell(number, await worthOf(matricesOf({ blocks }, design)[0]));
  }
  return optimizer;
}
