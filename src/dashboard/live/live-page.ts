// The live page before its script runs: all that stays, with places for what changes. Style and script are files
// beside it, as its policy allows nothing else.

import type { Front } from "../../study/front.ts";
import { element, fragment, type Markup } from "../markup.ts";
import { aboutLine, type Contents, contentsLinks, page } from "../page.ts";
import { figurePlace, section } from "../page-parts.ts";
import { resultContents, resultFacts, resultSections } from "../report.ts";

export interface LivePageOptions {
  /** Addresses of the style and of the script's first module. */
  readonly style: string;
  readonly script: string;
  /** Those that it needs at once: asked for together, not one after the other as each names the next. */
  readonly modules: readonly string[];
}

/** @param front - of a study that has ended: its result stands above the views */
export function livePage({ style, script, modules }: LivePageOptions, front: Front | null = null): string {
  const head = fragment(
    element("link", { rel: "stylesheet", href: style }),
    element("script", { type: "module", src: script }),
    modules.map((href) => element("link", { rel: "modulepreload", href })),
  );
  return livePageOf(head, front);
}

/** @param head - policy, style and script */
export function livePageOf(head: Markup, front: Front | null): string {
  return page({
    title: front === null ? "spikefront" : `${front.study} · spikefront`,
    head,
    heading: front?.study ?? "Study",
    about: fragment(front === null ? null : aboutLine(resultFacts(front)), aboutStudy()),
    nav: nav(front),
    body: fragment(
      front === null ? noScript() : fragment(resultSections(front), between()),
      notice(),
      views(),
    ),
  });
}

function between(): Markup {
  return element(
    "div",
    { id: "search-part", class: "part needs-script" },
    element("h2", {}, "Look into the search"),
    element(
      "p",
      { class: "quiet" },
      "From here on: all trials, with the search's own figures on validation images. What is filtered or chosen in one view is in all.",
    ),
  );
}

function noScript(): Markup {
  const text =
    "This page draws a study as it goes on, which takes a script: allow it, and load the page again.";
  return element("noscript", {}, element("p", { class: "notice" }, text));
}

const viewContents: Contents = [
  ["overview", "Overview"],
  ["trade-offs", "Trade-offs"],
  ["coordinates", "Coordinates"],
  ["importance", "Importance"],
  ["trials", "Trials"],
  ["compare", "Compare"],
  ["network", "Network"],
  ["faults", "Faults"],
];

function nav(front: Front | null): Markup {
  const views = fragment(
    contentsLinks(viewContents),
    element("a", { id: "to-play", href: "/play" }, "Playground"),
  );
  if (front === null) return views;
  return fragment(
    element("span", { class: "contents" }, element("b", {}, "Result"), contentsLinks(resultContents)),
    element("span", { class: "contents needs-script" }, element("b", {}, "Search"), views),
  );
}

function aboutStudy(): Markup {
  return element(
    "p",
    { class: "about needs-script" },
    element("span", { id: "status", class: "status", role: "status" }, "connecting"),
    " ",
    element("span", { id: "line", class: "line-state" }),
    " ",
    element("label", { id: "studies-label", hidden: true }, "Study ", element("select", { id: "studies" })),
    " ",
    element("a", { id: "report", href: "/report", hidden: true }, "Report of the finished study"),
  );
}

function notice(): Markup {
  return element(
    "div",
    { id: "notice", class: "notice needs-script", role: "status" },
    "Loading the study …",
  );
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
        element(
          "span",
          { id: "network-no-play", class: "quiet", hidden: true },
          "This file does not hold the network itself: spikefront serve has its playground.",
        ),
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
