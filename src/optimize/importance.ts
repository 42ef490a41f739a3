// How much each setting matters for being among the best: PED-ANOVA (Watanabe, Bansal & Hutter 2023), with
// conditional settings as in condPED-ANOVA (arXiv 2601.20800), by the rules of Optuna 5.
//
//   importance = (γ'/γ)² Σ_x p(x) (q(x)/p(x) − 1)²      q: best trials, p: all trials of the region
//
// on a grid of each setting, where q and p are Parzen estimators with Scott's width
// 1.059 · min(IQR / 1.34, σ) · n^(−1/5), at least 0.5/1.64 cells. A setting that is active in the share α of
// the best and β of all trials has its divergence where it is active, times α²/β. A matrix is the sum of its
// cells.

import { InvalidValueError } from "../base/errors.ts";
import { accepts } from "../space/resolve.ts";
import { isActive, type Space } from "../space/space.ts";
import { freeFields } from "../space/unit-map.ts";
import { bestByObjectives, isMeasured } from "./best-trials.ts";
import type { Direction } from "./pareto.ts";
import type { PastTrial } from "./sampler.ts";
import { type Dimension, dimensionsOf, type NumberDimension } from "./tpe/dimension.ts";
import { kernelsOf, normalKernels } from "./tpe/kernels.ts";
import { mixtureOf } from "./tpe/parzen-estimator.ts";

export interface ImportanceRequest {
  readonly space: Space;
  readonly directions: readonly Direction[];
  readonly history: readonly PastTrial[];
  /** For what: to be on the front (or best, with one objective), or for the objective of this index alone. */
  readonly of?: "front" | number;
  /** Share of the trials that are the best; 0.1 when omitted. */
  readonly bestShare?: number;
  /** Share of the trials, best first, in which importance is asked; 1 when omitted. */
  readonly regionShare?: number;
}

export interface Importance {
  readonly name: string;
  /** PED-ANOVA's divergence; 0: no difference between the best and the others. */
  readonly divergence: number;
  /** Of the sum over all settings; all alike when all are 0. */
  readonly share: number;
}

const gridSteps = 50;
const leastWidth = 0.5 / 1.64;
/** Fewer trials in which a setting is active tell nothing. */
const leastTrials = 2;

/**
 * The free settings of the space, most important first. Partial evaluations, failed trials and trials with
 * objectives that are not finite are left out.
 *
 * @throws {InvalidValueError} for shares that are not 0 < best < region <= 1, or an objective that does not exist
 */
export function importances(request: ImportanceRequest): readonly Importance[] {
  const { space, bestShare = 0.1, regionShare = 1 } = request;
  if (!(bestShare > 0 && bestShare < regionShare && regionShare <= 1)) {
    throw new InvalidValueError("importance", "must have 0 < bestShare < regionShare <= 1", [
      bestShare,
      regionShare,
    ]);
  }
  const trials = comparable(request);
  const region = bestShareOf(request, trials, regionShare);
  const best = new Set(bestShareOf(request, trials, bestShare));
  const scale = region.length === 0 ? 0 : (best.size / region.length) ** 2;
  const divergences = freeFields(space).map((name) => ({
    name,
    divergence: trials.length < 2 ? 0 : scale * divergenceOf(space, name, region, best),
  }));
  const total = divergences.reduce((sum, { divergence }) => sum + divergence, 0);
  return divergences
    .map(({ name, divergence }) => ({
      name,
      divergence,
      share: total === 0 ? 1 / divergences.length : divergence / total,
    }))
    .sort((a, b) => b.divergence - a.divergence);
}

/** With the objectives that count. */
function comparable({ history, directions, of = "front" }: ImportanceRequest): readonly PastTrial[] {
  if (of !== "front" && !(of in directions))
    throw new InvalidValueError("importance.of", `must be below ${directions.length} objectives`, of);
  return [...history]
    .sort((a, b) => a.number - b.number)
    .filter((trial) => isMeasured(trial) && (trial.fidelity ?? 1) === 1)
    .map((trial) => ({
      ...trial,
      objectives: trial.objectives?.filter((_, i) => of === "front" || i === of) ?? [],
    }))
    .filter(({ objectives }) => objectives.every(Number.isFinite));
}

function bestShareOf(
  { directions, of = "front" }: ImportanceRequest,
  trials: readonly PastTrial[],
  share: number,
): readonly PastTrial[] {
  const count = Math.ceil(share * trials.length);
  if (count === trials.length) return trials;
  const counting = of === "front" ? directions : [directions[of]];
  const best = bestByObjectives(trials, count, counting);
  if (counting.length > 1) return best;
  // With one objective, all that are as good as the last belong to the best.
  const sign = counting[0] === "maximize" ? -1 : 1;
  const worst = Math.max(...best.map(({ objectives }) => sign * (objectives?.[0] ?? 0)));
  return trials.filter(({ objectives }) => sign * (objectives?.[0] ?? 0) <= worst);
}

function divergenceOf(
  space: Space,
  name: string,
  region: readonly PastTrial[],
  best: ReadonlySet<PastTrial>,
): number {
  const field = space.fields[name];
  const active = region.filter(({ design }) => isActive(space, name, design) && accepts(field, design[name]));
  const activeBest = active.filter((trial) => best.has(trial));
  if (active.length < leastTrials || activeBest.length === 0) return 0;
  const { dimensions, encode } = dimensionsOf(field);
  let total = 0;
  for (const [d, dimension] of dimensions.entries()) {
    const grid = gridOf(dimension);
    const shares = (trials: readonly PastTrial[]): number[] =>
      sharesOnGrid(
        grid.dimension,
        trials.map(({ design }) => grid.place(encode(design[name])[d])),
      );
    const [q, p] = [shares(activeBest), shares(active)];
    total += p.reduce((sum, share, i) => sum + share * (q[i] / share - 1) ** 2, 0);
  }
  return ((activeBest.length / best.size) ** 2 / (active.length / region.length)) * total;
}

/** A dimension as at most 50 cells 0, 1, …, and the cell of a value. */
function gridOf(dimension: Dimension): {
  readonly dimension: Dimension;
  readonly place: (value: number) => number;
} {
  if (dimension.kind === "category") return { dimension, place: (value) => value };
  const { low, high, isLog } = dimension;
  const cells = Math.min(gridSteps, cellCount(dimension));
  const [from, to] = isLog ? [Math.log(low), Math.log(high)] : [low, high];
  const width = (to - from) / (cells - 1);
  return {
    dimension: { kind: "number", low: 0, high: cells - 1, step: 1, isLog: false },
    place: (value) => {
      const cell = Math.ceil(((isLog ? Math.log(value) : value) - from) / width - 0.5);
      return Math.min(cells - 1, Math.max(0, cell));
    },
  };
}

function cellCount({ low, high, step, isLog }: NumberDimension): number {
  if (step === 0) return Infinity;
  return isLog ? Math.ceil(Math.log2(high - low + 1)) + 1 : Math.round((high - low) / step) + 1;
}

/** Parzen estimate of the share of each cell; never 0. */
function sharesOnGrid(dimension: Dimension, places: readonly number[]): number[] {
  const counts = new Map<number, number>();
  for (const place of [...places].sort((a, b) => a - b)) counts.set(place, (counts.get(place) ?? 0) + 1);
  const cells = [...counts.keys()];
  const weights = [...counts.values()];
  const kernels =
    dimension.kind === "category" ? kernelsOf(dimension, cells) : scottKernels(dimension, cells, weights);
  const { logDensity } = mixtureOf([kernels], weights);
  const count = dimension.kind === "category" ? dimension.count : dimension.high + 1;
  return Array.from({ length: count }, (_, cell) => Math.exp(logDensity([cell])) + 1e-12);
}

/** @param cells - with trials, ascending */
function scottKernels(dimension: NumberDimension, cells: readonly number[], weights: readonly number[]) {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const weighted = (of: (cell: number) => number): number =>
    cells.reduce((sum, cell, k) => sum + weights[k] * of(cell), 0);
  const mean = weighted((cell) => cell) / total;
  const deviation = Math.sqrt(weighted((cell) => (cell - mean) ** 2) / Math.max(1, total - 1));
  const upTo = Float64Array.from(weights);
  for (let k = 1; k < upTo.length; k++) upTo[k] += upTo[k - 1];
  const first = upTo.findIndex((count) => count >= Math.floor(total / 4));
  const third = upTo.findIndex((count) => count > Math.floor((total * 3) / 4));
  const range = cells[third < 0 ? cells.length - 1 : third] - cells[first];
  const width = Math.max(leastWidth, 1.059 * Math.min(range / 1.34, deviation) * total ** -0.2);
  return normalKernels(
    dimension,
    [...cells, 0.5 * dimension.high],
    [...cells.map(() => width), dimension.high + 1],
  );
}
