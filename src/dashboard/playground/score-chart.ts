// What the output makes of an image, step after step: a line a class, the decided one strong.

import { noClass } from "../../simulate/simulation-result.ts";
import { axes, type Frame } from "../axis.ts";
import { type Chart, drawing, emptyDrawing, numberCell, textCell } from "../chart.ts";
import { formatCount, formatNumber } from "../format.ts";
import { element, fragment, type Markup, shortNumber } from "../markup.ts";
import { makeScale, type Scale } from "../scale.ts";
import { spreadLabels } from "../spread-labels.ts";
import { stepScale } from "../step-scale.ts";
import { fitText } from "../text-width.ts";
import type { WatchedImage } from "./watched-image.ts";

const titles = {
  count: "Spikes of each output so far",
  firstSpike: "Minus the step of each output's first spike",
  membrane: "Potential of each output",
  average: "Sum of each output's potential",
} as const;

export interface ScoreOptions {
  readonly watched: WatchedImage;
  /** Class of the image; null: not known. */
  readonly label: number | null;
  /** The step that is looked at, from 1. */
  readonly step: number;
}

export function scoreChart({ watched, label, step }: ScoreOptions): Chart {
  const { steps, classes, scores, decisions, readout } = watched;
  const decided = decisions[steps - 1];
  const summary = `${titles[readout]} over ${formatCount(steps, "step")}. ${decisionText(watched, steps)}`;
  return {
    id: "scores",
    title: titles[readout],
    caption: `Strong: ${decided === noClass ? "none is decided" : `what is decided in the end, ${classes[decided]}`}.${
      label === null || label === decided ? "" : ` Blue: what it is, ${classes[label]}.`
    } The upright line is the step that is looked at.`,
    summary,
    draw: (widthPx) =>
      steps === 0 ? emptyDrawing(widthPx, summary) : draw({ watched, label, step }, summary, widthPx),
    table: {
      head: ["step", "decided", ...classes],
      rows: Array.from({ length: steps }, (_, t) => [
        numberCell(t + 1, String),
        textCell(nameOf(watched, decisions[t])),
        ...classes.map((_, c) =>
          numberCell(scores[t * classes.length + c], (value) => formatNumber(value, 5)),
        ),
      ]),
    },
  };
}

/** The decision after a step, in words. */
export function decisionText(watched: WatchedImage, step: number): string {
  const { classes, scores, decisions } = watched;
  const decision = decisions[step - 1];
  const after = `fter ${formatCount(step, "step")}`;
  if (decision === noClass) return `No class is decided a${after}.`;
  const own = scores.subarray((step - 1) * classes.length, step * classes.length);
  const isTie = own.filter((score) => score === own[decision]).length > 1;
  return `A${after} it says ${nameOf(watched, decision)}${isTie ? ", the first of equals" : ""}.`;
}

function nameOf({ classes }: WatchedImage, decision: number): string {
  return decision === noClass ? "none" : classes[decision];
}

function draw({ watched, label, step }: ScoreOptions, summary: string, widthPx: number): Markup {
  const { steps, classes, scores, decisions } = watched;
  const heightPx = 250;
  const frame: Frame = { left: 58, top: 26, right: widthPx - 92, bottom: heightPx - 40 };
  const x = stepScale(steps, frame);
  const y = makeScale({
    kind: "linear",
    values: [...scores].filter(Number.isFinite).concat(0, scores.some((score) => score < 0) ? 0 : 1),
    range: [frame.bottom, frame.top],
    tickCount: 4,
    padding: 0.04,
  });
  const decided = decisions[steps - 1];
  const classOf = (c: number): string =>
    c === decided ? "line snn" : c === label ? "line ann" : "line faint";
  const order = classes
    .map((_, c) => c)
    .sort((a, b) => Number(a === decided || a === label) - Number(b === decided || b === label));
  const at = x.map(step);
  const body = fragment(
    axes({
      frame,
      x,
      y,
      xTitle: "step",
      yTitle: "",
      xFormat: String,
      yFormat: (value) => formatNumber(value),
    }),
    element("line", { class: "now", x1: at, x2: at, y1: frame.top, y2: frame.bottom }),
    order.map((c) => element("path", { class: classOf(c), d: path(watched, c, x, y) })),
    labels(watched, label, frame, y),
  );
  return drawing({ widthPx, heightPx, summary, body, spots: [] });
}

function path({ steps, classes, scores }: WatchedImage, c: number, x: Scale, y: Scale): string {
  let d = "";
  for (let t = 0; t < steps; t++) {
    const score = scores[t * classes.length + c];
    if (Number.isNaN(score)) continue;
    d += `${d === "" ? "M" : "L"}${shortNumber(x.map(t + 1))} ${shortNumber(y.map(score))}`;
  }
  return d;
}

/** Names at the ends of the highest lines, and of the true class. */
function labels(
  { steps, classes, scores }: WatchedImage,
  label: number | null,
  frame: Frame,
  y: Scale,
): Markup {
  const last = classes.map((_, c) => scores[(steps - 1) * classes.length + c]);
  const highest = last
    .map((score, c) => ({ score, c }))
    .filter(({ score }) => !Number.isNaN(score))
    .sort((a, b) => b.score - a.score);
  const named = highest.filter(({ c }, i) => i < 4 || c === label);
  const places = spreadLabels(
    named.map(({ score }) => y.map(score)),
    14,
    [frame.top, frame.bottom],
  );
  return fragment(
    named.map(({ score, c }, i) =>
      fragment(
        element("path", {
          class: "leader",
          d: `M${frame.right + 2} ${shortNumber(y.map(score))}L${frame.right + 9} ${shortNumber(places[i])}`,
        }),
        element(
          "text",
          { class: i === 0 ? "strong" : "quiet", x: frame.right + 12, y: places[i] + 4 },
          fitText(classes[c], 78),
        ),
      ),
    ),
  );
}
