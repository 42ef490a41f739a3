// The live page before its script runs: all that stays, with places for what changes. Style and script are files
// beside it, as its policy allows nothing else.

import { chartStyle, themeDeclarations } from "../chart-style.ts";
import { element, fragment, type Markup } from "../markup.ts";
import { figurePlace, section } from "../page-parts.ts";
import { pageStyle } from "../page-style.ts";
import { liveChartStyle, livePageStyle } from "./live-style.ts";

export interface LivePageOptions {
  /** Addresses of the style and of the script's first module. */
  readonly style: string;
  readonly script: string;
  /** Those that it needs at once: asked for together, not one after the other as each names the next. */
  readonly modules: readonly string[];
}

export function livePage({ style, script, modules }: LivePageOptions): string {
  return livePageOf(
    fragment(
      element("link", { rel: "stylesheet", href: style }),
      element("script", { type: "module", src: script }),
      modules.map((href) => element("link", { rel: "modulepreload", href })),
    ),
  );
}

/** @param parts - style and script, as the head of the page has them */
export function livePageOf(parts: Markup): string {
  const html = element(
    "html",
    { lang: "en" },
    element(
      "head",
      {},
      element("meta", { charset: "utf-8" }),
      element("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
      element("meta", { name: "color-scheme", content: "light dark" }),
      element("title", {}, "spikefront"),
      element("link", { rel: "icon", href: "data:," }),
      parts,
    ),
    element("body", {}, header(), element("main", {}, notice(), views()), readOut()),
  );
  return `<!DOCTYPE html>\n${html.markup}\n`;
}

/** The style sheet of the page. */
export function livePageCss(): string {
  return [
    `:root{color-scheme:light dark;${themeDeclarations("light")}}`,
    `@media (prefers-color-scheme:dark){:root:not([data-theme=light]){${themeDeclarations("dark")}}}`,
    ":root[data-theme=light]{color-scheme:light}",
    `:root[data-theme=dark]{color-scheme:dark;${themeDeclarations("dark")}}`,
    pageStyle,
    chartStyle,
    livePageStyle,
    liveChartStyle,
  ].join("\n");
}

function header(): Markup {
  const links = [
    ["overview", "Overview"],
    ["trade-offs", "Trade-offs"],
    ["coordinates", "Coordinates"],
    ["importance", "Importance"],
    ["trials", "Trials"],
    ["compare", "Compare"],
    ["network", "Network"],
    ["faults", "Faults"],
  ];
  return element(
    "header",
    {},
    element("p", { class: "brand" }, "spikefront"),
    element("h1", { id: "name" }, "Study"),
    element(
      "p",
      { class: "about" },
      element("span", { id: "status", class: "status", role: "status" }, "connecting"),
      " ",
      element("span", { id: "line", class: "line-state" }),
      " ",
      element("label", { id: "studies-label", hidden: true }, "Study ", element("select", { id: "studies" })),
      " ",
      element("a", { id: "report", href: "/report", hidden: true }, "Report of the finished study"),
    ),
    element(
      "nav",
      { "aria-label": "Contents" },
      links.map(([id, name]) => element("a", { href: `#${id}` }, name)),
      element("a", { id: "to-play", href: "/play" }, "Playground"),
      element("button", { type: "button", id: "theme" }, "Theme: system"),
    ),
  );
}

function notice(): Markup {
  return element("div", { id: "notice", class: "notice", role: "status" }, "Loading the study …");
}

function views(): Markup {
  return element(
    "div",
    { id: "views", hidden: true },
    section(
      "overview",
      "Overview",
      element("div", { id: "tiles" }),
      figurePlace("hypervolume", "Progress of the search"),
    ),
    element(
      "section",
      { class: "selection", "aria-label": "Selection" },
      element(
        "div",
        { class: "controls" },
        element("label", { for: "filter" }, "Filter"),
        element("input", {
          type: "text",
          id: "filter",
          class: "filter",
          maxlength: 500,
          spellcheck: "false",
          autocomplete: "off",
          placeholder: "accuracy >= 0.95 and steps < 16",
          "aria-describedby": "filter-problem",
        }),
        element("span", { id: "count", role: "status" }),
        element("button", { type: "button", id: "clear" }, "Clear selection"),
      ),
      element("p", { id: "filter-problem", class: "problem", role: "alert", hidden: true }),
    ),
    section(
      "trade-offs",
      "What costs what",
      element(
        "div",
        { class: "controls" },
        choice("x", "Across"),
        choice("y", "Up"),
        choice("colour", "Colour"),
        choice("size", "Size"),
        element("button", { type: "button", "data-scale-of": "x" }, "Other scale across"),
        element("button", { type: "button", "data-scale-of": "y" }, "Other scale up"),
      ),
      element("div", { id: "detail", "aria-live": "polite" }),
      figurePlace("scatter", "Trials"),
    ),
    section(
      "coordinates",
      "All settings at once",
      figurePlace("parallel", "Parallel coordinates"),
      element(
        "details",
        { class: "behind" },
        element("summary", {}, "Ranges, scales and directions of the axes"),
        element("div", { id: "ranges", class: "ranges" }),
      ),
    ),
    element(
      "p",
      { id: "more-notice", class: "notice bad", role: "alert", hidden: true },
      "The views below could not be loaded. Load the page again when its server answers.",
    ),
    section("importance", "What matters", figurePlace("importance-chart", "Which settings matter")),
    section(
      "trials",
      "Trials",
      element(
        "div",
        { class: "controls" },
        element("button", { type: "button", id: "save-trials" }, "Save selected trials as CSV"),
      ),
      element("div", { id: "table" }),
    ),
    ...moreSections(),
  );
}

/** Filled by a module of their own, when they come into view. */
function moreSections(): readonly Markup[] {
  return [
    section(
      "compare",
      "Trials side by side",
      figurePlace("comparison", "Pinned trials"),
      element("div", { id: "differing" }),
    ),
    section(
      "network",
      "The network of a trial",
      element("p", { id: "network-about", class: "quiet", role: "status" }),
      element(
        "p",
        {},
        element("a", { id: "network-play", hidden: true }, "Watch it decide in the playground"),
      ),
      figurePlace("layers", "Layer by layer"),
      figurePlace("adjacency", "Who feeds whom"),
      figurePlace("steps", "Accuracy after each step"),
      figurePlace(
        "raster",
        "Spikes of one image",
        element(
          "div",
          { class: "controls", id: "raster-controls" },
          element(
            "label",
            { for: "image" },
            "Validation image",
            element("input", { type: "number", id: "image", min: 0, max: 9999, value: "0" }),
          ),
          element("button", { type: "button", "data-image": "-1" }, "Previous image"),
          element("button", { type: "button", "data-image": "1" }, "Next image"),
        ),
      ),
    ),
    section(
      "faults",
      "Faults",
      figurePlace("doses", "Chosen trials under weight bit flips"),
      figurePlace("finalists", "Finalists under weight bit flips"),
      figurePlace("layer-drops", "Where flips cost accuracy: layer by layer"),
      figurePlace("campaigns", "Fault campaigns"),
      figurePlace("campaign-map", "Vulnerability by layer and bit"),
    ),
  ];
}

function choice(id: string, label: string): Markup {
  return fragment(element("label", {}, label, element("select", { id })));
}

function readOut(): Markup {
  return element("div", { id: "read-out", "aria-hidden": "true", hidden: true });
}
