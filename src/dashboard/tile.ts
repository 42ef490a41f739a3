// One figure, large, with its name above and what must be known of it below.

import { type Child, element, type Markup } from "./markup.ts";

export function tile(title: string, value: string, lines: readonly Child[]): Markup {
  return element(
    "div",
    { class: "tile" },
    element("h3", {}, title),
    element("p", { class: "figure-value" }, value),
    element(
      "ul",
      {},
      lines.map((line) => element("li", {}, typeof line === "string" ? unbroken(line) : line)),
    ),
  );
}

/** A number stays on the line of its unit. */
function unbroken(text: string): string {
  return text.replace(/(\d) (?=(%|[fpnµmk]?J)( |$))/g, "$1\u00a0");
}
