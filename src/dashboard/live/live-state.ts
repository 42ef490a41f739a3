// Everything the page shows follows from this: the study as told so far, and what the reader has chosen.

import type { LiveChange, LiveStudy, LiveTrial } from "../../study/live-study.ts";
import type { Role } from "../colours.ts";
import { lastOf } from "./last-of.ts";
import type { LiveColumn } from "./live-columns.ts";
import { readFilter } from "./live-filter.ts";

/** A range of a column that is kept; both ends belong to it. Text columns are kept by place among their values. */
export interface Brush {
  readonly low: number;
  readonly high: number;
}

export interface LiveChoices {
  readonly x: string;
  readonly y: string;
  /** Names of columns, "": none. */
  readonly colour: string;
  readonly size: string;
  readonly filter: string;
  readonly brushes: Readonly<Record<string, Brush>>;
  /** Columns whose scale is not the first, and those drawn upside down. */
  readonly otherScale: ReadonlySet<string>;
  readonly flipped: ReadonlySet<string>;
  readonly pinned: ReadonlySet<number>;
  /** The trial that is looked at, in every view; null: none. */
  readonly selected: number | null;
  readonly sort: { readonly column: string; readonly isDescending: boolean };
  /** Of the table, from 0. */
  readonly page: number;
}

export const firstChoices: LiveChoices = {
  x: "",
  y: "",
  colour: "",
  size: "",
  filter: "",
  brushes: {},
  otherScale: new Set(),
  flipped: new Set(),
  pinned: new Set(),
  selected: null,
  sort: { column: "trial", isDescending: true },
  page: 0,
};

/** The kind of network that a trial is. */
export function trialRole(
  { training: usual }: Pick<LiveStudy, "training">,
  { training = usual }: Pick<LiveTrial, "training">,
): Role {
  return training === "converted" ? "snn" : training;
}

/**
 * The study with a change in it. Trials that ran and are not told to run any more, nor anything else, were given
 * back: they wait.
 */
export function changed(study: LiveStudy, { trials, progress }: LiveChange): LiveStudy {
  const byNumber = new Map(study.trials.map((trial) => [trial.number, trial]));
  for (const trial of trials) byNumber.set(trial.number, trial);
  const running = new Set(progress.running);
  for (const trial of byNumber.values()) {
    if (trial.state === "running" && !running.has(trial.number))
      byNumber.set(trial.number, { ...trial, state: "waiting" });
  }
  return { ...study, trials: [...byNumber.values()].sort((a, b) => a.number - b.number), progress };
}

const lastFiltered = lastOf<readonly LiveTrial[]>();
const lastTexts = new WeakMap<LiveColumn, ReturnType<typeof lastOf<readonly string[]>>>();

/** Values of a text column in their order. */
export function textsOf(column: LiveColumn, trials: readonly LiveTrial[]): readonly string[] {
  const last = lastTexts.get(column) ?? lastOf<readonly string[]>();
  lastTexts.set(column, last);
  return last([trials], () => {
    const texts = new Set(
      trials.map(column.of).filter((value): value is string => typeof value === "string"),
    );
    return [...texts].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  });
}

/** Trials that the filter and every brush keep; a filter that cannot be read keeps all. */
export function keptTrials(
  trials: readonly LiveTrial[],
  columns: readonly LiveColumn[],
  { filter, brushes }: Pick<LiveChoices, "filter" | "brushes">,
): readonly LiveTrial[] {
  const filtered = lastFiltered([trials, columns, filter], () => {
    const { test } = readFilter(filter, columns);
    return test === null ? trials : trials.filter(test);
  });
  const tests = columns.flatMap((column) => {
    const brush = brushes[column.name];
    if (brush === undefined) return [];
    const texts = column.kind === "text" ? textsOf(column, trials) : [];
    return (trial: LiveTrial): boolean => {
      const value = column.of(trial);
      const place = typeof value === "string" ? texts.indexOf(value) : value;
      return place !== null && place >= brush.low && place <= brush.high;
    };
  });
  return tests.length === 0
    ? filtered
    : filtered.filter((trial) => tests.every((isWithin) => isWithin(trial)));
}
