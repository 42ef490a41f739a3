// How much of the objective space the search has won, trial by trial: flat means more trials would
// bring little.

import type { Front } from "../study/front.ts";
import { axes, type Frame } from "./axis.ts";
import { type Chart, drawing, emptyDrawing, numberCell } from "./chart.ts";
import { formatNumber, isKnown } from "./format.ts";
import { element, fragment, type Markup, shortNumber } from "./markup.ts";
import { makeScale } from "./scale.ts";

export function hypervolumeChart({ hypervolume }: Pick<Front, "hypervolume">): Chart {
  const measured = hypervolume.filter((entry) => isKnown(entry.hypervolume));
  // Where it grew, and the end: between them it stays.
  const known = measured.filter(
    ({ hypervolume: now }, i) => i === measured.length - 1 || now !== measured[i - 1]?.hypervolume,
  );
  const last = known.at(-1);
  const summary =
    last === undefined
      ? "No hypervolume is known."
      : `Hypervolume over ${measured.length} trials; it ends at ${formatNumber(last.hypervolume)}.`;
  return {
    id: "hypervolume",
    title: "Progress of the search",
    caption:
      "Dominated hypervolume of all trials so far, on validation figures. Higher is better; a flat end says that the search finds no more. The table has the trials at which it grew.",
    summary,
    draw: (widthPx) => (known.length === 0 ? emptyDrawing(widthPx, summary) : draw(known, summary, widthPx)),
    table: {
      head: ["trial", "hypervolume"],
      rows: known.map((entry) => [
        numberCell(entry.trial, String),
        numberCell(entry.hypervolume, (value) => formatNumber(value, 4)),
      ]),
    },
  };
}

function draw(entries: Front["hypervolume"], summary: string, widthPx: number): Markup {
  const heightPx = 240;
  const frame: Frame = { left: 52, top: 30, right: widthPx - 16, bottom: heightPx - 44 };
  const x = makeScale({
    kind: "linear",
    values: entries.map(({ trial }) => trial),
    range: [frame.left, frame.right],
    tickCount: widthPx / 90,
    padding: 0.02,
  });
  const y = makeScale({
    kind: "linear",
    values: [0, ...entries.map(({ hypervolume }) => hypervolume)],
    range: [frame.bottom, frame.top],
    tickCount: 4,
    bounds: [0, Infinity],
  });
  const path = entries.map(({ trial, hypervolume }, i) => {
    const [px, py] = [shortNumber(x.map(trial)), shortNumber(y.map(hypervolume))];
    return i === 0 ? `M${px} ${py}` : `H${px}V${py}`;
  });
  const end = entries[entries.length - 1];
  const body = fragment(
    axes({
      frame,
      x: { ...x, ticks: x.ticks.filter((tick) => Number.isInteger(tick) && tick >= 0) },
      y,
      xTitle: "trial",
      yTitle: "Hypervolume",
      xFormat: String,
      yFormat: (value) => formatNumber(value),
    }),
    element("path", { class: "line snn", d: path.join("") }),
    element("circle", { class: "mark snn", cx: x.map(end.trial), cy: y.map(end.hypervolume), r: 3.5 }),
  );
  return drawing({ widthPx, heightPx, summary, body, spots: [] });
}
