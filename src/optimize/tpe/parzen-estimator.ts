// A Parzen estimator over several dimensions (Bergstra et al. 2011; Falkner et al. 2018 for the product form):
//
//   p(x) = Σ_k w_k Π_d κ_{k,d}(x_d)
//
// with one kernel k for each observation and one for the prior, whose weight is that of an observation of
// weight 1.

import type { Random } from "../../base/random.ts";
import type { Dimension } from "./dimension.ts";
import { type Kernels, kernelsOf } from "./kernels.ts";

export interface ParzenEstimator {
  /** log p of coordinates, one a dimension. */
  readonly logDensity: (coordinates: readonly number[]) => number;
  /** Coordinates drawn from p. */
  readonly draw: (random: Random) => number[];
}

/**
 * @param observations - [observations, dimensions]
 * @param weights - of the observations, above 0, in any scale in which the prior's is 1
 */
export function parzenEstimator(
  dimensions: readonly Dimension[],
  observations: readonly (readonly number[])[],
  weights: readonly number[],
): ParzenEstimator {
  return mixtureOf(
    dimensions.map((dimension, d) =>
      kernelsOf(
        dimension,
        observations.map((coordinates) => coordinates[d]),
      ),
    ),
    weights,
  );
}

/** The mixture of kernels, one set a dimension; the weights are of all kernels but the prior, whose is 1. */
export function mixtureOf(kernels: readonly Kernels[], weights: readonly number[]): ParzenEstimator {
  const all = [...weights, 1];
  const total = all.reduce((sum, weight) => sum + weight, 0);
  const logWeights = Float64Array.from(all, (weight) => Math.log(weight / total));
  const sums = new Float64Array(all.length);
  return {
    logDensity: (coordinates) => {
      sums.set(logWeights);
      for (const [d, kernel] of kernels.entries()) kernel.addLogDensities(coordinates[d], sums);
      return logSumExp(sums);
    },
    draw: (random) => {
      let left = random.uniform() * total;
      let kernel = 0;
      while (kernel < all.length - 1 && left >= all[kernel]) left -= all[kernel++];
      return kernels.map(({ draw }) => draw(kernel, random));
    },
  };
}

function logSumExp(values: Float64Array): number {
  let high = -Infinity;
  for (const value of values) high = Math.max(high, value);
  if (high === -Infinity) return high;
  let sum = 0;
  for (const value of values) sum += Math.exp(value - high);
  return high + Math.log(sum);
}
