// Two samplers on one problem, seed by seed: log10 of the hypervolume that is missing, and how much less is
// missing with ours than with the other, with the interval of a bootstrap of the pairs.

import { bootstrapInterval } from "../src/statistics/bootstrap-interval.ts";
import type { SearchView } from "./search-problems.ts";
import type { SearchRun } from "./search-runs.ts";

/** Less than this counts as this: the best hypervolumes found numerically are not known closer. */
const leastShare = 1e-7;

/** log10(best − reached) of every seed, at one checkpoint of one view. */
export function missing(
  runs: readonly SearchRun[],
  view: number,
  checkpoint: number,
  { bestHypervolume }: SearchView,
): readonly number[] {
  return runs.map(({ hypervolumes }) =>
    Math.log10(Math.max(leastShare * bestHypervolume, bestHypervolume - hypervolumes[view][checkpoint])),
  );
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export interface Lead {
  /** In powers of ten, above 0: ours misses less. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** @param ours, theirs - of the same seeds, in the same order */
export function lead(ours: readonly number[], theirs: readonly number[]): Lead {
  return bootstrapInterval({
    size: ours.length,
    statistic: (places) => places.reduce((sum, i) => sum + theirs[i] - ours[i], 0) / places.length,
    key: { seed: 0, trial: -1, purpose: "search-bench", index: 0 },
    range: [-Infinity, Infinity],
    what: "seeds",
  });
}

/** Ahead: none of the interval is below 0. Behind: all of it is. Equals are level. */
export function standing({ value, low, high }: Lead): "ahead" | "behind" | "level" {
  return low >= 0 && value > 0 ? "ahead" : high < 0 ? "behind" : "level";
}

export function showLead(of: Lead): string {
  const [value, low, high] = [of.value, of.low, of.high].map((x) => x.toFixed(2));
  return `${standing(of)} by ${value} [${low}, ${high}]`;
}
