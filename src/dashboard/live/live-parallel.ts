// Parallel coordinates: an upright axis for every column, a line for every trial. Ranges drawn on axes keep the
// trials within all of them.
//
// Of many trials a fixed number is drawn, spread evenly over those of the selection and over the others, and the drawing
// says so; ranges count them all. A page draws lines on a layer of pixels; in files lines of a shade are one path. Axes
// and heights are kept while the study and the reader's axes stay the same.

import type { LiveTrial } from "../../study/live-study.ts";
import { drawing, emptyDrawing } from "../chart.ts";
import { isKnown } from "../format.ts";
import { element, fragment, type Markup, shortNumber } from "../markup.ts";
import { makeScale, type Scale } from "../scale.ts";
import { fitText } from "../text-width.ts";
import { lastOf } from "./last-of.ts";
import { type LiveColumn, numbersOf, scaleOf, tickFormat } from "./live-columns.ts";
import { type Shades, shadesOf } from "./live-shades.ts";
import { type Brush, textsOf } from "./live-state.ts";

export interface ParallelOptions {
  readonly trials: readonly LiveTrial[];
  readonly kept: ReadonlySet<number>;
  readonly columns: readonly LiveColumn[];
  readonly colour: LiveColumn | null;
  /** Names of the columns whose scale is not the first. */
  readonly otherScale: ReadonlySet<string>;
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
  /** Whether some trials have no such setting. */
  readonly isOpen: boolean;
}

const heightPx = 344;
const [topPx, bottomPx] = [46, heightPx - 34];
/** Of a setting that a trial has not, as its method or another setting has no use for it. */
const unsetPx = bottomPx + 18;
const mostLines = 600;

/** A line over all axes. */
export interface Wire {
  /** Pixels from the top, one an axis. */
  readonly heights: readonly number[];
  /** Place among the shades' colours; null: plain. */
  readonly shade: number | null;
  readonly isKept: boolean;
}

export interface Wires {
  /** Pixels of the axes. */
  readonly across: readonly number[];
  readonly lines: readonly Wire[];
  readonly colours: readonly string[];
}

export interface Parallel {
  /** Without lines: they are drawn on the layer beneath it. */
  readonly markup: Markup;
  /** The ranges drawn on the axes, for the place of this id in the drawing. */
  readonly ranges: Markup;
  /** null: nothing is drawn. */
  readonly wires: Wires | null;
  /** The whole drawing, for files. */
  readonly whole: () => Markup;
  /** What is drawn, with the number of the selection. */
  readonly summary: string;
}

/** A trial that has a place on every axis. */
interface Measured {
  readonly trial: LiveTrial;
  readonly heights: readonly number[];
}

/** What follows from the study and the axes. */
interface Ground {
  readonly axes: readonly ParallelAxis[];
  readonly measured: readonly Measured[];
  readonly shades: Shades;
}

const lastAxes = lastOf<readonly ParallelAxis[]>();
const lastGround = lastOf<Ground>();
const lastMarkup = lastOf<Markup>();
const lastWires = lastOf<Wires>();

/** Where the axes stand: what the pointer needs to know, too. */
export function parallelAxes(options: ParallelOptions): readonly ParallelAxis[] {
  const { trials, columns, otherScale, flipped, widthPx } = options;
  return lastAxes([trials, columns, otherScale, flipped, widthPx], () => axesOf(options));
}

function axesOf({ trials, columns, otherScale, flipped, widthPx }: ParallelOptions): readonly ParallelAxis[] {
  const usable = columns.filter((column) => trials.some((trial) => column.of(trial) !== null));
  const [first, last] = [16, widthPx - 62]; // tick labels stand to the right of an axis
  return usable.map((column, i): ParallelAxis => {
    const texts = column.kind === "text" ? textsOf(column, trials) : [];
    const isFlipped = flipped.has(column.name);
    const values =
      column.kind === "text" ? [0, Math.max(1, texts.length - 1)] : endsOf(numbersOf(column, trials));
    const scale = makeScale({
      kind: column.kind === "text" ? "linear" : scaleOf(column, otherScale),
      values,
      range: isFlipped ? [topPx, bottomPx] : [bottomPx, topPx],
      tickCount: 5,
      padding: 0.03,
    });
    const x = usable.length === 1 ? widthPx / 2 : first + (i * (last - first)) / (usable.length - 1);
    const isOpen = isSetting(column) && trials.some((trial) => column.of(trial) === null);
    return { column, x, scale, texts, isOpen };
  });
}

export function liveParallel(options: ParallelOptions): Parallel {
  const { trials, kept, widthPx, selected, colour } = options;
  const axes = parallelAxes(options);
  const ground = lastGround([axes, trials, colour], () => ({
    axes,
    measured: trials.flatMap((trial) => measuredOn(axes, trial)),
    shades: shadesOf(colour, trials),
  }));
  const { measured } = ground;
  if (axes.length < 2 || measured.length === 0) {
    const reason = "Lines appear with the first finished trials.";
    const markup = emptyDrawing(widthPx, reason);
    return { markup, ranges: fragment(), wires: null, whole: () => markup, summary: reason };
  }
  const wires = lastWires([ground, kept], () => wiresOf(ground, kept));
  const keptCount = measured.reduce((count, { trial }) => count + Number(kept.has(trial.number)), 0);
  const drawnText = wires.lines.length < measured.length ? `; ${wires.lines.length} lines drawn` : "";
  const name = `${measured.length} trials over ${axes.length} axes`;
  const ranges = fragment(axes.map((axis) => rangeMarkup(axis, options)));
  return {
    markup: lastMarkup([ground, selected, widthPx], () =>
      element("div", { class: "layers" }, parallelMarkup(ground, options, `${name}.`, null, fragment())),
    ),
    ranges,
    wires,
    whole: () => parallelMarkup(ground, options, `${name}.`, wires, ranges),
    summary: `${name}, ${keptCount} selected${drawnText}.`,
  };
}

function isSetting({ isBetterHigher }: LiveColumn): boolean {
  return isBetterHigher === null;
}

/** None where an objective of the trial has no value, or a column none that the scale has. */
function measuredOn(axes: readonly ParallelAxis[], trial: LiveTrial): readonly Measured[] {
  const heights: number[] = [];
  for (const axis of axes) {
    const height = heightOn(axis, trial);
    if (height === null) return [];
    heights.push(height);
  }
  return [{ trial, heights }];
}

function wiresOf({ axes, measured, shades }: Ground, kept: ReadonlySet<number>): Wires {
  const part = (isKept: boolean, most: number): readonly Wire[] =>
    spread(
      measured.filter(({ trial }) => kept.has(trial.number) === isKept),
      most,
    ).map(({ trial, heights }) => ({ heights, shade: shades.of(trial), isKept }));
  return {
    across: axes.map(({ x }) => x),
    lines: [...part(false, mostLines / 4), ...part(true, mostLines)],
    colours: shades.colours,
  };
}

/** @param wires - null: they are drawn elsewhere */
function parallelMarkup(
  { axes, measured }: Ground,
  options: ParallelOptions,
  summary: string,
  wires: Wires | null,
  ranges: Markup,
): Markup {
  const { widthPx, selected } = options;
  const across = axes.map(({ x }) => x);
  const chosen = measured.filter(({ trial }) => trial.number === selected);
  const body = fragment(
    wires === null ? null : wiresMarkup(wires),
    chosen.map(({ heights }) => element("path", { class: "wire chosen", d: wirePath(across, heights) })),
    axes.map((axis, i) => axisMarkup(axis, widthPx, widthPx / axes.length, i % 2)),
    element("g", { id: "parallel-ranges" }, ranges),
    axes.map(({ column, x }) =>
      element("rect", {
        class: "hit brushable",
        x: x - 12,
        y: topPx - 8,
        width: 24,
        height: bottomPx - topPx + 16,
        "data-axis": column.name,
      }),
    ),
  );
  return drawing({ widthPx, heightPx, summary, body, spots: [] });
}

/** Those outside the selection first, then a path a shade. */
function wiresMarkup({ across, lines, colours }: Wires): Markup {
  const pathOf = (some: readonly Wire[]): string =>
    some.map(({ heights }) => wirePath(across, heights)).join("");
  const kept = lines.filter(({ isKept }) => isKept);
  return fragment(
    element("path", { class: "wire out", d: pathOf(lines.filter(({ isKept }) => !isKept)) }),
    [null, ...colours.keys()].map((shade) => {
      const d = pathOf(kept.filter((line) => line.shade === shade));
      return d === ""
        ? null
        : element("path", {
            class: shade === null ? "wire" : "wire shaded",
            stroke: shade === null ? null : colours[shade],
            d,
          });
    }),
  );
}

/** Pixels from the top; null where the trial has no figure, or none that the scale has. */
function heightOn({ column, scale, texts }: ParallelAxis, trial: LiveTrial): number | null {
  const value = column.of(trial);
  if (value === null && isSetting(column)) return unsetPx;
  const place = typeof value === "string" ? texts.indexOf(value) : value;
  if (place === null || !isKnown(place)) return null;
  const at = scale.map(place);
  return Number.isFinite(at) ? Math.max(topPx, Math.min(bottomPx, at)) : null;
}

function wirePath(across: readonly number[], heights: readonly number[]): string {
  return heights.map((y, i) => `${i === 0 ? "M" : "L"}${shortNumber(across[i])} ${shortNumber(y)}`).join("");
}

function axisMarkup(
  { column, x, scale, texts, isOpen }: ParallelAxis,
  widthPx: number,
  roomPx: number,
  row: number,
): Markup {
  const ticks = column.kind === "text" ? texts.map((_, i) => i) : scale.ticks;
  const format = tickFormat(column, scale);
  const name = (tick: number): string => (column.kind === "text" ? texts[tick] : format(tick));
  const isFirst = x < 20;
  const isLast = x > widthPx - 80;
  return fragment(
    element("line", { class: "axis", x1: x, x2: x, y1: topPx, y2: bottomPx }),
    isOpen
      ? fragment(
          element("path", { class: "axis", d: `M${shortNumber(x - 3)} ${unsetPx}h6` }),
          element("text", { class: "tick halo", x: x + 6, y: unsetPx + 4 }, "not set"),
        )
      : null,
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
    element(
      "text",
      {
        class: "axis-title halo",
        x: isFirst ? 0 : isLast ? widthPx : x,
        y: row === 0 ? 14 : 32,
        "text-anchor": isFirst ? "start" : isLast ? "end" : "middle",
      },
      fitText(column.title, roomPx * 1.7),
    ),
  );
}

function rangeMarkup({ column, x, scale }: ParallelAxis, { brushes }: ParallelOptions): Markup | null {
  const brush = brushes[column.name];
  if (brush === undefined) return null;
  const [from, to] = [scale.map(brush.low), scale.map(brush.high)].sort((a, b) => a - b);
  const clamp = (at: number): number => Math.max(topPx - 6, Math.min(bottomPx + 6, at));
  return element("rect", {
    class: "brush",
    x: x - 7,
    y: clamp(from),
    width: 14,
    height: Math.max(2, clamp(to) - clamp(from)),
  });
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
