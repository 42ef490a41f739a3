// What of a history a Gaussian process learns from.

import { minimised, nonDominatedRanks } from "../pareto.ts";
import type { PastTrial, SampleRequest } from "../sampler.ts";
import type { DesignEncoder } from "./encode-design.ts";
import type { Inputs } from "./matern-kernel.ts";

/** A finished trial with its objectives minimised, finite, and what else is known. */
export interface UsableTrial {
  readonly past: PastTrial;
  readonly objectives: readonly number[];
  /** Of the objectives; 0 where exact. */
  readonly standardErrors: readonly number[];
  readonly isFeasible: boolean;
  readonly fidelity: number;
}

export interface TrainingSet {
  /** Trials with objectives, by number. */
  readonly usable: readonly UsableTrial[];
  /** Trials that failed, or brought numbers that are none. */
  readonly failed: readonly PastTrial[];
  readonly hasFidelity: boolean;
  /** Whether objectives are measured with errors. */
  readonly isNoisy: boolean;
}

/** Trials a process is fitted to at most: its cost grows with their cube. */
const mostTrials = 300;

export function trainingSet({ history, directions }: SampleRequest): TrainingSet {
  const sorted = [...history].sort((a, b) => a.number - b.number);
  const isUsable = ({ objectives, violation }: PastTrial): boolean =>
    objectives !== null && !objectives.some(Number.isNaN) && !Number.isNaN(violation);
  const finished = sorted.filter(isUsable);
  const objectives = clipped(
    minimised(
      finished.map(({ objectives: values }) => values ?? []),
      directions,
    ),
  );
  const usable = finished.map((past, i) => ({
    past,
    objectives: objectives[i],
    standardErrors: objectives[i].map((_, j) => finiteOr(past.standardErrors?.[j], 0)),
    isFeasible: past.violation <= 0,
    fidelity: past.fidelity ?? 1,
  }));
  return {
    usable,
    failed: sorted.filter((past) => !isUsable(past)),
    hasFidelity: new Set(usable.map(({ fidelity }) => fidelity)).size > 1,
    isNoisy: usable.some(({ standardErrors }) => standardErrors.some((error) => error > 0)),
  };
}

/**
 * So many trials as a fit can bear: all, or a third of them from the front, a third the latest and the rest spread
 * over the others.
 */
export function affordable(usable: readonly UsableTrial[], limit = mostTrials): readonly UsableTrial[] {
  if (usable.length <= limit) return usable;
  const third = Math.floor(limit / 3);
  const ranks = nonDominatedRanks(usable.map(({ objectives }) => objectives));
  const byRank = [...usable.keys()].sort((a, b) => ranks[a] - ranks[b] || b - a);
  const chosen = new Set([...byRank.slice(0, third), ...[...usable.keys()].slice(-third)]);
  const rest = [...usable.keys()].filter((i) => !chosen.has(i));
  const open = limit - chosen.size;
  for (let k = 0; k < open; k++) chosen.add(rest[Math.floor((k * rest.length) / open)]);
  return usable.filter((_, i) => chosen.has(i));
}

export function inputsOf(encoder: DesignEncoder, trials: readonly UsableTrial[]): Inputs {
  return joinedInputs(
    encoder,
    trials.map(({ past, fidelity }) => encoder.encode(past.design, fidelity)),
  );
}

export function joinedInputs(
  { dimensions, isCategory }: DesignEncoder,
  rows: readonly Float64Array[],
): Inputs {
  const values = new Float64Array(rows.length * dimensions);
  for (const [i, row] of rows.entries()) values.set(row, i * dimensions);
  return { count: rows.length, dimensions, values, isCategory };
}

/** ±∞ at the finite extremes of its objective; 0 where there are none. */
function clipped(points: readonly (readonly number[])[]): number[][] {
  const finite = (points[0] ?? []).map((_, j) => points.map((point) => point[j]).filter(Number.isFinite));
  const lows = finite.map((values) => values.reduce((a, b) => Math.min(a, b), Infinity));
  const highs = finite.map((values) => values.reduce((a, b) => Math.max(a, b), -Infinity));
  return points.map((point) =>
    point.map((value, j) => (finite[j].length === 0 ? 0 : Math.min(highs[j], Math.max(lows[j], value)))),
  );
}

function finiteOr(value: number | undefined, otherwise: number): number {
  return value !== undefined && Number.isFinite(value) ? value : otherwise;
}
