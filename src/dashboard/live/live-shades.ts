// Trials by a column, in a few shades: enough to see an order, few enough to be drawn as few paths and to have a key.

import type { LiveTrial } from "../../study/live-study.ts";
import { layerColour } from "../colours.ts";
import { type LiveColumn, numbersOf } from "./live-columns.ts";
import { textsOf } from "./live-state.ts";

export interface Shades {
  readonly title: string;
  /** Of every shade, in order. */
  readonly labels: readonly string[];
  readonly colours: readonly string[];
  /** null: the trial has no value, or there is no column. */
  readonly of: (trial: LiveTrial) => number | null;
}

const most = 5;

/** Numbers by quantiles, so that every shade has as many trials; texts by value, the rarest together. */
export function shadesOf(column: LiveColumn | null, trials: readonly LiveTrial[]): Shades {
  if (column === null) return { title: "", labels: [], colours: [], of: () => null };
  if (column.kind === "text") return textShades(column, trials);
  const sorted = [...new Set(numbersOf(column, trials))].sort((a, b) => a - b);
  const count = Math.min(most, sorted.length);
  const ends = Array.from(
    { length: count },
    (_, i) => sorted[Math.ceil(((i + 1) * sorted.length) / count) - 1],
  );
  const starts = ends.map((_, i) => (i === 0 ? sorted[0] : sorted[sorted.indexOf(ends[i - 1]) + 1]));
  return {
    title: column.title,
    labels: ends.map((end, i) =>
      starts[i] === end ? column.format(end) : `${column.format(starts[i])} to ${column.format(end)}`,
    ),
    colours: ends.map((_, i) => layerColour(i, count)),
    of: (trial) => {
      const value = column.of(trial);
      const shade = typeof value === "number" ? ends.findIndex((end) => value <= end) : -1;
      return shade < 0 ? null : shade;
    },
  };
}

function textShades(column: LiveColumn, trials: readonly LiveTrial[]): Shades {
  const texts = textsOf(column, trials);
  const shown = texts.length > most ? texts.slice(0, most - 1) : texts;
  const labels = texts.length > most ? [...shown, "others"] : shown;
  return {
    title: column.title,
    labels,
    colours: labels.map((_, i) => layerColour(i, labels.length)),
    of: (trial) => {
      const value = column.of(trial);
      if (typeof value !== "string") return null;
      const place = shown.indexOf(value);
      return place < 0 ? labels.length - 1 : place;
    },
  };
}
