// What unfinished trials may bring, and what noisy ones may truly be: draws from a process, each of which the
// process then believes.
//
// Exact values: with the factor of all inputs, seen and unfinished, L = [[L₁, 0], [B, L₂]], a draw at the
// unfinished ones is B a + L₂ z with a = L₁⁻¹ y and z standard normal, and its weights are L⁻ᵀ [a, z].
// Noisy values (Letham et al. 2019): the truth at all inputs is drawn by Matheron's rule,
//   f = g + K(·, X) (K + V)⁻¹ (y − g(X) − √V ε),  g a draw from the prior,
// and taken for exact, so that a design near a lucky measurement is not held for the best.

import type { Random } from "../../base/random.ts";
import { normalQuantile } from "../normal-distribution.ts";
import { multiplyLower, rowStart, solveLower, solveUpper } from "./cholesky.ts";
import type { FittedKernel, Observations } from "./fit-kernel.ts";
import { conditioned, covariance, factorOf, type GaussianProcess } from "./gaussian-process.ts";
import type { Inputs } from "./matern-kernel.ts";

export interface Fantasies {
  /** With one α a fantasy. */
  readonly process: GaussianProcess;
  /** Values at the inputs seen, then at the unfinished ones. [fantasies][count + pending] */
  readonly values: readonly Float64Array[];
}

export interface FantasyOptions {
  readonly kernel: FittedKernel;
  readonly seen: Observations;
  /** Coordinates of the unfinished trials. */
  readonly pending: readonly Float64Array[];
  /** Whether the values seen are measurements of a truth that must be drawn, too. */
  readonly isNoisy: boolean;
  /** Fantasies; one is enough when nothing is noisy or unfinished. */
  readonly count: number;
  readonly random: Random;
}

/** Variance, as a share of the scale, of what a fantasy takes for exact. */
const nearlyExact = 1e-6;

export function drawFantasies(options: FantasyOptions): Fantasies {
  const { kernel, seen, pending } = options;
  const inputs = joined(seen.inputs, pending);
  const variances = seen.variances.map((variance) => variance + kernel.noise);
  return options.isNoisy ? drawTruths(options, inputs, variances) : drawPending(options, inputs, variances);
}

function drawPending(
  { kernel, seen, count, random }: FantasyOptions,
  inputs: Inputs,
  variances: Float64Array,
): Fantasies {
  const n = seen.inputs.count;
  const all = new Float64Array(inputs.count).fill(nearlyExact * kernel.scale);
  all.set(variances);
  const factor = factorOf(kernel, inputs, all);
  const whitened = new Float64Array(inputs.count);
  whitened.set(seen.values);
  solveLower(factor, n, whitened);
  const values: Float64Array[] = [];
  const weights: Float64Array[] = [];
  for (let f = 0; f < count; f++) {
    const draw = whitened.slice();
    for (let i = n; i < draw.length; i++) draw[i] = normal(random);
    const value = multiplyLower(factor, inputs.count, draw);
    value.set(seen.values);
    values.push(value);
    solveUpper(factor, inputs.count, draw);
    weights.push(draw);
  }
  return { process: { kernel, inputs, factor, weights }, values };
}

function drawTruths(
  { kernel, seen, count, random }: FantasyOptions,
  inputs: Inputs,
  variances: Float64Array,
): Fantasies {
  const n = seen.inputs.count;
  const exact = new Float64Array(inputs.count).fill(nearlyExact * kernel.scale);
  const factor = factorOf(kernel, inputs, exact);
  const noisy = conditioned(kernel, seen.inputs, seen.values, variances).factor;
  const matrix = covariance(kernel, inputs);
  const values: Float64Array[] = [];
  const weights: Float64Array[] = [];
  for (let f = 0; f < count; f++) {
    const value = multiplyLower(
      factor,
      inputs.count,
      Float64Array.from({ length: inputs.count }, () => normal(random)),
    );
    const gap = Float64Array.from(
      seen.values,
      (y, i) => y - value[i] - Math.sqrt(variances[i]) * normal(random),
    );
    solveLower(noisy, n, gap);
    solveUpper(noisy, n, gap);
    for (let i = 0; i < inputs.count; i++)
      for (let j = 0; j < n; j++) value[i] += gap[j] * matrix[rowStart(Math.max(i, j)) + Math.min(i, j)];
    values.push(value);
    const weight = value.slice();
    solveLower(factor, inputs.count, weight);
    solveUpper(factor, inputs.count, weight);
    weights.push(weight);
  }
  return { process: { kernel, inputs, factor, weights }, values };
}

function joined(inputs: Inputs, pending: readonly Float64Array[]): Inputs {
  const count = inputs.count + pending.length;
  const values = new Float64Array(count * inputs.dimensions);
  values.set(inputs.values);
  for (const [i, x] of pending.entries()) values.set(x, (inputs.count + i) * inputs.dimensions);
  return { ...inputs, count, values };
}

function normal(random: Random): number {
  // Never 0 or 1, whose quantiles are infinite.
  return normalQuantile((random.integer(2 ** 32) + 0.5) / 2 ** 32);
}
