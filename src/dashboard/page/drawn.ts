// Comfort for what was drawn before the script ran: tables are sorted, figures and their numbers saved, and a link to a
// datasheet opens it. Without it the page is complete.

import { csvField } from "../csv-field.ts";
import { saveFile, svgText } from "./save.ts";

export function wireDrawn(root: HTMLElement): void {
  for (const table of root.querySelectorAll<HTMLTableElement>("table.sortable")) makeSortable(table);
  root.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-save]");
    const figure = button?.closest<HTMLElement>("figure[data-name]");
    if (button == null || figure == null) return;
    const name = `${figure.dataset["name"]}.${button.dataset["save"]}`;
    const table = figure.querySelector("table");
    const drawing = shownDrawing(figure);
    if (button.dataset["save"] === "csv" && table !== null) saveFile(name, "text/csv", csvOf(table));
    if (button.dataset["save"] === "svg" && drawing) saveFile(name, "image/svg+xml", svgText(drawing));
  });
  addEventListener("hashchange", openTarget);
  openTarget();
  addEventListener("beforeprint", () => {
    for (const sheet of root.querySelectorAll<HTMLDetailsElement>(".datasheet")) sheet.open = true;
  });
}

/** By the bare value where there is one, missing values last in both directions. */
function makeSortable(table: HTMLTableElement): void {
  const heads = [...(table.tHead?.rows[0].cells ?? [])];
  for (const [column, head] of heads.entries()) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const sign = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", sign === 1 ? "ascending" : "descending");
      const [body] = table.tBodies;
      body.append(
        ...[...body.rows].sort((a, b) =>
          compare(cellValue(a.cells[column]), cellValue(b.cells[column]), sign),
        ),
      );
    });
  }
}

function cellValue(cell: HTMLTableCellElement): number | string {
  const raw = cell.dataset["value"] ?? cell.textContent ?? "";
  return raw !== "" && Number.isFinite(Number(raw)) ? Number(raw) : raw;
}

function compare(a: number | string, b: number | string, sign: number): number {
  if (a === "" || b === "") return Number(a === "") - Number(b === "");
  if (typeof a === "number" && typeof b === "number") return sign * (a - b);
  return sign * String(a).localeCompare(String(b), "en", { numeric: true });
}

/** For wide pages or for phones: one of them is to be seen. */
function shownDrawing(figure: HTMLElement): SVGElement | undefined {
  return [...figure.querySelectorAll<SVGElement>("svg.chart")].find((svg) => svg.getClientRects().length > 0);
}

function csvOf(table: HTMLTableElement): string {
  const lines = [...table.rows].map((row) =>
    [...row.cells].map((cell) => csvField(cell.dataset["value"] ?? cell.textContent ?? "")).join(","),
  );
  return `${lines.join("\n")}\n`;
}

function openTarget(): void {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) target.open = true;
}
