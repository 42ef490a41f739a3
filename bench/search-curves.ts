// How searches went: hypervolume by trial, the mean over seeds as a line and its interval as a band. Lines differ
// in their dashes as well as in colour.

import { axes, type Frame } from "../src/dashboard/axis.ts";
import { type Chart, drawing, numberCell } from "../src/dashboard/chart.ts";
import { legend } from "../src/dashboard/legend.ts";
import { element, fragment, type Markup, shortNumber } from "../src/dashboard/markup.ts";
import { makeScale, type Scale } from "../src/dashboard/scale.ts";
import type { Interval } from "../src/statistics/interval.ts";

export interface Band {
  readonly name: string;
  /** After each trial. */
  readonly points: readonly Interval[];
}

const styles = [
  { colour: "var(--snn)", dashes: null },
  { colour: "var(--clipping)", dashes: "1 3 6 3" },
  { colour: "var(--flooring)", dashes: "12 4" },
  { colour: "var(--ann)", dashes: "7 3" },
  { colour: "var(--control)", dashes: "2 3" },
  { colour: "var(--trial)", dashes: "9 3 2 3" },
] as const;

/** @param bands - at most six, of as many trials each */
export function searchCurves(bands: readonly Band[]): Chart {
  const trials = bands[0].points.length;
  const ends = bands.map(({ name, points }) => `${name} ${percent(points[trials - 1].value)}`);
  const summary = `Share of the box dominated after ${trials} trials: ${ends.join(", ")}.`;
  return {
    id: "search-study",
    title: "Searches on a real study",
    caption: "Means over seeds with 95 % bootstrap intervals.",
    summary,
    draw: (widthPx) => draw(bands, summary, widthPx),
    table: {
      head: ["trial", ...bands.map(({ name }) => name)],
      rows: bands[0].points.map((_, i) => [
        numberCell(i + 1, String),
        ...bands.map(({ points }) => numberCell(points[i].value, percent)),
      ]),
    },
  };
}

function draw(bands: readonly Band[], summary: string, widthPx: number): Markup {
  const heightPx = 420;
  const entries = bands.map(({ name }, i) => ({
    text: name,
    sign: (x: number, y: number) =>
      stroke(`M${shortNumber(x - 9)} ${shortNumber(y)}H${shortNumber(x + 6)}`, i),
  }));
  const names = legend(entries, 62, 0, widthPx);
  const frame: Frame = { left: 52, top: names.heightPx + 34, right: widthPx - 16, bottom: heightPx - 44 };
  const trials = bands[0].points.length;
  const x = makeScale({
    kind: "linear",
    values: [1, trials],
    range: [frame.left, frame.right],
    tickCount: widthPx / 90,
  });
  const y = makeScale({
    kind: "linear",
    values: bands.flatMap(({ points }) => points.flatMap(({ low, high }) => [low, high])),
    range: [frame.bottom, frame.top],
    tickCount: 5,
    bounds: [0, 1],
  });
  const body = fragment(
    names.markup,
    axes({
      frame,
      x,
      y,
      xTitle: "trial",
      yTitle: "Share of the box that is dominated",
      xFormat: String,
      yFormat: percent,
    }),
    bands.map(({ points }, i) => area(points, x, y, i)),
    bands.map(({ points }, i) =>
      stroke(
        line(
          points.map(({ value }) => value),
          x,
          y,
        ),
        i,
      ),
    ),
  );
  return drawing({ widthPx, heightPx, summary, body, spots: [] });
}

function stroke(d: string, series: number): Markup {
  const { colour, dashes } = styles[series];
  return element("path", { class: "line", d, stroke: colour, "stroke-dasharray": dashes });
}

function area(points: readonly Interval[], x: Scale, y: Scale, series: number): Markup {
  const upper = line(
    points.map(({ high }) => high),
    x,
    y,
  );
  const lower = points
    .map(({ low }, i) => `L${shortNumber(x.map(i + 1))} ${shortNumber(y.map(low))}`)
    .toReversed()
    .join("");
  return element("path", { class: "band", d: `${upper}${lower}Z`, fill: styles[series].colour });
}

function line(values: readonly number[], x: Scale, y: Scale): string {
  return values
    .map((value, i) => `${i === 0 ? "M" : "L"}${shortNumber(x.map(i + 1))} ${shortNumber(y.map(value))}`)
    .join("");
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(1))} %`;
}
