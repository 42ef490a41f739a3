// How much every setting matters for each objective, with how sure that is: ±1.96 standard deviations over trials
// drawn again with replacement (Efron 1979). With few trials the intervals are wide, and say so.

import { Random } from "../../base/random.ts";
import { importances } from "../../optimize/importance.ts";
import type { PastTrial } from "../../optimize/sampler.ts";
import type { Space } from "../../space/space.ts";
import type { LiveObjective, LiveTrial } from "../../study/live-study.ts";
import type { Chart } from "../chart.ts";
import { formatCount, formatShare, wordsOf } from "../format.ts";
import { intervalRows, type ValueInterval } from "../interval-rows.ts";

export interface ImportanceQuestion {
  readonly space: Space;
  readonly objectives: readonly Pick<LiveObjective, "name" | "direction">[];
  readonly trials: readonly Pick<LiveTrial, "number" | "state" | "design" | "figures" | "fidelity">[];
}

export interface ImportanceOfSetting extends ValueInterval {
  readonly name: string;
}

export interface ImportanceAnswer {
  /** Behind it. */
  readonly trials: number;
  /** By objective, in their order; settings most important first. */
  readonly settings: readonly (readonly ImportanceOfSetting[])[];
}

/** Fewer trials than this say nothing about settings. */
export const leastTrials = 20;
/** Fewer draws with more trials, so that it takes some seconds at most. */
const drawsOf = (trials: number): number => Math.max(6, Math.min(24, Math.round(24_000 / trials)));
/** More settings than this are not drawn. */
const mostSettings = 12;

/** Null for too few trials. */
export function importanceOf(question: ImportanceQuestion): ImportanceAnswer | null {
  const steps = importanceSteps(question);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

/** The same a piece at a time: between them whoever works it out may let others go first. */
export function* importanceSteps({
  space,
  objectives,
  trials,
}: ImportanceQuestion): Generator<undefined, ImportanceAnswer | null> {
  const history = trials
    .filter(({ state, fidelity }) => state === "complete" && fidelity >= 1)
    .flatMap(({ number, design, figures }): PastTrial[] => {
      const values = objectives.map(({ name }) => figures[name]?.value ?? Number.NaN);
      return values.every(Number.isFinite) ? [{ number, design, objectives: values, violation: 0 }] : [];
    });
  if (history.length < leastTrials) return null;
  const directions = objectives.map(({ direction }) => direction);
  const shares = (some: readonly PastTrial[], of: number): ReadonlyMap<string, number> =>
    new Map(importances({ space, directions, history: some, of }).map(({ name, share }) => [name, share]));
  const draws = Array.from({ length: drawsOf(history.length) }, (_, i) => drawn(history, i));
  const settings: (readonly ImportanceOfSetting[])[] = [];
  for (const of of objectives.keys()) {
    const values = shares(history, of);
    const again: ReadonlyMap<string, number>[] = [];
    for (const some of draws) {
      yield;
      again.push(shares(some, of));
    }
    const told = [...values].map(([name, value]): ImportanceOfSetting => {
      const end = 1.96 * deviation(again.map((one) => one.get(name) ?? 0));
      return { name, value, low: Math.max(0, value - end), high: Math.min(1, value + end) };
    });
    settings.push(told);
  }
  return { trials: history.length, settings };
}

function drawn(history: readonly PastTrial[], index: number): readonly PastTrial[] {
  const random = new Random({ seed: 0, trial: 0, purpose: "importance-draw", index });
  return history.map((_, number) => ({ ...history[random.integer(history.length)], number }));
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

/** @param answer - null: there are too few trials */
export function importanceChart(
  answer: ImportanceAnswer | null,
  objectives: readonly Pick<LiveObjective, "name">[],
): Chart {
  const empty = `Importance is told from ${leastTrials} finished trials on.`;
  const said = (answer?.settings ?? []).map(
    ([first], i) => `${wordsOf(objectives[i].name)}: ${wordsOf(first?.name ?? "nothing")} matters most`,
  );
  return intervalRows(
    (answer?.settings ?? []).map((settings, i) => ({
      title: `For ${wordsOf(objectives[i].name)}, share`,
      kind: "linear",
      bounds: [0, 1],
      origin: 0,
      format: (share) => formatShare(share, 0),
      rows: settings.slice(0, mostSettings).map(({ name, ...interval }) => ({
        name: wordsOf(name),
        role: null,
        interval,
        data: { "data-colour": name },
      })),
    })),
    {
      id: "importance",
      title: "Which settings matter",
      caption:
        answer === null
          ? ""
          : `What tells the best tenth from all ${formatCount(answer.trials, "trial")} measured whole (PED-ANOVA, Watanabe et al. 2023), as a share of all settings; ±1.96 standard deviations over trials drawn again. Click a setting to colour the trials above by it.`,
      summary: answer === null ? empty : `${said.join("; ")}.`,
    },
    empty,
  );
}
