// Parallel coordinates: an upright axis for every column, a line for every trial. Ranges drawn on axes keep the
// trials within all of them.
//
// Lines of a shade are one path. Of many trials a fixed number is drawn, spread evenly over those of the selection
// and over the others, and the drawing says so; ranges count them all.

import type { LiveTrial } from "../../study/live-study.ts";
import { drawing, emptyDrawing } from "../chart.ts";
import { isKnown } from "../format.ts";
import { element, fragment, type Markup, shortNumber } from "../markup.ts";
import { makeScale, type Scale, type ScaleKind } from "../scale.ts";
import { fitText } from "../text-width.ts";
import { type LiveColumn, numbersOf, tickFormat } from "./live-columns.ts";
import { shadesOf } from "./live-shades.ts";
import { type Brush, textsOf } from "./live-state.ts";

export interface ParallelOptions {
  readonly trials: readonly LiveTrial[];
  readonly kept: ReadonlySet<number>;
  readonly columns: readonly LiveColumn[];
  readonly colour: LiveColumn | null;
  readonly kindOf: (column: LiveColumn) => ScaleKind;
  readonly flipped: ReadonlySet<string>;
  readonly brushes: Readonly<Record<string, Brush>>;
  readonly selected: number | null;
  readonly widthPx: number;
}

export interface ParallelAxis {
  readonly column: LiveColumn;
  readonly x: number;
  readonly scale: Scale;
  /** Of a text column; numbers have none. */
  readonly texts: readonly string[];
}

const heightPx = 330;
const [topPx, bottomPx] = [46, heightPx - 20];
const mostLines = 600;

/** Where the axes stand: what the pointer needs to know, too. */
export function parallelAxes(options: ParallelOptions): readonly ParallelAxis[] {
  const { trials, columns, kindOf, flipped, widthPx } = options;
  const usable = columns.filter((column) => trials.some((trial) => column.of(trial) !== null));
  const [first, last] = [16, widthPx - 62]; // tick labels stand to the right of an axis
  return usable.map((column, i): ParallelAxis => {
    const texts = column.kind === "text" ? textsOf(column, trials) : [];
    const isFlipped = flipped.has(column.name);
    const values =
      column.kind === "text" ? [0, Math.max(1, texts.length - 1)] : endsOf(numbersOf(column, trials));
    const scale = makeScale({
      kind: column.kind === "text" ? "linear" : kindOf(column),
      values,
      range: isFlipped ? [topPx, bottomPx] : [bottomPx, topPx],
      tickCount: 5,
      padding: 0.03,
    });
    const x = usable.length === 1 ? widthPx / 2 : first + (i * (last - first)) / (usable.length - 1);
    return { column, x, scale, texts };
  });
}

export function liveParallel(options: ParallelOptions): {
  readonly markup: Markup;
  readonly summary: string;
} {
  const { trials, kept, widthPx, selected, colour } = options;
  const shown = parallelAxes(options);
  const measured = trials.filter((trial) => shown.every((axis) => heightOn(axis, trial) !== null));
  if (shown.length < 2 || measured.length === 0) {
    const reason = "Lines appear with the first finished trials.";
    return { markup: emptyDrawing(widthPx, reason), summary: reason };
  }
  const inside = spread(
    measured.filter(({ number }) => kept.has(number)),
    mostLines,
  );
  const outside = spread(
    measured.filter(({ number }) => !kept.has(number)),
    mostLines / 4,
  );
  const drawnText =
    inside.length + outside.length < measured.length ? `; ${inside.length + outside.length} lines drawn` : "";
  const summary = `${measured.length} trials over ${shown.length} axes, ${measured.filter(({ number }) => kept.has(number)).length} selected${drawnText}.`;
  const shades = shadesOf(colour, trials);
  const groups = new Map<number, LiveTrial[]>();
  for (const trial of inside) {
    const shade = shades.of(trial) ?? -1;
    groups.set(shade, [...(groups.get(shade) ?? []), trial]);
  }
  const chosen = measured.filter(({ number }) => number === selected);
  const body = fragment(
    element("path", { class: "wire out", d: outside.map((trial) => wire(shown, trial)).join("") }),
    [...groups].map(([shade, members]) =>
      element("path", {
        class: shade < 0 ? "wire" : "wire shaded",
        stroke: shade < 0 ? null : shades.colours[shade],
        d: members.map((trial) => wire(shown, trial)).join(""),
      }),
    ),
    chosen.map((trial) => element("path", { class: "wire chosen", d: wire(shown, trial) })),
    shown.map((axis, i) => axisMarkup(axis, options, widthPx / shown.length, i % 2)),
  );
  return { markup: drawing({ widthPx, heightPx, summary, body, spots: [] }), summary };
}

/** Pixels from the top; null where the trial has no value, or none that the scale has. */
function heightOn({ column, scale, texts }: ParallelAxis, trial: LiveTrial): number | null {
  const value = column.of(trial);
  const place = typeof value === "string" ? texts.indexOf(value) : value;
  if (place === null || !isKnown(place)) return null;
  const at = scale.map(place);
  return Number.isFinite(at) ? Math.max(topPx, Math.min(bottomPx, at)) : null;
}

function wire(shown: readonly ParallelAxis[], trial: LiveTrial): string {
  return shown
    .map(
      (axis, i) => `${i === 0 ? "M" : "L"}${shortNumber(axis.x)} ${shortNumber(heightOn(axis, trial) ?? 0)}`,
    )
    .join("");
}

function axisMarkup(
  { column, x, scale, texts }: ParallelAxis,
  { brushes, widthPx }: ParallelOptions,
  roomPx: number,
  row: number,
): Markup {
  const brush = brushes[column.name];
  const ticks = column.kind === "text" ? texts.map((_, i) => i) : scale.ticks;
  const format = tickFormat(column, scale);
  const name = (tick: number): string => (column.kind === "text" ? texts[tick] : format(tick));
  const isFirst = x < 20;
  const [from, to] =
    brush === undefined ? [0, 0] : [scale.map(brush.low), scale.map(brush.high)].sort((a, b) => a - b);
  const clamp = (at: number): number => Math.max(topPx - 6, Math.min(bottomPx + 6, at));
  return fragment(
    element("line", { class: "axis", x1: x, x2: x, y1: topPx, y2: bottomPx }),
    ticks.map((tick) =>
      fragment(
        element("line", { class: "axis", x1: x - 3, x2: x + 3, y1: scale.map(tick), y2: scale.map(tick) }),
        element(
          "text",
          { class: "tick halo", x: x + 6, y: scale.map(tick) + 4 },
          fitText(name(tick), Math.max(28, roomPx - 12)),
        ),
      ),
    ),
    brush === undefined
      ? null
      : element("rect", {
          class: "brush",
          x: x - 7,
          y: clamp(from),
          width: 14,
          height: Math.max(2, clamp(to) - clamp(from)),
        }),
    element(
      "text",
      {
        class: "axis-title halo",
        x: isFirst ? 0 : x,
        y: row === 0 ? 14 : 32,
        "text-anchor": isFirst ? "start" : "middle",
      },
      fitText(column.title, Math.min(roomPx * 1.7, 2 * (widthPx - x))),
    ),
    element("rect", {
      class: "hit brushable",
      x: x - 12,
      y: topPx - 8,
      width: 24,
      height: bottomPx - topPx + 16,
      "data-axis": column.name,
    }),
  );
}

/** Every n-th, so that at most so many are left. */
function spread<T>(all: readonly T[], most: number): readonly T[] {
  const stride = Math.ceil(all.length / most);
  return stride <= 1 ? all : all.filter((_, i) => i % stride === 0);
}

/** Spreading ten thousand numbers over arguments is not possible everywhere. */
function endsOf(values: readonly number[]): readonly number[] {
  if (values.length === 0) return [];
  return [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
}

/** The value at a height of the drawing, by halving the scale's domain: its map only ever rises or falls. */
export function valueAt({ domain, map }: Scale, px: number): number {
  let [low, high] = domain;
  const isRising = map(high) > map(low);
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (map(middle) < px === isRising) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
