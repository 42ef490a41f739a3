// The axes as a form: what is drawn by pointer on the coordinates can be typed here, and scales and directions set.

import { element, type Markup } from "../markup.ts";
import type { LiveColumn } from "./live-columns.ts";
import type { LiveChoices } from "./live-state.ts";

export function rangesForm(
  columns: readonly LiveColumn[],
  { brushes, otherScale, flipped }: Pick<LiveChoices, "brushes" | "otherScale" | "flipped">,
): readonly Markup[] {
  return columns.map(({ name, title, kind, scale }) => {
    const brush = brushes[name];
    const end = (which: "low" | "high", label: string): Markup =>
      element(
        "label",
        {},
        `${label} `,
        element("input", {
          type: "number",
          step: "any",
          "data-range": `${name} ${which}`,
          value:
            brush !== undefined && Number.isFinite(brush[which])
              ? String(Number(brush[which].toPrecision(6)))
              : "",
        }),
      );
    return element(
      "fieldset",
      {},
      element("legend", {}, title),
      kind === "number" ? [end("low", "from"), end("high", "to")] : null,
      kind === "number"
        ? toggle("other", name, otherScale.has(name), scale === "linear" ? "log scale" : "plain scale")
        : null,
      toggle("flip", name, flipped.has(name), "upside down"),
    );
  });
}

function toggle(kind: string, name: string, isOn: boolean, text: string): Markup {
  return element(
    "button",
    { type: "button", [`data-${kind}`]: name, "aria-pressed": isOn ? "true" : "false" },
    text,
  );
}
