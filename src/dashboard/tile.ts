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
      lines.map((line) => element("li", {}, line)),
    ),
  );
}
