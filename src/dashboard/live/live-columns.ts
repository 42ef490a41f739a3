// What is known of a trial, as columns: objectives with their intervals, settings of its design, when and how long.
// Axes, colours, filters and the table all read trials through these.

import type { LiveFigure, LiveObjective, LiveStudy, LiveTrial } from "../../study/live-study.ts";
import {
  formatEnergy,
  formatNumber,
  formatSeconds,
  formatSetting,
  formatShare,
  isKnown,
  wordsOf,
} from "../format.ts";
import type { Scale, ScaleKind } from "../scale.ts";
import { tickFormatOf } from "../tick-format.ts";

export type CellValue = number | string | null;

export interface LiveColumn {
  /** The name in filters: no spaces. */
  readonly name: string;
  /** With its unit, as on an axis. */
  readonly title: string;
  readonly kind: "number" | "text";
  /** The scale it is first shown on. */
  readonly scale: ScaleKind;
  /** null: no objective. */
  readonly isBetterHigher: boolean | null;
  /** The requirement on it, null: none. */
  readonly limit: number | null;
  readonly of: (trial: LiveTrial) => CellValue;
  readonly interval: (trial: LiveTrial) => LiveFigure | null;
  readonly format: (value: CellValue) => string;
}

/** Objectives first, then what designs say, then the course of the trial. */
export function liveColumns({
  objectives,
  trials,
}: Pick<LiveStudy, "objectives" | "trials">): readonly LiveColumn[] {
  const settings = new Set(trials.flatMap(({ design }) => Object.keys(design)));
  return [
    ...objectives.map(objectiveColumn),
    ...[...settings].flatMap((name) => settingColumn(name, trials)),
    {
      ...plain("trial", "trial", "number"),
      of: ({ number }) => number,
      format: (value) => (value === null ? "–" : String(value)),
    },
    {
      ...plain("seconds", "run time, s", "number"),
      of: ({ startedMs, finishedMs }) =>
        startedMs === null || finishedMs === null ? null : (finishedMs - startedMs) / 1000,
      format: (value) => formatSeconds(value as number | null),
    },
    { ...plain("state", "state", "text"), of: ({ state }) => state, format: String },
  ];
}

/** @returns the column of this name, else the first */
export function columnOf(columns: readonly LiveColumn[], name: string): LiveColumn {
  return columns.find((column) => column.name === name) ?? columns[0];
}

function objectiveColumn({ name, unit, direction, scale, limit, under }: LiveObjective): LiveColumn {
  const words = wordsOf(name);
  return {
    name,
    title: `${words}${under === undefined ? "" : `, ${under}`}${unit === "1" ? "" : unit === "pJ" ? "" : `, ${unit}`}`,
    kind: "number",
    scale: unit === "1" && direction === "maximize" ? "error" : scale,
    isBetterHigher: direction === "maximize",
    limit,
    of: ({ figures }) => figures[name]?.value ?? null,
    interval: ({ figures }) => figures[name] ?? null,
    format: (value) => formatObjective(unit, value as number | null),
  };
}

function formatObjective(unit: string, value: number | null): string {
  if (unit === "pJ") return formatEnergy(value);
  return unit === "1" ? formatShare(value) : formatNumber(value);
}

/** None for a setting that no design varies. */
function settingColumn(name: string, trials: readonly LiveTrial[]): readonly LiveColumn[] {
  const values = new Set(trials.map(({ design }) => design[name]).filter((value) => value !== undefined));
  if (values.size < 2) return [];
  const isNumber = [...values].every((value) => typeof value === "number");
  const numbers = isNumber ? ([...values] as number[]) : [];
  const low = numbers.reduce((a, b) => Math.min(a, b), Infinity);
  const high = numbers.reduce((a, b) => Math.max(a, b), -Infinity);
  return [
    {
      ...plain(name, wordsOf(name), isNumber ? "number" : "text"),
      scale: isNumber && low > 0 && high / low >= 30 ? "log" : "linear",
      of: ({ design }) => {
        const value = design[name];
        return value === undefined ? null : typeof value === "number" ? value : formatSetting(value);
      },
      format: (value) => (typeof value === "number" ? formatSetting(value) : (value ?? "–")),
    },
  ];
}

function plain(name: string, title: string, kind: LiveColumn["kind"]): Omit<LiveColumn, "of" | "format"> {
  return { name, title, kind, scale: "linear", isBetterHigher: null, limit: null, interval: () => null };
}

/** The column's numbers, those that are known. */
export function numbersOf(column: LiveColumn, trials: readonly LiveTrial[]): readonly number[] {
  return trials
    .map(column.of)
    .filter((value): value is number => typeof value === "number" && isKnown(value));
}

/** The scale a column is shown on: the other of a plain one is a logarithm, of any other a plain one. */
export function scaleOf({ name, scale }: LiveColumn, otherScale: ReadonlySet<string>): ScaleKind {
  if (!otherScale.has(name)) return scale;
  return scale === "linear" ? "log" : "linear";
}

/** As the column's values are written at the ticks of its axis. */
export function tickFormat({ format }: LiveColumn, { ticks }: Scale): (value: number) => string {
  return tickFormatOf(format, ticks);
}
