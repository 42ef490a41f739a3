// Networks by two of their figures: what one costs in terms of the other.
//
// Marks are test figures with their intervals. Faint dots are all trials of the search, on
// validation images. The stairs join what no other spiking network beats in these two figures.

import type { Front, NetworkFigures, TrialFigure } from "../study/front.ts";
import { axes, type Frame } from "./axis.ts";
import {
  type Cell,
  type Chart,
  drawing,
  emptyDrawing,
  networkCell,
  numberCell,
  type Spot,
  textCell,
} from "./chart.ts";
import { mark, roleOf } from "./colours.ts";
import { formatNumber, formatShare, isKnown, wordsOf } from "./format.ts";
import { type Box, placeLabels } from "./label-placement.ts";
import { type LegendEntry, legend, roleEntries } from "./legend.ts";
import { limitLines } from "./limit-lines.ts";
import { element, fragment, type Markup, shortNumber } from "./markup.ts";
import { type Measure, measureOf } from "./measures.ts";
import { networkDetail, settingsText } from "./network-detail.ts";
import { allNetworks, isOfFrontsFormats, isSameNetworkAgain } from "./network-list.ts";
import { clampedMap, isInside, makeScale, type Scale } from "./scale.ts";
import { isBetterPair } from "./stairs.ts";
import { textWidth } from "./text-width.ts";
import { toldSettings } from "./told-settings.ts";

interface Placed {
  readonly network: NetworkFigures;
  readonly x: NonNullable<ReturnType<Measure["of"]>>;
  readonly y: NonNullable<ReturnType<Measure["of"]>>;
}

export interface ParetoOptions {
  /** Names of measures the front has. */
  readonly x: string;
  readonly y: string;
  /** Height over width on wide pages. */
  readonly aspect: number;
}

export function paretoChart(front: Front, { x, y, aspect }: ParetoOptions): Chart {
  const [xMeasure, yMeasure] = [measureOf(front, x), measureOf(front, y)];
  const placed = placedNetworks(front, xMeasure, yMeasure);
  const summary = summaryOf(front, placed, xMeasure, yMeasure);
  const title = `${capital(wordsOf(y))} against ${wordsOf(x)}`;
  return {
    id: `${y}-against-${x}`,
    title,
    caption: captionOf(front, placed, [xMeasure, yMeasure]),
    summary,
    draw: (widthPx) =>
      placed.length === 0
        ? emptyDrawing(widthPx, `No network has both ${wordsOf(x)} and ${wordsOf(y)}.`)
        : draw({ front, placed, xMeasure, yMeasure, summary, widthPx, heightPx: heightOf(widthPx, aspect) }),
    table: {
      head: ["network", "kind", xMeasure.title, "low", "high", yMeasure.title, "low", "high"],
      rows: placed.map(({ network, ...at }) => [
        networkCell(network),
        textCell(network.role),
        ...intervalCells(at.x, xMeasure),
        ...intervalCells(at.y, yMeasure),
      ]),
    },
  };
}

interface DrawOptions {
  readonly front: Front;
  readonly placed: readonly Placed[];
  readonly xMeasure: Measure;
  readonly yMeasure: Measure;
  readonly summary: string;
  readonly widthPx: number;
  readonly heightPx: number;
}

function draw(options: DrawOptions): Markup {
  const { front, placed, xMeasure, yMeasure, summary, widthPx, heightPx } = options;
  const shownRoles = new Set(placed.map(({ network }) => roleOf(network)));
  const key = legend([...roleEntries(shownRoles), ...extraEntries(front, placed)], 2, 0, widthPx);
  const yScaleDraft = scaleOf(
    yMeasure,
    placed.map(({ y }) => y),
    [0, 1],
    6,
  );
  const left =
    14 + Math.max(...yScaleDraft.ticks.map((tick) => textWidth(tickFormat(yMeasure, yScaleDraft)(tick))));
  const frame: Frame = { left, top: key.heightPx + 34, right: widthPx - 14, bottom: heightPx - 44 };
  const x = scaleOf(
    xMeasure,
    placed.map((one) => one.x),
    [frame.left, frame.right],
    widthPx / 90,
  );
  const y = scaleOf(
    yMeasure,
    placed.map((one) => one.y),
    [frame.bottom, frame.top],
    6,
  );
  const marks = placed.map((one) => ({ x: x.map(one.x.value), y: y.map(one.y.value) }));
  const limit = limitLines({ frame, x, y, xMeasure, yMeasure, marks });
  const spots = placed.map((one): Spot => spotOf(one, front, x, y));
  const body = fragment(
    key.markup,
    axes({
      frame,
      x,
      y,
      xTitle: xMeasure.title,
      yTitle: yMeasure.title,
      xFormat: tickFormat(xMeasure, x),
      yFormat: tickFormat(yMeasure, y),
    }),
    limit.lines,
    trialDots(front.trials, x, y, xMeasure, yMeasure),
    stairs(placed, x, y, xMeasure, yMeasure),
  );
  return drawing({
    widthPx,
    heightPx,
    summary,
    body,
    spots,
    overlay: fragment(limit.names, labels({ front, placed, x, y, frame, obstacles: limit.taken })),
  });
}

function spotOf({ network, ...at }: Placed, front: Front, x: Scale, y: Scale): Spot {
  const [px, py] = [x.map(at.x.value), y.map(at.y.value)];
  const role = roleOf(network);
  const isChoice = network.id === front.recommendation.choice;
  return {
    detail: networkDetail(front, network),
    drawing: fragment(
      element("path", {
        class: `bar ${role}`,
        d:
          `M${[clampedMap(x, at.x.low), py, clampedMap(x, at.x.high)]
            .map(round)
            .join(" ")
            .replace(/ (\S+)$/, "H$1")}` +
          `M${round(px)} ${round(clampedMap(y, at.y.low))}V${round(clampedMap(y, at.y.high))}`,
      }),
      isChoice ? element("circle", { class: "ring", cx: px, cy: py, r: 10 }) : null,
      mark(role, px, py, 5.2, isSameNetworkAgain(front, network)),
      element("circle", { class: "hit", cx: px, cy: py, r: 12 }),
    ),
  };
}

/** Dots name their settings while trials are few enough for anyone to point at one; then they are one path. */
const namedTrials = 200;

function trialDots(
  trials: readonly TrialFigure[],
  x: Scale,
  y: Scale,
  xMeasure: Measure,
  yMeasure: Measure,
): readonly Markup[] {
  const shown = trials.flatMap(({ objectives, trial, design }) => {
    const [xValue, yValue] = [objectives[xMeasure.name], objectives[yMeasure.name]];
    if (!isKnown(xValue) || !isKnown(yValue) || !isInside(x, xValue) || !isInside(y, yValue)) return [];
    return [{ trial, design, at: [x.map(xValue), y.map(yValue)].map(shortNumber) }];
  });
  if (trials.length > namedTrials)
    return [element("path", { class: "trials", d: shown.map(({ at }) => `M${at.join(" ")}h0`).join("") })];
  return shown.map(({ trial, design, at: [cx, cy] }) =>
    element(
      "g",
      {},
      element("title", {}, `trial ${trial}: ${settingsText(toldSettings(design))}`),
      element("circle", { class: "trial", cx, cy, r: 2.4 }),
    ),
  );
}

function stairs(
  placed: readonly Placed[],
  x: Scale,
  y: Scale,
  xMeasure: Measure,
  yMeasure: Measure,
): Markup | null {
  const spiking = placed.filter(({ network }) => network.role === "snn");
  const isBetter = isBetterPair(xMeasure.isBetterHigher, yMeasure.isBetterHigher);
  const best = spiking
    .filter(
      (one) => !spiking.some((other) => isBetter([other.x.value, other.y.value], [one.x.value, one.y.value])),
    )
    .sort((a, b) => a.x.value - b.x.value);
  if (best.length < 2) return null;
  // Corners lie on the attained side: nothing between two points is claimed that neither reaches.
  const isUpFirst = xMeasure.isBetterHigher;
  const path = best.map(({ x: at, y: up }, i) => {
    const [px, py] = [round(x.map(at.value)), round(y.map(up.value))];
    if (i === 0) return `M${px} ${py}`;
    return isUpFirst ? `V${py}H${px}` : `H${px}V${py}`;
  });
  return element("path", { class: "stairs", d: path.join("") });
}

interface LabelOptions {
  readonly front: Front;
  readonly placed: readonly Placed[];
  readonly x: Scale;
  readonly y: Scale;
  readonly frame: Frame;
  readonly obstacles: readonly Box[];
}

function labels({ front: { recommendation }, placed, x, y, frame, obstacles }: LabelOptions): Markup {
  const rank = ({ network: { id, role } }: Placed): number =>
    id === recommendation.choice ? 0 : id === recommendation.runnerUp ? 1 : role === "snn" ? 3 : 2;
  const requests = [...placed]
    .sort((a, b) => rank(a) - rank(b))
    .map(({ network, ...at }) => ({
      text: network.id,
      x: x.map(at.x.value),
      y: y.map(at.y.value),
      radius: network.id === recommendation.choice ? 10 : 6,
    }));
  return fragment(
    placeLabels(requests, frame, obstacles).map(({ text, anchor, textX, textY }) =>
      element(
        "text",
        {
          class: text === recommendation.choice ? "strong halo" : "halo",
          x: textX,
          y: textY,
          "text-anchor": anchor,
        },
        text,
      ),
    ),
  );
}

function scaleOf(
  { kind, bounds, limit }: Measure,
  intervals: readonly Placed["x"][],
  range: readonly [number, number],
  tickCount: number,
): Scale {
  const values = intervals.flatMap(({ value, low, high }) => [value, low, high]);
  if (limit !== null) values.push(limit);
  return makeScale({ kind, values, range, tickCount, ...(bounds === null ? {} : { bounds }) });
}

/** Shares on an axis need no more decimals than their ticks have. */
function tickFormat({ unit, format }: Measure, { ticks }: Scale): (value: number) => string {
  if (unit !== "1") return format;
  const decimals = [0, 1, 2].find((count) =>
    ticks.every((tick) => Math.abs(100 * tick - Number((100 * tick).toFixed(count))) < 1e-6),
  );
  return (value) => formatShare(value, decimals ?? 2);
}

function placedNetworks(front: Front, xMeasure: Measure, yMeasure: Measure): readonly Placed[] {
  return allNetworks(front).flatMap((network) => {
    // Without energy on an axis, other hardware for the same network would only hide it.
    if (xMeasure.name !== "energy" && yMeasure.name !== "energy" && isSameNetworkAgain(front, network))
      return [];
    if ((xMeasure.isOfFaults || yMeasure.isOfFaults) && !isOfFrontsFormats(front, network)) return [];
    const [x, y] = [xMeasure.of(network), yMeasure.of(network)];
    return x === null || y === null ? [] : [{ network, x, y }];
  });
}

function extraEntries(front: Front, placed: readonly Placed[]): readonly LegendEntry[] {
  const entries: LegendEntry[] = [];
  if (placed.some(({ network }) => isSameNetworkAgain(front, network))) {
    entries.push({ text: "hollow: zero-skipping hardware", sign: (x, y) => mark("ann", x, y, 4.5, true) });
  }
  if (placed.some(({ network }) => network.id === front.recommendation.choice)) {
    entries.push({ text: "choice", sign: (cx, cy) => element("circle", { class: "ring", cx, cy, r: 6 }) });
  }
  if (front.trials.length > 0) {
    entries.push({ text: "trial", sign: (cx, cy) => element("circle", { class: "trial", cx, cy, r: 2.4 }) });
  }
  return entries;
}

function intervalCells(interval: Placed["x"], { format }: Measure): readonly Cell[] {
  return [interval.value, interval.low, interval.high].map((value) => numberCell(value, format));
}

function captionOf(front: Front, placed: readonly Placed[], measures: readonly [Measure, Measure]): string {
  const { trials } = front;
  const methods = measures.map(({ name }, i) => {
    const [first] = placed.map((one) => (i === 0 ? one.x : one.y));
    return first === undefined ? "" : `${wordsOf(name)}: ${first.method}`;
  });
  const dots =
    trials.length === 0
      ? ""
      : ` Dots: all ${trials.length} trials of the search, on validation images; those beyond the frame are not drawn.`;
  const axis = measures.some(({ kind }) => kind === "error")
    ? " The accuracy axis is logarithmic in the error."
    : "";
  const apart =
    measures.some(({ isOfFaults }) => isOfFaults) &&
    front.networks.some((network) => !isOfFrontsFormats(front, network))
      ? " Networks in another number format than the front's are left out: their faults are not of one kind."
      : "";
  return `Marks: test images, bars: intervals (${methods.filter(Boolean).join("; ")}).${dots}${axis}${apart}`;
}

function summaryOf(front: Front, placed: readonly Placed[], x: Measure, y: Measure): string {
  const span = (values: readonly number[], format: (value: number) => string): string =>
    values.length === 0 ? "none" : `${format(Math.min(...values))} to ${format(Math.max(...values))}`;
  const points = placed.filter(({ network }) => front.points.some(({ id }) => id === network.id));
  const choice = placed.find(({ network }) => network.id === front.recommendation.choice);
  const parts = [
    `Scatter plot of ${wordsOf(y.name)} against ${wordsOf(x.name)} for ${formatNumber(placed.length)} networks.`,
    points.length === 0
      ? "No point of the front is shown."
      : `The ${points.length === 1 ? "point" : `${points.length} points`} of the front: ${wordsOf(x.name)} ${span(
          points.map((one) => one.x.value),
          x.format,
        )}, ${wordsOf(y.name)} ${span(
          points.map((one) => one.y.value),
          y.format,
        )}.`,
    choice === undefined
      ? ""
      : `The choice, ${choice.network.id}, lies at ${x.format(choice.x.value)} and ${y.format(choice.y.value)}.`,
  ];
  return parts.filter(Boolean).join(" ");
}

/** Phones get a nearly square frame under a taller legend. */
function heightOf(widthPx: number, aspect: number): number {
  return widthPx < 420 ? widthPx * 1.25 : widthPx * aspect;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
