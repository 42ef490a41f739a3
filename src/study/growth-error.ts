// How far the growth of a hypervolume may be luck: its standard deviation when every value is drawn anew around
// what was measured, by its standard error. Designs share their images and most of their luck, so independent draws
// overstate it, and a growth beyond it is one.

import { Random } from "../base/random.ts";
import { hypervolume } from "../optimize/hypervolume.ts";
import { minimised, paretoFront } from "../optimize/pareto.ts";
import type { PastTrial } from "../optimize/sampler.ts";
import { normalQuantile } from "../statistics/quantiles.ts";
import type { ScaledSearch } from "./search-volumes.ts";

const draws = 200;

/**
 * Of the growth that the last `count` trials brought; 0 where all is exact.
 *
 * @param key - of the random draws: the study's seed; how many trials there are is added to it
 */
export function growthError(search: ScaledSearch, count: number, seed: number): number {
  const { directions } = search;
  const trials = [...search.trials].sort((a, b) => a.number - b.number);
  const [corner] = minimised([search.reference], directions);
  const now = frontOf(trials, directions);
  const before = frontOf(trials.slice(0, trials.length - count), directions);
  const own = [...new Set([...now, ...before])];
  const random = new Random({ seed, trial: trials.length, purpose: "hypervolume-growth", index: 0 });
  const gains: number[] = [];
  for (let draw = 0; draw < draws; draw++) {
    const drawn = new Map(own.map((trial) => [trial, drawnPoint(trial, directions, random)]));
    const volume = (front: readonly PastTrial[]): number =>
      hypervolume(
        front.map((trial) => drawn.get(trial) as readonly number[]),
        corner,
      );
    gains.push(volume(now) - volume(before));
  }
  const mean = gains.reduce((sum, gain) => sum + gain / draws, 0);
  return Math.sqrt(gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0) / (draws - 1));
}

/** What counts and is not dominated. */
function frontOf(trials: readonly PastTrial[], directions: ScaledSearch["directions"]): readonly PastTrial[] {
  const counting = trials.filter(
    ({ objectives, violation, fidelity = 1 }) => objectives !== null && violation <= 0 && fidelity === 1,
  );
  return paretoFront(
    counting.map(({ objectives }) => objectives ?? []),
    directions,
  ).map((i) => counting[i]);
}

function drawnPoint(
  { objectives, standardErrors }: PastTrial,
  directions: ScaledSearch["directions"],
  random: Random,
): readonly number[] {
  const values = (objectives ?? []).map((value, i) => value + (standardErrors?.[i] ?? 0) * normal(random));
  return minimised([values], directions)[0];
}

/** Never 0 or 1, whose quantiles are infinite. */
function normal(random: Random): number {
  return normalQuantile((random.integer(2 ** 32) + 0.5) / 2 ** 32);
}
