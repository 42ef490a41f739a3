// The report of a study: one HTML file that needs nothing else, not even a script, to be read.

import type { Front } from "../study/front.ts";
import { accountingTable } from "./accounting-table.ts";
import { datasheet } from "./datasheet.ts";
import { energyChart } from "./energy-chart.ts";
import { explanationKey } from "./explanation-part.ts";
import { faultChart } from "./fault-chart.ts";
import { figure } from "./figure.ts";
import { formatCount, formatNumber } from "./format.ts";
import { frontTable, sharedSettings } from "./front-table.ts";
import { hypervolumeChart } from "./hypervolume-chart.ts";
import { type Child, element, fragment, type Markup } from "./markup.ts";
import { furtherMeasures } from "./measures.ts";
import { decidingAccounting } from "./network-list.ts";
import { page } from "./page.ts";
import { paretoChart } from "./pareto-chart.ts";
import { provenanceSection } from "./provenance-section.ts";
import { recommendationSection } from "./recommendation-section.ts";
import { searchLines } from "./search-lines.ts";
import { stepsChart } from "./steps-chart.ts";
import { tableMarkup } from "./table-markup.ts";

const fullPx = 1040;
const halfPx = 510;

const contents = [
  ["recommendation", "Recommendation"],
  ["trade-offs", "Trade-offs"],
  ["front", "The front"],
  ["steps", "Steps"],
  ["energy", "Energy"],
  ["faults", "Faults"],
  ["datasheets", "Datasheets"],
  ["search", "Search"],
  ["profiles", "Profiles"],
  ["provenance", "Provenance"],
] as const;

/** The whole report as HTML text; the same front gives the same text. */
export function renderReport(front: Front): string {
  const { study, data, seed, points, trials } = front;
  return page({
    title: `${study}: spikefront report`,
    heading: study,
    about: [
      `${data.name} (sha256 ${data.sha256.slice(0, 12)})`,
      `${formatNumber(data.validationImages, 15)} validation and ${formatNumber(data.testImages, 15)} test images`,
      `seed ${seed}`,
      formatCount(trials.length, "trial"),
      `${formatCount(points.length, "point")} on the front`,
    ],
    contents,
    body: fragment(
      recommendationSection(front),
      tradeOffs(front),
      frontSection(front),
      section("steps", "Accuracy and steps", figure(stepsChart(front), { widePx: fullPx })),
      energySection(front),
      section("faults", "Reliability", figure(faultChart(front), { widePx: fullPx })),
      datasheets(front),
      section(
        "search",
        "The search",
        searchLines(front).map((line) => element("p", { class: "quiet" }, line)),
        figure(hypervolumeChart(front), { widePx: fullPx }),
      ),
      provenanceSection(front),
    ),
  });
}

function tradeOffs(front: Front): Markup {
  return section(
    "trade-offs",
    "What costs what",
    figure(paretoChart(front, { x: "energy", y: "accuracy", aspect: 0.46 }), { widePx: fullPx }),
    element(
      "div",
      { class: "pair" },
      figure(paretoChart(front, { x: "drop", y: "accuracy", aspect: 0.76 }), { widePx: halfPx }),
      figure(paretoChart(front, { x: "drop", y: "energy", aspect: 0.76 }), { widePx: halfPx }),
    ),
    furtherTradeOffs(front),
  );
}

/** Every further objective of the study against accuracy, two beside each other. */
function furtherTradeOffs(front: Front): readonly Markup[] {
  const charts = furtherMeasures(front).map(({ name }) =>
    figure(paretoChart(front, { x: name, y: "accuracy", aspect: 0.76 }), { widePx: halfPx }),
  );
  return charts.flatMap((chart, i) =>
    i % 2 === 0 ? [element("div", { class: "pair" }, chart, charts[i + 1] ?? null)] : [],
  );
}

function frontSection(front: Front): Markup {
  const shared = sharedSettings(front);
  return section(
    "front",
    "The front and its references",
    front.points.length === 0
      ? element("p", { class: "quiet" }, "The front has no point: only references are listed.")
      : null,
    element(
      "p",
      { class: "quiet" },
      "Test figures, with intervals in brackets. ρ: synaptic operations divided by the products of one dense pass.",
    ),
    shared === "" ? null : element("p", { class: "quiet" }, `Common to all points: ${shared}.`),
    tableMarkup(frontTable(front), { caption: "The front and its references", isSortable: true }),
  );
}

function energySection(front: Front): Markup {
  const accounting = accountingTable(front);
  return section(
    "energy",
    "Energy",
    figure(energyChart(front), { widePx: fullPx }),
    element("h3", {}, "How a real-valued input is charged"),
    element(
      "p",
      { class: "quiet" },
      `mac-once: products once, then the held current is added at every step. mac-per-step: products at every step. ac: additions only, which is unphysical for real values and stands here only for comparison with papers that charge so. Profiles that cannot price real values are left out. All claims here use ${decidingAccounting(front)}.`,
    ),
    accounting.rows.length === 0
      ? element(
          "p",
          { class: "quiet" },
          "No network here is fed real values as a held current, so there is nothing to account for.",
        )
      : tableMarkup(accounting, { caption: "Energy by accounting of the input", isSortable: true }),
  );
}

function datasheets(front: Front): Markup {
  return section(
    "datasheets",
    "Datasheets",
    front.points.some(({ explanation }) => explanation !== undefined) ? explanationKey() : null,
    front.points.length === 0
      ? element("p", { class: "quiet" }, "No point of the front, so no datasheet.")
      : front.points.map((point) => datasheet(front, point)),
  );
}

function section(id: string, title: string, ...content: readonly Child[]): Markup {
  return element("section", { id }, element("h2", {}, title), content);
}
