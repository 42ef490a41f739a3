// Figures in their places, each with its caption and, when it is opened, its table; and saved when asked.

import type { Chart } from "../../chart.ts";
import { tableCsv } from "../../live/live-table.ts";
import { fragment } from "../../markup.ts";
import { replace } from "../../page/replace.ts";
import { saveFile, svgText } from "../../page/save.ts";
import { tableMarkup } from "../../table-markup.ts";
import { playChartStyle } from "../play-style.ts";

const byId = (id: string): HTMLElement => document.getElementById(id) as HTMLElement;

export class Figures {
  readonly #charts = new Map<string, Chart>();

  constructor(nameOfFiles: () => string) {
    document.addEventListener("toggle", () => this.redraw(), true);
    addEventListener("resize", () => this.redraw());
    document.addEventListener("click", (event) => {
      const button = (event.target as Element).closest<HTMLElement>("[data-save]");
      const chart = this.#charts.get(button?.dataset["figure"] ?? "");
      if (button == null || chart === undefined) return;
      const name = `${nameOfFiles()}-${chart.id}.${button.dataset["save"]}`;
      const drawing = byId(chart.id).querySelector<SVGElement>("svg.chart");
      if (button.dataset["save"] === "csv") saveFile(name, "text/csv", tableCsv(chart.table));
      else if (drawing) saveFile(name, "image/svg+xml", svgText(drawing, playChartStyle));
    });
  }

  show(chart: Chart): void {
    this.#charts.set(chart.id, chart);
    const place = byId(chart.id);
    const width = Math.floor(place.getBoundingClientRect().width);
    if (width > 0) replace(place, chart.draw(Math.max(280, width)));
    byId(`${chart.id}-title`).textContent = chart.title;
    replace(byId(`${chart.id}-caption`), fragment(chart.caption));
    const table = byId(`${chart.id}-table`);
    if (table.closest("details")?.open)
      replace(table, tableMarkup(chart.table, { caption: chart.title, isSortable: false }));
  }

  redraw(): void {
    for (const chart of this.#charts.values()) this.show(chart);
  }
}
