// The kernels of a Parzen estimator in one dimension: one around each observation, and a prior.
//
//   number    a normal (of the logarithm where isLog) cut to [low, high]; of discrete values the share
//             within half a step: Φ((x + q/2 − μ)/σ) − Φ((x − q/2 − μ)/σ), over that of the whole range
//   category  probabilities of each value
//
// Widths by the rule of Optuna's TPE: the larger gap to the sorted neighbours, low and high among them
// (the first and the last observation take their inner gap alone), clipped to
// [(high − low) / min(100, n + 2), high − low]. The prior lies in the middle, as wide as the range.

import type { Random } from "../../base/random.ts";
import { logNormalDensity, logNormalMass, truncatedNormalQuantile } from "../normal-distribution.ts";
import type { CategoryDimension, Dimension, NumberDimension } from "./dimension.ts";

/** Kernels of one dimension; the last is the prior. */
export interface Kernels {
  /** Adds the log density (of discrete values: probability) of `value` under each kernel, in place. */
  readonly addLogDensities: (value: number, sums: Float64Array) => void;
  /** A value of one kernel. */
  readonly draw: (kernel: number, random: Random) => number;
}

/** @param observations - coordinates, one a kernel before the prior */
export function kernelsOf(dimension: Dimension, observations: readonly number[]): Kernels {
  if (dimension.kind === "category") return categoryKernels(dimension, observations);
  const { low, high, isLog } = kernelRange(dimension);
  const centres = isLog ? observations.map(Math.log) : observations;
  return normalKernels(
    dimension,
    [...centres, 0.5 * (low + high)],
    [...neighbourWidths(centres, low, high), high - low],
  );
}

/** Cut normals of these centres and widths, on the logarithm where the dimension is. */
export function normalKernels(
  dimension: NumberDimension,
  centres: readonly number[],
  widths: readonly number[],
): Kernels {
  const { low, high, isLog } = kernelRange(dimension);
  const { step } = dimension;
  const logMasses = Float64Array.from(centres, (centre, k) =>
    logNormalMass((low - centre) / widths[k], (high - centre) / widths[k]),
  );
  const at = (value: number): number => (isLog ? Math.log(value) : value);
  return {
    addLogDensities: (value, sums) => {
      const x = at(value);
      const left = at(value - step / 2);
      const right = at(value + step / 2);
      for (let k = 0; k < sums.length; k++) {
        const width = widths[k];
        const density =
          step === 0
            ? logNormalDensity((x - centres[k]) / width) - Math.log(width)
            : logNormalMass((left - centres[k]) / width, (right - centres[k]) / width);
        sums[k] += density - logMasses[k];
      }
    },
    draw: (kernel, random) => {
      const [centre, width] = [centres[kernel], widths[kernel]];
      const z = truncatedNormalQuantile(random.uniform(), (low - centre) / width, (high - centre) / width);
      const place = centre + width * z;
      return onGrid(dimension, isLog ? Math.exp(place) : place);
    },
  };
}

/** Rows of observed counts plus an even share of one prior observation. */
function categoryKernels({ count }: CategoryDimension, observations: readonly number[]): Kernels {
  const kernels = observations.length + 1;
  const whole = 1 + count / kernels;
  const own = Math.log((1 + 1 / kernels) / whole);
  const other = Math.log(1 / kernels / whole);
  const even = -Math.log(count);
  return {
    addLogDensities: (value, sums) => {
      for (let k = 0; k < observations.length; k++) sums[k] += observations[k] === value ? own : other;
      sums[observations.length] += even;
    },
    draw: (kernel, random) => {
      // The row is an even mixture: its own value, or with the prior's share any.
      const isOwn = kernel < observations.length && random.uniform() < 1 / whole;
      return isOwn ? observations[kernel] : random.integer(count);
    },
  };
}

function kernelRange({ low, high, step, isLog }: NumberDimension): {
  readonly low: number;
  readonly high: number;
  readonly isLog: boolean;
} {
  const [from, to] = [low - step / 2, high + step / 2];
  return isLog ? { low: Math.log(from), high: Math.log(to), isLog } : { low: from, high: to, isLog };
}

function neighbourWidths(centres: readonly number[], low: number, high: number): number[] {
  const order = [...centres.keys()].sort((a, b) => centres[a] - centres[b] || a - b);
  const places = [low, ...order.map((k) => centres[k]), high];
  const narrowest = (high - low) / Math.min(100, centres.length + 2);
  const widths = new Array<number>(centres.length);
  for (const [i, k] of order.entries()) {
    const [before, after] = [places[i + 1] - places[i], places[i + 2] - places[i + 1]];
    const isAlone = order.length === 1;
    const gap =
      i === 0 && !isAlone ? after : i === order.length - 1 && !isAlone ? before : Math.max(before, after);
    widths[k] = Math.min(high - low, Math.max(narrowest, gap));
  }
  return widths;
}

function onGrid({ low, high, step }: NumberDimension, value: number): number {
  const placed = step === 0 ? value : low + Math.round((value - low) / step) * step;
  return Math.min(high, Math.max(low, placed));
}
