// A chart that is drawn before any script runs: for wide pages and for phones, with its caption, its table, and buttons
// that save it.

import type { Chart } from "./chart.ts";
import { element, type Markup } from "./markup.ts";
import { tableMarkup } from "./table-markup.ts";

export interface FigureOptions {
  /** Width on pages with room, in pixels. */
  readonly widePx: number;
}

const phonePx = 350;

export function figure(chart: Chart, { widePx }: FigureOptions): Markup {
  const { id, title, caption, draw, table } = chart;
  return element(
    "figure",
    { id: `figure-final-${id}`, "data-name": id },
    element(
      "div",
      { class: "figure-head" },
      element("h3", {}, title),
      element(
        "div",
        { class: "tools" },
        element(
          "button",
          { type: "button", "data-save": "svg", "aria-label": `Save ${title} as SVG` },
          "SVG",
        ),
        element(
          "button",
          { type: "button", "data-save": "csv", "aria-label": `Save ${title} as CSV` },
          "CSV",
        ),
      ),
    ),
    element("div", { class: "wide" }, draw(widePx)),
    element("div", { class: "phone" }, draw(phonePx)),
    element("figcaption", {}, caption),
    element(
      "details",
      { class: "behind" },
      element("summary", {}, "View as table"),
      tableMarkup(table, { caption: title, isSortable: true }),
    ),
  );
}
