// The scores at one step: a bar a class.

import { type Chart, drawing, emptyDrawing, numberCell, textCell } from "../chart.ts";
import { formatNumber } from "../format.ts";
import { element, fragment, type Markup } from "../markup.ts";
import { makeScale } from "../scale.ts";
import { fitText, textWidth } from "../text-width.ts";
import { decisionText, type ScoreOptions } from "./score-chart.ts";

const rowPx = 19;

export function nowChart(options: ScoreOptions): Chart {
  const { watched, step } = options;
  const { classes, scores, steps } = watched;
  const at = scores.subarray((step - 1) * classes.length, step * classes.length);
  const summary = decisionText(watched, step);
  return {
    id: "now",
    title: `Scores at step ${step}`,
    caption: "Orange: what is decided at this step. The bars keep their scale from step to step.",
    summary,
    draw: (widthPx) => (steps === 0 ? emptyDrawing(widthPx, summary) : draw(options, at, summary, widthPx)),
    table: {
      head: ["class", "score"],
      rows: classes.map((name, c) => [textCell(name), numberCell(at[c], (value) => formatNumber(value, 5))]),
    },
  };
}

function draw(
  { watched, step, label }: ScoreOptions,
  at: Float32Array,
  summary: string,
  widthPx: number,
): Markup {
  const { classes, scores, decisions } = watched;
  const left = Math.min(110, 14 + Math.max(...classes.map((name) => textWidth(name))));
  const isNegative = scores.some((score) => score < 0);
  const x = makeScale({
    kind: "linear",
    values: [...scores].filter(Number.isFinite).concat(0, isNegative ? 0 : 1),
    range: [left, widthPx - 70],
    tickCount: 4,
    padding: 0,
  });
  const decided = decisions[step - 1];
  const body = fragment(
    classes.map((name, c) => {
      const y = c * rowPx;
      const isKnown = Number.isFinite(at[c]);
      const [from, to] = [x.map(0), x.map(isKnown ? at[c] : 0)];
      const kind = c === decided ? " decided" : c === label ? " true" : "";
      return fragment(
        element(
          "text",
          { class: c === decided ? "strong" : "quiet", x: left - 8, y: y + 13, "text-anchor": "end" },
          fitText(name, left - 10),
        ),
        element("rect", {
          class: `score${kind}`,
          x: Math.min(from, to),
          y: y + 3,
          width: Math.abs(to - from),
          height: rowPx - 6,
        }),
        element(
          "text",
          { class: "tick", x: Math.max(from, to) + 6, y: y + 13 },
          isKnown ? formatNumber(at[c], 4) : "none yet",
        ),
      );
    }),
    element("line", { class: "axis", x1: x.map(0), x2: x.map(0), y1: 0, y2: classes.length * rowPx }),
  );
  return drawing({ widthPx, heightPx: classes.length * rowPx + 2, summary, body, spots: [] });
}
