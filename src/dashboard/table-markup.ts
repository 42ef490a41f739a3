// Tables as HTML: sortable where a script runs, complete where none does.

import type { Table } from "./chart.ts";
import { element, type Markup } from "./markup.ts";
import { signOf } from "./sign.ts";

export interface TableOptions {
  /** The name it is read out by. */
  readonly caption: string;
  /** Also carries the bare values, as saved tables do. */
  readonly isSortable: boolean;
}

export function tableMarkup({ head, rows }: Table, { caption, isSortable }: TableOptions): Markup {
  return element(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    element(
      "table",
      { class: isSortable ? "sortable" : null, "aria-label": caption },
      element(
        "thead",
        {},
        element(
          "tr",
          {},
          head.map((name, i) =>
            element("th", { scope: "col", class: isNumeric(rows, i) ? "number" : null }, name),
          ),
        ),
      ),
      element(
        "tbody",
        {},
        rows.map((row) =>
          element(
            "tr",
            {},
            row.map(({ text, value, role }, i) => {
              const attributes = {
                class: isNumeric(rows, i) ? "number" : null,
                "data-value": isSortable ? bareValue(text, value) : null,
              };
              return i === 0
                ? element(
                    "th",
                    { scope: "row", ...attributes },
                    role === undefined ? null : signOf(role),
                    text,
                  )
                : element("td", attributes, text);
            }),
          ),
        ),
      ),
    ),
  );
}

/** Null where the text says as much. */
function bareValue(text: string, value: number | string | null): string | null {
  return value === null ? "" : value === text ? null : String(value);
}

function isNumeric(rows: Table["rows"], column: number): boolean {
  return rows.some((row) => typeof row[column]?.value === "number");
}
