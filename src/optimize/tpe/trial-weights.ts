// How much each observation counts in a Parzen estimator.

import { isFeasible } from "../best-trials.ts";
import { referencePointOf } from "../hypervolume.ts";
import { exclusiveHypervolumes } from "../hypervolume-contributions.ts";
import { type Direction, minimised } from "../pareto.ts";
import type { PastTrial } from "../sampler.ts";

/** The newest this many observations count fully. */
const fullWeights = 25;

/**
 * By age (Bergstra et al. 2011): 1 for the newest 25, before them rising evenly from 1/n to 1.
 *
 * @param count - observations, oldest first
 */
export function ageWeights(count: number): number[] {
  const ramp = Math.max(0, count - fullWeights);
  return Array.from({ length: count }, (_, i) => {
    if (i >= ramp) return 1;
    return ramp === 1 ? 1 / count : 1 / count + (i * (1 - 1 / count)) / (ramp - 1);
  });
}

/**
 * By what each trial adds to the hypervolume, as a share of the largest part (Optuna up to 4.9); hardly
 * anything for trials that are dominated or miss constraints.
 */
export function hypervolumeWeights(trials: readonly PastTrial[], directions: readonly Direction[]): number[] {
  const least = 1e-12;
  const feasible = trials.filter(isFeasible);
  const weights = new Map<PastTrial, number>(trials.map((trial) => [trial, isFeasible(trial) ? 1 : least]));
  if (feasible.length > 1) {
    const points = minimised(
      feasible.map(({ objectives }) => objectives ?? []),
      directions,
    );
    const parts = exclusiveHypervolumes(points, referencePointOf(points));
    const largest = Math.max(least, ...parts);
    if (largest < Infinity)
      for (const [i, trial] of feasible.entries()) weights.set(trial, Math.max(parts[i] / largest, least));
  }
  return trials.map((trial) => weights.get(trial) ?? least);
}
