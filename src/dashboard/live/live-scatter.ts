// Trials by two of their columns, a third as colour and a fourth as size. Trials outside the selection stay as
// faint dots; the best in the two figures stand out with their intervals, and can be reached by keyboard.
//
// Axes, places and shades are kept while the study and the reader's columns stay the same: a filter or a range changes
// looks of dots, and which of the best stand out.

import type { LiveFigure, LiveNetwork, LiveTraining, LiveTrial } from "../../study/live-study.ts";
import { axes, type Frame } from "../axis.ts";
import { drawing, emptyDrawing, type Spot } from "../chart.ts";
import { mark, type Role, roleNames, roles } from "../colours.ts";
import { isKnown } from "../format.ts";
import { type LegendEntry, legend } from "../legend.ts";
import { limitLines } from "../limit-lines.ts";
import { element, fragment, type Markup, shortNumber } from "../markup.ts";
import { clampedMap, isInside, makeScale, type Scale, type ScaleKind } from "../scale.ts";
import { textWidth } from "../text-width.ts";
import { lastOf } from "./last-of.ts";
import { type LiveColumn, tickFormat } from "./live-columns.ts";
import { describeTrial } from "./live-detail.ts";
import { type DotGround, type Dots, dotGround, dotsMarkup, dotsOf, type PlacedTrial } from "./live-dots.ts";
import { type Shades, shadesOf } from "./live-shades.ts";
import { type Brush, trialRole } from "./live-state.ts";

export interface ScatterOptions {
  readonly trials: readonly LiveTrial[];
  /** Those of the selection. */
  readonly kept: ReadonlySet<number>;
  readonly columns: readonly LiveColumn[];
  readonly x: LiveColumn;
  readonly y: LiveColumn;
  readonly colour: LiveColumn | null;
  readonly size: LiveColumn | null;
  readonly xKind: ScaleKind;
  readonly yKind: ScaleKind;
  /** The best in both, null where an axis is no objective. */
  readonly front: ReadonlySet<number>;
  readonly knee: number | null;
  readonly anns: readonly LiveNetwork[];
  /** How the networks of trials come by their weights, where these do not say it. */
  readonly training: LiveTraining;
  readonly selected: number | null;
  readonly pinned: ReadonlySet<number>;
  readonly brushes: Readonly<Record<string, Brush>>;
  readonly widthPx: number;
}

/** A trial's place on the drawing, for pointing at it. */
export interface Place {
  readonly number: number;
  readonly x: number;
  readonly y: number;
}

export interface Scatter {
  /** Without dots: they are drawn on the layer beneath it. */
  readonly markup: Markup;
  /** null: nothing is drawn. */
  readonly dots: Dots | null;
  /** The whole drawing, for files. */
  readonly whole: () => Markup;
  readonly places: readonly Place[];
  /** Where values lie, so that a box drawn on it can be read; null: nothing is drawn. */
  readonly plane: { readonly frame: Frame; readonly x: Scale; readonly y: Scale } | null;
}

/** More of the best than this are drawn as dots: nobody steps through them by keyboard. */
const mostSpots = 120;

/** What follows from the study and the columns. */
interface Ground {
  readonly dots: DotGround;
  readonly places: readonly Place[];
  readonly shades: Shades;
  readonly plane: { readonly frame: Frame; readonly x: Scale; readonly y: Scale };
  readonly summary: string;
}

const lastShades = lastOf<Shades>();
const lastKey = lastOf<ReturnType<typeof legend>>();
const lastGround = lastOf<Ground | null>();
const lastMarkup = lastOf<Markup>();
const lastDots = lastOf<Dots>();

export function liveScatter(options: ScatterOptions): Scatter {
  const { trials, x: xColumn, y: yColumn, widthPx, kept, front, selected, pinned, brushes } = options;
  const { colour, size, xKind, yKind, knee, anns, training } = options;
  const shades = lastShades([trials, colour], () => shadesOf(colour, trials));
  const key = lastKey([shades, xColumn, yColumn, knee, anns, training, widthPx, isAll(options)], () =>
    legend(entries(options, shades), 2, 0, widthPx),
  );
  const ground = lastGround(
    [shades, trials, xColumn, yColumn, size, xKind, yKind, front, knee, anns, widthPx, key.heightPx],
    () => groundOf(options, shades, key.heightPx),
  );
  if (ground === null) {
    const reason = `No trial has both ${xColumn.title} and ${yColumn.title} yet.`;
    const markup = emptyDrawing(widthPx, reason);
    return { markup, dots: null, whole: () => markup, places: [], plane: null };
  }
  const isSpot = ({ trial: { number } }: PlacedTrial): boolean =>
    number === selected || pinned.has(number) || (front.has(number) && kept.has(number));
  const spots = ground.dots.placed.filter(isSpot).slice(0, mostSpots);
  const numbers = spots.map(({ trial }) => trial.number).join();
  const dots = lastDots([ground, kept, numbers], () =>
    dotsOf(ground.dots, kept, new Set(spots.map(({ trial }) => trial.number))),
  );
  return {
    markup: lastMarkup([ground, key, numbers, selected, brushes[xColumn.name], brushes[yColumn.name]], () =>
      element("div", { class: "layers" }, scatterMarkup(options, ground, key.markup, spots, null)),
    ),
    dots,
    whole: () => scatterMarkup(options, ground, key.markup, spots, dots),
    places: ground.places,
    plane: ground.plane,
  };
}

function isAll({ kept, trials }: ScatterOptions): boolean {
  return kept.size === trials.length;
}

/** null: there is nothing to draw. */
function groundOf(options: ScatterOptions, shades: Shades, keyPx: number): Ground | null {
  const { trials, x: xColumn, y: yColumn, size } = options;
  const points = trials.flatMap((trial) => {
    const [x, y] = [xColumn.of(trial), yColumn.of(trial)];
    return typeof x === "number" && typeof y === "number" && isKnown(x) && isKnown(y)
      ? [{ trial, x, y }]
      : [];
  });
  if (points.length === 0) return null;
  const plane = scales(options, points, keyPx);
  const { x, y } = plane;
  const placed = points
    .filter((point) => isInside(x, point.x) && isInside(y, point.y))
    .map(({ trial, ...at }) => ({ trial, x: x.map(at.x), y: y.map(at.y) }));
  return {
    dots: dotGround(placed, shades, size === null ? null : shadesOf(size, trials)),
    places: placed.map(({ trial, ...at }) => ({ number: trial.number, ...at })),
    shades,
    plane,
    summary: summaryOf(options, points.length),
  };
}

/** @param dots - null: they are drawn elsewhere */
function scatterMarkup(
  options: ScatterOptions,
  { shades, plane: { frame, x, y }, summary }: Ground,
  key: Markup,
  spots: readonly PlacedTrial[],
  dots: Dots | null,
): Markup {
  const { x: xColumn, y: yColumn, widthPx } = options;
  const marks = spots.map((one) => ({ x: one.x, y: one.y }));
  const limit = limitLines({ frame, x, y, xMeasure: limited(xColumn), yMeasure: limited(yColumn), marks });
  const body = fragment(
    key,
    axes({
      frame,
      x,
      y,
      xTitle: xColumn.title,
      yTitle: yColumn.title,
      xFormat: tickFormat(xColumn, x),
      yFormat: tickFormat(yColumn, y),
    }),
    limit.lines,
    boxMarkup(options, frame, x, y),
    dots === null ? null : dotsMarkup(dots),
    annMarks(options, x, y),
  );
  return drawing({
    widthPx,
    heightPx: heightOf(widthPx),
    summary,
    body,
    spots: spots.map((one) => spot(one, options, shades, x, y)),
    overlay: limit.names,
  });
}

/** The ranges that are kept of the two columns. */
function boxMarkup(
  { brushes, x: { name: xName }, y: { name: yName } }: ScatterOptions,
  { left, right, top, bottom }: Frame,
  x: Scale,
  y: Scale,
): Markup | null {
  const [across, up] = [brushes[xName], brushes[yName]];
  if (across === undefined && up === undefined) return null;
  const ends = (brush: Brush | undefined, scale: Scale, all: readonly [number, number]) =>
    brush === undefined
      ? all
      : [clampedMap(scale, brush.low), clampedMap(scale, brush.high)].sort((a, b) => a - b);
  const [x0, x1] = ends(across, x, [left, right]);
  const [y0, y1] = ends(up, y, [top, bottom]);
  return element("rect", { class: "brush box", x: x0, y: y0, width: x1 - x0, height: y1 - y0 });
}

function heightOf(widthPx: number): number {
  return Math.round(Math.min(460, Math.max(300, widthPx * 0.55)));
}

function scales(
  { x: xColumn, y: yColumn, xKind, yKind, anns, widthPx, trials, front }: ScatterOptions,
  points: readonly { readonly x: number; readonly y: number }[],
  keyPx: number,
): { readonly frame: Frame; readonly x: Scale; readonly y: Scale } {
  const best = trials.filter(({ number }) => front.has(number));
  const values = (column: LiveColumn, own: readonly number[]): readonly number[] => {
    const ends = best.flatMap((trial) => {
      const interval = column.interval(trial);
      return interval === null ? [] : [interval.low, interval.high];
    });
    const networks = anns.flatMap(({ figures }) => endsOf(figures[column.name]));
    return [...own, ...ends, ...networks].reduce(
      ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
      [Infinity, -Infinity],
    );
  };
  const heightPx = heightOf(widthPx);
  const vertical = values(
    yColumn,
    points.map(({ y }) => y),
  );
  const scale = (
    column: LiveColumn,
    kind: ScaleKind,
    own: readonly number[],
    range: Scale["range"],
    ticks: number,
  ) =>
    makeScale({
      kind,
      values: kind === "log" ? positive(own) : own,
      range,
      tickCount: ticks,
      ...boundsOf(column),
    });
  const draft = scale(yColumn, yKind, vertical, [1, 0], 6);
  const left = 14 + Math.max(...draft.ticks.map((tick) => textWidth(tickFormat(yColumn, draft)(tick))));
  const frame: Frame = { left, top: keyPx + 34, right: widthPx - 14, bottom: heightPx - 44 };
  return {
    frame,
    x: scale(
      xColumn,
      xKind,
      values(
        xColumn,
        points.map(({ x }) => x),
      ),
      [frame.left, frame.right],
      widthPx / 90,
    ),
    y: scale(yColumn, yKind, vertical, [frame.bottom, frame.top], 6),
  };
}

function endsOf(figure: LiveFigure | null | undefined): readonly number[] {
  return figure == null ? [] : [figure.low, figure.value, figure.high];
}

/** An interval may reach below what a logarithm has. */
function positive([low, high]: readonly number[]): readonly number[] {
  return [low > 0 ? low : high / 1000, high];
}

function boundsOf({ isBetterHigher, scale }: LiveColumn): { readonly bounds?: readonly [number, number] } {
  return isBetterHigher === true && scale === "error" ? { bounds: [0, 1] } : {};
}

function limited({ limit, isBetterHigher, format }: LiveColumn) {
  return { limit, isBetterHigher: isBetterHigher ?? false, format };
}

function spot(
  { trial, x: px, y: py }: PlacedTrial,
  options: ScatterOptions,
  shades: Shades,
  x: Scale,
  y: Scale,
): Spot {
  const { x: xColumn, y: yColumn, columns, knee, front, selected } = options;
  const role = trialRole(options, trial);
  const shade = shades.of(trial);
  const fill = shade === null ? { class: `mark ${role}` } : { class: "mark", fill: shades.colours[shade] };
  const isKnee = trial.number === knee;
  return {
    detail: describeTrial(trial, columns, { isKnee, isOnFront: front.has(trial.number) }),
    drawing: fragment(
      bar(role, xColumn.interval(trial), (low, high) => `M${end(x, low)} ${shortNumber(py)}H${end(x, high)}`),
      bar(role, yColumn.interval(trial), (low, high) => `M${shortNumber(px)} ${end(y, low)}V${end(y, high)}`),
      trial.number === selected ? element("circle", { class: "ring", cx: px, cy: py, r: 10 }) : null,
      isKnee
        ? element("path", { ...fill, d: diamond(px, py, 7.5) })
        : shade === null
          ? mark(role, px, py, 5)
          : element("circle", { ...fill, cx: px, cy: py, r: 5 }),
      element("circle", { class: "hit", cx: px, cy: py, r: 12, "data-trial": trial.number }),
    ),
  };
}

function bar(
  role: Role,
  interval: LiveFigure | null,
  path: (low: number, high: number) => string,
): Markup | null {
  if (interval === null || interval.low === interval.high) return null;
  return element("path", { class: `bar ${role}`, d: path(interval.low, interval.high) });
}

function end(scale: Scale, value: number): string {
  return shortNumber(clampedMap(scale, value));
}

function diamond(x: number, y: number, r: number): string {
  return `M${shortNumber(x)} ${shortNumber(y - r)}l${r} ${r}l${-r} ${r}l${-r} ${-r}z`;
}

function annMarks({ anns, x: xColumn, y: yColumn }: ScatterOptions, x: Scale, y: Scale): readonly Markup[] {
  return anns.flatMap(({ name, figures }) => {
    const [across, up] = [figures[xColumn.name] ?? null, figures[yColumn.name] ?? null];
    if (across === null || up === null || !isInside(x, across.value) || !isInside(y, up.value)) return [];
    const [px, py] = [x.map(across.value), y.map(up.value)];
    return [
      bar("ann", across, (low, high) => `M${end(x, low)} ${shortNumber(py)}H${end(x, high)}`) ?? fragment(),
      bar("ann", up, (low, high) => `M${shortNumber(px)} ${end(y, low)}V${end(y, high)}`) ?? fragment(),
      mark("ann", px, py, 5.2),
      element("text", { class: "halo", x: px - 9, y: py + 4, "text-anchor": "end" }, `ANN ${name}`),
    ];
  });
}

function entries(options: ScatterOptions, shades: Shades): readonly LegendEntry[] {
  const { anns, knee, x, y, trials } = options;
  const among = new Set(trials.map((trial) => trialRole(options, trial)));
  const best = trials.find(({ number }) => number === knee);
  const hasAnn = anns.some(({ figures }) => figures[x.name] != null && figures[y.name] != null);
  const dot = (stroke: string | null, name: string) => (px: number, py: number) =>
    element("path", { class: name, d: `M${px} ${py}h0`, "stroke-width": 7, stroke });
  return [
    ...(x.isBetterHigher === null || y.isBetterHigher === null
      ? []
      : roles
          .filter((role) => among.has(role))
          .map((role) => ({
            text: `${roleNames[role]}: best in both, 95 % intervals`,
            sign: (px: number, py: number) => mark(role, px, py, 4.5),
          }))),
    ...(best === undefined
      ? []
      : [
          {
            text: "knee",
            sign: (px: number, py: number) =>
              element("path", { class: `mark ${trialRole(options, best)}`, d: diamond(px, py, 6) }),
          },
        ]),
    ...(hasAnn
      ? [
          {
            text: "ANN, int8, on the same images",
            sign: (px: number, py: number) => mark("ann", px, py, 4.5),
          },
        ]
      : []),
    ...(shades.labels.length === 0 ? [{ text: "trial", sign: dot(null, "dots") }] : []),
    ...shades.labels.map((label, i) => ({
      text: i === 0 ? `${shades.title}: ${label}` : label,
      sign: dot(shades.colours[i], "dots shaded"),
    })),
    ...(!isAll(options) ? [{ text: "not selected", sign: dot(null, "dots out") }] : []),
  ];
}

function summaryOf({ x, y, front, knee }: ScatterOptions, count: number): string {
  const best = front.size === 0 ? "" : ` ${front.size} of them are best in both.`;
  const at = knee === null ? "" : ` The knee is trial ${knee}.`;
  return `${y.title} against ${x.title} of ${count} trials.${best}${at}`;
}
