// What a design is worth trying: the logarithm of the hypervolume it is expected to add, times the chance that it
// meets the constraints, which are taken to be independent:
//
//   a(x) = log EHVI(x) + Σ_c log Φ((t_c − μ_c(x)) / σ_c(x))
//
// While nothing is known to meet them, the chance alone.

import { logNormalCdf, logNormalDensity } from "../normal-distribution.ts";
import type { HypervolumeImprovement, ImprovementSlopes } from "./expected-hypervolume-improvement.ts";
import {
  type GaussianProcess,
  type Prediction,
  predict,
  predictionOf,
  predictWithSlopes,
} from "./gaussian-process.ts";

/** Met where the process is at most the threshold. */
export interface ConstraintModel {
  readonly process: GaussianProcess;
  readonly threshold: number;
}

/** Least variance of a prediction: below it rounding rules. */
const leastVariance = 1e-10;

export class Acquisition {
  readonly #objectives: readonly GaussianProcess[];
  readonly #improvement: HypervolumeImprovement | null;
  readonly #constraints: readonly ConstraintModel[];
  readonly #predictions: readonly Prediction[];
  readonly #constraintPredictions: readonly Prediction[];
  readonly #means: readonly Float64Array[];
  readonly #deviations: Float64Array;
  readonly #slopes: ImprovementSlopes;

  /**
   * @param objectives - minimised, all with as many fantasies as the improvement has decompositions
   * @param improvement - null: the constraints alone count
   */
  constructor(
    objectives: readonly GaussianProcess[],
    improvement: HypervolumeImprovement | null,
    constraints: readonly ConstraintModel[],
  ) {
    this.#objectives = improvement === null ? [] : objectives;
    this.#improvement = improvement;
    this.#constraints = constraints;
    this.#predictions = this.#objectives.map(predictionOf);
    this.#constraintPredictions = constraints.map(({ process }) => predictionOf(process));
    const perFantasy = (): Float64Array[] =>
      (this.#objectives[0]?.weights ?? []).map(() => new Float64Array(this.#objectives.length));
    this.#means = perFantasy();
    this.#deviations = new Float64Array(this.#objectives.length);
    this.#slopes = { means: perFantasy(), deviations: new Float64Array(this.#objectives.length) };
  }

  /** Weights 1/ℓ² of the coordinates, the mean over all processes: how finely each must be searched. */
  get inverseSquares(): Float64Array {
    const all = [...this.#objectives, ...this.#constraints.map(({ process }) => process)];
    return all[0].kernel.inverseSquares.map((_, c) =>
      all.reduce((sum, { kernel }) => sum + kernel.inverseSquares[c] / all.length, 0),
    );
  }

  /** a(x). */
  value(x: Float64Array): number {
    for (const [j, process] of this.#objectives.entries()) predict(process, x, this.#predictions[j]);
    let value = this.#improved(undefined);
    for (const [c, { process, threshold }] of this.#constraints.entries()) {
      const found = this.#constraintPredictions[c];
      predict(process, x, found);
      value += logNormalCdf(
        (threshold - found.means[0]) / Math.sqrt(Math.max(leastVariance, found.variance)),
      );
    }
    return value;
  }

  /** a(x), its slopes into `gradient` [dimensions]; 0 along categories. */
  valueWithSlopes(x: Float64Array, gradient: Float64Array): number {
    gradient.fill(0);
    for (const [j, process] of this.#objectives.entries())
      predictWithSlopes(process, x, this.#predictions[j]);
    let value = this.#improved(this.#slopes);
    for (const [j, { meanSlopes, variance, varianceSlopes }] of this.#predictions.entries()) {
      const perVariance =
        variance > leastVariance ? this.#slopes.deviations[j] / (2 * this.#deviations[j]) : 0;
      for (let c = 0; c < x.length; c++) {
        gradient[c] += perVariance * varianceSlopes[c];
        for (let f = 0; f < meanSlopes.length; f++)
          gradient[c] += this.#slopes.means[f][j] * meanSlopes[f][c];
      }
    }
    for (const [c, { process, threshold }] of this.#constraints.entries()) {
      predictWithSlopes(process, x, this.#constraintPredictions[c]);
      value += addChance(this.#constraintPredictions[c], threshold, gradient);
    }
    return value;
  }

  #improved(slopes: ImprovementSlopes | undefined): number {
    if (this.#improvement === null) return 0;
    for (const [j, { means, variance }] of this.#predictions.entries()) {
      this.#deviations[j] = Math.sqrt(Math.max(leastVariance, variance));
      for (let f = 0; f < means.length; f++) this.#means[f][j] = means[f];
    }
    return this.#improvement.log({ means: this.#means, deviations: this.#deviations }, slopes);
  }
}

/** log Φ(z) of a constraint, its slopes added to `gradient`. */
function addChance(found: Prediction, threshold: number, gradient: Float64Array): number {
  const deviation = Math.sqrt(Math.max(leastVariance, found.variance));
  const z = (threshold - found.means[0]) / deviation;
  const value = logNormalCdf(z);
  const slope = Math.exp(logNormalDensity(z) - value); // d log Φ/dz
  const perVariance = found.variance > leastVariance ? (-slope * z) / (2 * deviation * deviation) : 0;
  for (let c = 0; c < gradient.length; c++)
    gradient[c] += perVariance * found.varianceSlopes[c] - (slope / deviation) * found.meanSlopes[0][c];
  return value;
}
