// Rates as colours, logarithmic: rates of faults lie decades apart, and 0 is not the least of them.
//
// The ramp is cividis (Nuñez et al. 2018), even in lightness for every colour vision, from dark to light on both
// themes. 0, and what lies more than four decades below the highest, has the colour of an empty place; what is
// not known is left out.

import { formatPower } from "./format.ts";
import { element, fragment, type Markup } from "./markup.ts";
import { fitText, textWidth } from "./text-width.ts";

export interface HeatScale {
  /** Ends of the ramp; 0 and 0 where nothing is above 0. */
  readonly low: number;
  readonly high: number;
  /** Step of a value from 0 to below `heatSteps`; −1 for the colour of nothing, null for not known. */
  stepOf(value: number): number | null;
}

const anchors = ["#00224e", "#35456c", "#666970", "#948e77", "#c8b866", "#fee838"].map((hex) =>
  [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)),
);
const heatSteps = 32;
const decades = 4;

export function heatScale(values: Iterable<number>): HeatScale {
  let [least, high] = [Number.POSITIVE_INFINITY, 0];
  for (const value of values) {
    if (!(value > 0)) continue;
    least = Math.min(least, value);
    high = Math.max(high, value);
  }
  const low = high === 0 ? 0 : Math.max(least, high / 10 ** decades);
  const span = Math.log(high / low);
  return {
    low,
    high,
    stepOf: (value) => {
      if (Number.isNaN(value)) return null;
      if (!(value >= low && value > 0)) return -1;
      const share = span > 0 ? Math.log(value / low) / span : 1;
      return Math.min(heatSteps - 1, Math.floor(share * heatSteps));
    },
  };
}

/** Colour of a step; `var(--grid)` of nothing. */
export function heatColour(step: number): string {
  if (step < 0) return "var(--grid)";
  const position = (step / (heatSteps - 1)) * (anchors.length - 1);
  const from = Math.min(anchors.length - 2, Math.floor(position));
  const share = position - from;
  const mixed = anchors[from].map((value, i) => Math.round(value + (anchors[from + 1][i] - value) * share));
  return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

/** Whether text on a step must be dark. */
export function isLightStep(step: number): boolean {
  return step >= heatSteps / 2;
}

export interface HeatCells {
  readonly values: ArrayLike<number>;
  readonly columns: number;
  readonly left: number;
  readonly top: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
}

/** Cells row by row, as one path a colour: a map of thousands of cells stays small. */
export function heatCells(scale: HeatScale, cells: HeatCells): Markup {
  const { values, columns, left, top, cellWidth, cellHeight } = cells;
  const paths = new Map<number, string>();
  for (let i = 0; i < values.length; ) {
    const step = scale.stepOf(values[i]);
    const row = Math.floor(i / columns);
    let end = i + 1;
    while (end < values.length && Math.floor(end / columns) === row && scale.stepOf(values[end]) === step)
      end++;
    if (step !== null) {
      const [x, y] = [left + (i % columns) * cellWidth, top + row * cellHeight];
      const run = (end - i) * cellWidth;
      paths.set(
        step,
        `${paths.get(step) ?? ""}M${short(x)} ${short(y)}h${short(run)}v${short(cellHeight)}h${short(-run)}z`,
      );
    }
    i = end;
  }
  return fragment(
    [...paths]
      .sort(([a], [b]) => a - b)
      .map(([step, d]) => element("path", { fill: heatColour(step), d, "shape-rendering": "crispEdges" })),
  );
}

const legendTitle = "Share of images whose class a fault changes, mean";
const legendHeightPx = 34;

/** The ramp with its ends and decades, and what the two other colours mean. */
export function heatLegend(
  { low, high }: HeatScale,
  {
    left,
    top,
    widthPx,
    hasGaps,
  }: {
    readonly left: number;
    readonly top: number;
    /** Room for its title. */
    readonly widthPx: number;
    readonly hasGaps: boolean;
  },
): { readonly markup: Markup; readonly heightPx: number } {
  const bar = 220;
  const y = top + 18;
  const at = (value: number): number =>
    left + (high > low ? (Math.log(value / low) / Math.log(high / low)) * bar : bar);
  const shown: { x: number; text: string; half: number }[] = [];
  // The ends stand first; decades between them only where there is room.
  for (const value of high === 0 ? [] : [low, high, ...decadesBetween(low, high)]) {
    const text = formatPower(value);
    const half = textWidth(text) / 2;
    const x = Math.max(left + half, at(value));
    if (shown.every((other) => Math.abs(other.x - x) > half + other.half + 8)) shown.push({ x, text, half });
  }
  const extras = [["var(--grid)", "0"], ...(hasGaps ? [["none", "none drawn"]] : [])].map(
    ([fill, text], i) => {
      const x = left + bar + 42 + i * 44;
      return fragment(
        element("rect", { x, y, width: 12, height: 12, fill, stroke: "var(--line)" }),
        element("text", { class: "quiet", x: x + 17, y: y + 10 }, text),
      );
    },
  );
  return {
    heightPx: legendHeightPx + 16,
    markup: fragment(
      element("text", { class: "axis-title", x: left, y: top + 10 }, fitText(legendTitle, widthPx, 13)),
      high === 0
        ? null
        : Array.from({ length: heatSteps }, (_, step) =>
            element("rect", {
              x: left + (step * bar) / heatSteps,
              y,
              width: bar / heatSteps + 0.3,
              height: 12,
              fill: heatColour(step),
            }),
          ),
      shown.map(({ x, text }) =>
        element("text", { class: "tick", x, y: y + 26, "text-anchor": "middle" }, text),
      ),
      extras,
    ),
  };
}

function decadesBetween(low: number, high: number): readonly number[] {
  const list: number[] = [];
  for (let power = Math.ceil(Math.log10(low)); power <= Math.floor(Math.log10(high)); power++)
    list.push(10 ** power);
  return list;
}

function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}
