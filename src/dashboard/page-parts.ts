// What pages are made of before their scripts run: sections, and places for drawings.

import { type Child, element, fragment, type Markup } from "./markup.ts";

export function section(id: string, title: string, ...content: readonly Child[]): Markup {
  return element("section", { id }, element("h2", {}, title), content);
}

/**
 * A place for a drawing, its caption and its table, with buttons that save it.
 *
 * @param controls - what stands between head and drawing
 */
export function figurePlace(id: string, title: string, controls: Markup = fragment()): Markup {
  const save = (kind: string): Markup =>
    element(
      "button",
      {
        type: "button",
        "data-save": kind,
        "data-figure": id,
        "aria-label": `Save ${title} as ${kind.toUpperCase()}`,
      },
      kind.toUpperCase(),
    );
  return element(
    "figure",
    { id: `figure-${id}` },
    element(
      "div",
      { class: "figure-head" },
      element("h3", { id: `${id}-title` }, title),
      element("div", { class: "tools" }, save("svg"), save("csv")),
    ),
    controls,
    element("div", { id, class: "drawing" }),
    element("figcaption", { id: `${id}-caption` }),
    element(
      "details",
      { class: "behind", "data-behind": id },
      element("summary", {}, "View as table"),
      element("div", { id: `${id}-table` }),
    ),
  );
}
