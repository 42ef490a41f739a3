// A Gaussian process that has seen values at some inputs: what it expects elsewhere, and how surely.
//
//   C = K + diag(variances),  C = L Lᵀ,  α = C⁻¹ y
//   mean(x) = k(x)ᵀ α,   variance(x) = s − ‖L⁻¹ k(x)‖²      (Rasmussen & Williams 2006, algorithm 2.1)
//
// A process may hold several α at once, one a fantasy: what it would expect had unfinished or noisy values turned
// out this way or that. The variance does not depend on values, so all fantasies share it.

import { dot, factorise, rowStart, solveLower, solveUpper } from "./cholesky.ts";
import { type Inputs, type KernelParameters, kernelRow, kernelRowWithSlopes } from "./matern-kernel.ts";

export interface GaussianProcess {
  readonly kernel: KernelParameters;
  readonly inputs: Inputs;
  /** Packed lower triangle of L. */
  readonly factor: Float64Array;
  /** α of each fantasy. [fantasies][count] */
  readonly weights: readonly Float64Array[];
}

/** What a process expects at a place; written anew by every prediction. */
export interface Prediction {
  /** [fantasies] */
  readonly means: Float64Array;
  variance: number;
  /** Slopes along the coordinates; 0 along categories. [fantasies][dimensions] */
  readonly meanSlopes: readonly Float64Array[];
  /** [dimensions] */
  readonly varianceSlopes: Float64Array;
  /** Room for k, its slopes and the solves. [count] each */
  readonly row: Float64Array;
  readonly slopes: Float64Array;
  readonly solved: Float64Array;
}

/** Least variance added to a value, as a share of the scale: what keeps factors positive definite. */
const jitters = [1e-9, 1e-7, 1e-5, 1e-3];

/** Packed lower triangle of L for K + diag(variances); what rounding breaks is mended by the least jitter. */
export function factorOf(kernel: KernelParameters, inputs: Inputs, variances: Float64Array): Float64Array {
  for (const jitter of jitters) {
    const matrix = covariance(kernel, inputs);
    for (let i = 0; i < inputs.count; i++)
      matrix[rowStart(i) + i] += Math.max(variances[i], jitter * kernel.scale);
    if (factorise(matrix, inputs.count)) return matrix;
  }
  throw new RangeError(
    "a kernel matrix is not positive definite: inputs, variances or parameters are not finite",
  );
}

/** K as a packed lower triangle. */
export function covariance(kernel: KernelParameters, inputs: Inputs): Float64Array {
  const { count, dimensions, values } = inputs;
  const matrix = new Float64Array(rowStart(count));
  for (let i = 0; i < count; i++) {
    const part = { ...inputs, count: i + 1 };
    const x = values.subarray(i * dimensions, (i + 1) * dimensions);
    kernelRow(kernel, part, x, matrix.subarray(rowStart(i), rowStart(i + 1)));
  }
  return matrix;
}

/** The process that has seen these values, each with a variance of its own. */
export function conditioned(
  kernel: KernelParameters,
  inputs: Inputs,
  values: Float64Array,
  variances: Float64Array,
): GaussianProcess {
  const factor = factorOf(kernel, inputs, variances);
  const weights = values.slice();
  solveLower(factor, inputs.count, weights);
  solveUpper(factor, inputs.count, weights);
  return { kernel, inputs, factor, weights: [weights] };
}

/** Room for the predictions of a process, to be used again and again. */
export function predictionOf({ inputs: { count, dimensions }, weights }: GaussianProcess): Prediction {
  return {
    means: new Float64Array(weights.length),
    variance: 0,
    meanSlopes: weights.map(() => new Float64Array(dimensions)),
    varianceSlopes: new Float64Array(dimensions),
    row: new Float64Array(count),
    slopes: new Float64Array(count),
    solved: new Float64Array(count),
  };
}

/** Means and variance at x [dimensions], into `out`. */
export function predict(process: GaussianProcess, x: Float64Array, out: Prediction): void {
  kernelRow(process.kernel, process.inputs, x, out.row);
  finish(process, out);
}

/** As `predict`, and their slopes. */
export function predictWithSlopes(process: GaussianProcess, x: Float64Array, out: Prediction): void {
  const { kernel, inputs, factor, weights } = process;
  const { count, dimensions, values, isCategory } = inputs;
  kernelRowWithSlopes(kernel, inputs, x, out.row, out.slopes);
  finish(process, out);
  solveUpper(factor, count, out.solved);
  for (let c = 0; c < dimensions; c++) {
    out.varianceSlopes[c] = 0;
    for (const slopes of out.meanSlopes) slopes[c] = 0;
    if (isCategory[c] === 1) continue;
    const twice = 2 * kernel.inverseSquares[c];
    // dk/dx = s M'(D) · 2 λ (x − x'); solved is now C⁻¹ k.
    for (let i = 0; i < count; i++) {
      const slope = out.slopes[i] * twice * (x[c] - values[i * dimensions + c]);
      out.varianceSlopes[c] -= 2 * out.solved[i] * slope;
      for (let f = 0; f < weights.length; f++) out.meanSlopes[f][c] += weights[f][i] * slope;
    }
  }
}

function finish({ kernel, inputs: { count }, factor, weights }: GaussianProcess, out: Prediction): void {
  for (let f = 0; f < weights.length; f++) out.means[f] = dot(out.row, 0, weights[f], 0, count);
  out.solved.set(out.row);
  solveLower(factor, count, out.solved);
  out.variance = Math.max(0, kernel.scale - dot(out.solved, 0, out.solved, 0, count));
}
