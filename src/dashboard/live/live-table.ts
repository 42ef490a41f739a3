// The trials as a table of pages: ten thousand rows are never in the document at once.

import type { LiveTrial } from "../../study/live-study.ts";
import type { Table } from "../chart.ts";
import { csvField } from "../csv-field.ts";
import { formatNumber } from "../format.ts";
import { element, fragment, type Markup } from "../markup.ts";
import type { LiveColumn } from "./live-columns.ts";
import type { LiveChoices } from "./live-state.ts";

export const rowsOfPage = 25;

export interface TableOptions {
  /** Of the selection. */
  readonly kept: readonly LiveTrial[];
  /** All, for those that are pinned. */
  readonly trials: readonly LiveTrial[];
  readonly columns: readonly LiveColumn[];
  readonly front: ReadonlySet<number>;
  readonly choices: Pick<LiveChoices, "sort" | "page" | "pinned" | "selected">;
}

/** Pinned trials stand first on every page, whatever the selection. */
export function liveTable({ kept, trials, columns, front, choices }: TableOptions): Markup {
  const { sort, pinned, selected } = choices;
  const pages = Math.max(1, Math.ceil(kept.length / rowsOfPage));
  const page = Math.min(choices.page, pages - 1);
  const shown = sortedTrials(kept, columns, sort).slice(page * rowsOfPage, (page + 1) * rowsOfPage);
  const first = trials.filter(({ number }) => pinned.has(number));
  const rows = [...first, ...shown.filter(({ number }) => !pinned.has(number))];
  const others = columns.filter(({ name }) => name !== "trial");
  return fragment(
    element(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": "Trials" },
      element(
        "table",
        { "aria-label": "Trials" },
        element(
          "thead",
          {},
          element(
            "tr",
            {},
            head("trial", "trial", sort, false),
            element("th", { scope: "col" }, "pin"),
            others.map((column) => head(column.name, column.title, sort, column.kind === "number")),
          ),
        ),
        element(
          "tbody",
          {},
          rows.map((trial) =>
            row(trial, others, {
              isSelected: trial.number === selected,
              isPinned: pinned.has(trial.number),
              isBest: front.has(trial.number),
            }),
          ),
        ),
      ),
    ),
    kept.length === 0
      ? element(
          "p",
          { class: "quiet" },
          trials.length === 0 ? "No trial has been asked yet." : "No trial meets the filter and the ranges.",
        )
      : null,
    element(
      "p",
      { class: "pages" },
      element("button", { type: "button", "data-page": page - 1, disabled: page === 0 }, "Previous"),
      ` Page ${formatNumber(page + 1, 15)} of ${formatNumber(pages, 15)} `,
      element("button", { type: "button", "data-page": page + 1, disabled: page >= pages - 1 }, "Next"),
    ),
  );
}

/** By the bare value; missing ones last in both directions, equals by number. */
export function sortedTrials(
  trials: readonly LiveTrial[],
  columns: readonly LiveColumn[],
  { column: name, isDescending }: LiveChoices["sort"],
): readonly LiveTrial[] {
  const column = columns.find((other) => other.name === name);
  if (column === undefined) return trials;
  const sign = isDescending ? -1 : 1;
  return trials
    .map((trial) => ({ trial, value: column.of(trial) }))
    .sort((a, b) => {
      if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null);
      return sign * compare(a.value, b.value) || a.trial.number - b.trial.number;
    })
    .map(({ trial }) => trial);
}

/** As files hold them: bare values, ends of intervals beside them. */
export function trialsCsv(trials: readonly LiveTrial[], columns: readonly LiveColumn[]): string {
  const hasInterval = columns.map((column) => trials.some((trial) => column.interval(trial) !== null));
  const heads = columns.flatMap(({ name }, i) =>
    hasInterval[i] ? [name, `${name}_low`, `${name}_high`] : [name],
  );
  const lines = trials.map((trial) =>
    columns.flatMap((column, i) => {
      const interval = column.interval(trial);
      return hasInterval[i]
        ? [column.of(trial), interval?.low ?? null, interval?.high ?? null]
        : [column.of(trial)];
    }),
  );
  return `${[heads, ...lines].map((line) => line.map(csvField).join(",")).join("\n")}\n`;
}

/** Of a table behind a figure. */
export function tableCsv({ head, rows }: Table): string {
  const lines = [head, ...rows.map((row) => row.map(({ value }) => value))];
  return `${lines.map((line) => line.map(csvField).join(",")).join("\n")}\n`;
}

function compare(a: number | string, b: number | string): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), "en", { numeric: true });
}

function head(name: string, title: string, sort: LiveChoices["sort"], isNumber: boolean): Markup {
  const order = sort.column !== name ? null : sort.isDescending ? "descending" : "ascending";
  return element(
    "th",
    { scope: "col", "aria-sort": order, class: isNumber ? "number" : null },
    element("button", { type: "button", "data-sort": name }, title),
  );
}

function row(
  trial: LiveTrial,
  columns: readonly LiveColumn[],
  { isSelected, isPinned, isBest }: { isSelected: boolean; isPinned: boolean; isBest: boolean },
): Markup {
  const name = `trial ${trial.number}`;
  return element(
    "tr",
    { class: isSelected ? "chosen" : null, title: trial.error === "" ? null : trial.error },
    element(
      "th",
      { scope: "row" },
      element(
        "button",
        {
          type: "button",
          class: "link",
          "data-trial": trial.number,
          "aria-pressed": isSelected ? "true" : "false",
        },
        name,
      ),
      isBest ? element("span", { class: "best" }, " best") : null,
    ),
    element(
      "td",
      {},
      element("input", {
        type: "checkbox",
        "data-pin": trial.number,
        checked: isPinned,
        "aria-label": `Pin ${name}`,
      }),
    ),
    columns.map((column) => {
      const value = column.of(trial);
      return element(
        "td",
        { class: column.kind === "number" ? "number" : null },
        value === null ? "–" : column.format(value),
      );
    }),
  );
}
