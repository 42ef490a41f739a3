// Searches for skips side by side: trial by trial every search asks for one matrix, and those not seen before are
// trained at the same time. A candidate is worth the same to all, so each is trained once; what a search would have
// taken alone is added up.

import { Optimizer } from "../../../optimize/optimizer.ts";
import { samplers } from "../../../optimize/samplers.ts";
import type { DesignValues } from "../../../space/space.ts";
import { matricesOf, skipSpace } from "../../../topology/skip-space.ts";
import type { OpenSkipNetwork, SkipClaimsPorts, SkipPiece } from "./skip-claims-ports.ts";
import type { SkipSearchResult } from "./skip-claims-result.ts";
import {
  type SkipClaimsSettings,
  type SkipNetworkSettings,
  searchedBy,
  skipSettingOf,
} from "./skip-claims-settings.ts";

export interface SkipSearches {
  readonly searches: readonly SkipSearchResult[];
  /** Candidates that were trained. */
  readonly candidates: number;
  readonly cpuSeconds: number;
}

export interface SkipSearchesOptions {
  readonly settings: SkipClaimsSettings;
  readonly network: SkipNetworkSettings;
  readonly open: OpenSkipNetwork;
  readonly cpuSeconds: SkipClaimsPorts["cpuSeconds"];
  /** Told of every trial of all searches. */
  readonly onTrial: () => void;
}

interface Search extends Omit<SkipSearchResult, "lowestError" | "matrix" | "minutes"> {
  readonly optimizer: Optimizer;
  readonly errors: number[];
  readonly matrices: string[];
  askedSeconds: number;
}

/** @throws {CancelledError} when cancelled; every candidate that was trained is kept */
export async function runSkipSearches(options: SkipSearchesOptions): Promise<SkipSearches> {
  const { settings, network, open, cpuSeconds, onTrial } = options;
  const { trials, starts } = settings.search;
  const blocks = [skipSettingOf(network).block];
  const space = skipSpace({ blocks });
  const directions = ["minimize"] as const;
  const [supernet] = await open.measure([{ kind: "supernet" }], () => {});
  const known = new Map<string, SkipPiece<"candidate">>();
  const searches = searchedBy.flatMap((sampler) =>
    Array.from({ length: settings.trained }, (_, k): Search => {
      const seed = settings.seed + k;
      const optimizer = new Optimizer({ space, directions, seed, sampler, startTrials: starts });
      return { sampler, seed, optimizer, errors: [], matrices: [], askedSeconds: 0 };
    }),
  );
  const numbers = Array.from({ length: starts }, (_, i) => i);
  const first = new Map(
    searches.map(({ seed }) => {
      const request = { space, directions, history: [], numbers, seed, startTrials: starts };
      return [seed, samplers.sobol(request)] as const;
    }),
  );
  for (let trial = 0; trial < trials; trial++) {
    const asked = searches.map((search) => ask(search, trial, first.get(search.seed) ?? [], cpuSeconds));
    const matrices = asked.map(({ design }) => matricesOf({ blocks }, design)[0]);
    const unknown = [...new Set(matrices)].filter((matrix) => !known.has(matrix));
    const tasks = unknown.map((matrix) => ({ kind: "candidate", matrix, shared: supernet.result }) as const);
    for (const [i, piece] of (await open.measure<"candidate">(tasks, () => {})).entries())
      known.set(unknown[i], piece);
    for (const [i, search] of searches.entries()) {
      const { correct, images } = (known.get(matrices[i]) as SkipPiece<"candidate">).result;
      search.errors.push(1 - correct / images);
      search.matrices.push(matrices[i]);
      const { number, design } = asked[i];
      if (number === undefined) search.optimizer.add(design, [1 - correct / images]);
      else search.optimizer.tell(number, [1 - correct / images]);
      onTrial();
    }
  }
  const seconds = (matrix: string): number => known.get(matrix)?.cpuSeconds ?? 0;
  return {
    searches: searches.map((search) => resultOf(search, supernet.cpuSeconds, seconds)),
    candidates: known.size,
    cpuSeconds: [...known.values()].reduce((sum, piece) => sum + piece.cpuSeconds, supernet.cpuSeconds),
  };
}

/** The next design, with the number it is told by; first designs have none. */
function ask(
  search: Search,
  trial: number,
  first: readonly DesignValues[],
  cpuSeconds: () => number,
): { readonly number: number | undefined; readonly design: DesignValues } {
  if (trial < first.length) return { number: undefined, design: first[trial] };
  const before = cpuSeconds();
  const asked = search.optimizer.ask();
  search.askedSeconds += cpuSeconds() - before;
  return asked;
}

function resultOf(
  { sampler, seed, errors, matrices, askedSeconds }: Search,
  supernetSeconds: number,
  secondsOf: (matrix: string) => number,
): SkipSearchResult {
  const lowestError = errors.map((_, i) => Math.min(...errors.slice(0, i + 1)));
  const trained = [...new Set(matrices)].reduce((sum, matrix) => sum + secondsOf(matrix), 0);
  return {
    sampler,
    seed,
    lowestError,
    matrix: matrices[errors.indexOf(lowestError[lowestError.length - 1])],
    minutes: (supernetSeconds + trained + askedSeconds) / 60,
  };
}
