// The kernel and noise that explain the values best: maximum a posteriori.
//
//   log p = −½ yᵀC⁻¹y − ½ log det C + log prior,      C = K + diag(variances) + σ² I
//   ∂ log p/∂θ = ½ tr((ααᵀ − C⁻¹) ∂C/∂θ) + …,   α = C⁻¹y      (Rasmussen & Williams 2006, eq. 5.9)
//   θ = (ln λ₁ … ln λ_d, ln s, ln(σ² − σ²_least))
//
// Priors are those of Optuna's GPSampler: −0.1 Σ(1/λ + λ) for the weights, Gamma(2, 1) for s, Gamma(1.1, 30) for
// σ²; from 15 coordinates on, where most must be held irrelevant, each length is LogNormal(√2 + ½ ln d, √3) as
// in BoTorch (Hvarfner et al. 2024). Many points are fitted in two rounds: a spread part of them first, from two
// starts, then all from where that ended.

import { minimiseInBox, type SmoothFunction } from "../minimise-in-box.ts";
import { factorise, inverseOf, logDeterminant, rowStart, solveLower, solveUpper } from "./cholesky.ts";
import { type Inputs, type KernelParameters, pairDifferences } from "./matern-kernel.ts";

export interface FittedKernel extends KernelParameters {
  /** σ², beside the variances known. */
  readonly noise: number;
}

export interface Observations {
  readonly inputs: Inputs;
  /** Standardised. [count] */
  readonly values: Float64Array;
  /** Of the values, in their units squared; 0 where exact. [count] */
  readonly variances: Float64Array;
}

/** Where many coordinates begin, whose prior grows with their number. */
const manyDimensions = 15;
const leastNoise = 1e-6;
const tolerance = 1e-2;
/** Points of the first round. */
const firstRound = 64;
const iterations = 25;

/** @throws {RangeError} never for finite observations */
export function fitKernel(observations: Observations): FittedKernel {
  const d = observations.inputs.dimensions;
  const box = {
    low: Float64Array.from({ length: d + 2 }, (_, i) => (i < d ? -9 : i === d ? -6 : -12)),
    high: Float64Array.from({ length: d + 2 }, (_, i) => (i < d ? 7 : i === d ? 6 : 1)),
  };
  const isLarge = observations.inputs.count > firstRound;
  const first = lossOf(isLarge ? part(observations, firstRound) : observations);
  const found = [0, 2.5]
    .map((logWeight) => {
      const start = Float64Array.from({ length: d + 2 }, (_, i) => (i < d ? logWeight : i === d ? 0 : -7));
      return minimiseInBox(first, { start, ...box, maxIterations: iterations, tolerance });
    })
    .reduce((best, other) => (other.value < best.value ? other : best));
  const { x } = isLarge
    ? minimiseInBox(lossOf(observations), {
        start: found.x,
        ...box,
        maxIterations: iterations / 2,
        tolerance,
      })
    : found;
  return {
    inverseSquares: x.slice(0, d).map(Math.exp),
    scale: Math.exp(x[d]),
    noise: leastNoise + Math.exp(x[d + 1]),
  };
}

/** Every k-th observation, so many in all. */
function part({ inputs, values, variances }: Observations, count: number): Observations {
  const { dimensions } = inputs;
  const chosen = Array.from({ length: count }, (_, i) => Math.floor((i * inputs.count) / count));
  const rows = chosen.flatMap((i) => [...inputs.values.subarray(i * dimensions, (i + 1) * dimensions)]);
  return {
    inputs: { ...inputs, count, values: Float64Array.from(rows) },
    values: Float64Array.from(chosen, (i) => values[i]),
    variances: Float64Array.from(chosen, (i) => variances[i]),
  };
}

/** −log p as a function of θ [dimensions + 2]; not a number where C is not positive definite. */
export function lossOf({ inputs, values, variances }: Observations): SmoothFunction {
  const { count: n, dimensions: d } = inputs;
  const differences = pairDifferences(inputs);
  const pairs = (n * (n - 1)) / 2;
  const matrix = new Float64Array(rowStart(n));
  const ratios = new Float64Array(pairs); // M of each pair
  const slopes = new Float64Array(pairs); // dM/dD of each pair
  const distances = new Float64Array(pairs);
  return (theta, gradient) => {
    const scale = Math.exp(theta[d]);
    const noise = leastNoise + Math.exp(theta[d + 1]);
    distances.fill(0);
    for (let c = 0; c < d; c++) {
      const weight = Math.exp(theta[c]);
      for (let p = 0, at = c * pairs; p < pairs; p++, at++) distances[p] += weight * differences[at];
    }
    for (let i = 0, p = 0, at = 0; i < n; i++) {
      for (let j = 0; j < i; j++, p++, at++) {
        const r = Math.sqrt(5 * distances[p]);
        const decay = Math.exp(-r);
        ratios[p] = (1 + r + (r * r) / 3) * decay;
        slopes[p] = (-5 / 6) * (1 + r) * decay;
        matrix[at] = scale * ratios[p];
      }
      matrix[at++] = scale + noise + variances[i];
    }
    if (!factorise(matrix, n)) return Number.NaN;
    const weights = values.slice();
    solveLower(matrix, n, weights);
    let fit = 0.5 * (n * Math.log(2 * Math.PI) + logDeterminant(matrix, n));
    for (const at of weights) fit += 0.5 * at * at;
    solveUpper(matrix, n, weights);
    const inverse = inverseOf(matrix, n);
    // ½ tr(W ∂C) with W = ααᵀ − C⁻¹: pairs count twice, the diagonal once.
    gradient.fill(0);
    let scaleSlope = 0;
    let trace = 0;
    for (let i = 0, p = 0, at = 0; i < n; i++) {
      for (let j = 0; j < i; j++, p++, at++) {
        const w = weights[i] * weights[j] - inverse[at];
        scaleSlope += w * ratios[p];
        slopes[p] *= w;
      }
      trace += weights[i] * weights[i] - inverse[at++];
    }
    for (let c = 0; c < d; c++) {
      let slope = 0;
      for (let p = 0, at = c * pairs; p < pairs; p++, at++) slope += slopes[p] * differences[at];
      gradient[c] = -slope * scale * Math.exp(theta[c]);
    }
    gradient[d] = -scale * (scaleSlope + 0.5 * trace);
    gradient[d + 1] = -0.5 * trace * (noise - leastNoise);
    return fit + priorLoss(theta, d, gradient);
  };
}

/** −log prior of θ; its gradient is added to `gradient`. */
function priorLoss(theta: Float64Array, d: number, gradient: Float64Array): number {
  let loss = 0;
  for (let c = 0; c < d; c++) {
    if (d < manyDimensions) {
      const weight = Math.exp(theta[c]);
      loss += 0.1 * (1 / weight + weight);
      gradient[c] += 0.1 * (weight - 1 / weight);
    } else {
      // ln ℓ = −½ ln λ; −log LogNormal(ℓ) = (ln ℓ − μ)²/(2 · 3) + ln ℓ + constants.
      const gap = -0.5 * theta[c] - (Math.SQRT2 + 0.5 * Math.log(d));
      loss += (gap * gap) / 6 - 0.5 * theta[c];
      gradient[c] += -gap / 6 - 0.5;
    }
  }
  const scale = Math.exp(theta[d]);
  loss += scale - theta[d];
  gradient[d] += scale - 1;
  const above = Math.exp(theta[d + 1]);
  const noise = leastNoise + above;
  loss += 30 * noise - 0.1 * Math.log(noise);
  gradient[d + 1] += above * (30 - 0.1 / noise);
  return loss;
}
