// The result of a study, on test images: one HTML file that needs nothing else, not even a script, to be read. With a
// script it is the live page with the result above its views (live/saved-page.ts).

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
import { element, type Markup } from "./markup.ts";
import { furtherMeasures } from "./measures.ts";
import { decidingAccounting } from "./network-list.ts";
import { aboutLine, type Contents, contentsLinks, fileHead, page } from "./page.ts";
import { section } from "./page-parts.ts";
import { paretoChart } from "./pareto-chart.ts";
import { provenanceSection } from "./provenance-section.ts";
import { recommendationSection } from "./recommendation-section.ts";
import { searchLines } from "./search-lines.ts";
import { stepsChart } from "./steps-chart.ts";
import { tableMarkup } from "./table-markup.ts";

const fullPx = 1040;
const halfPx = 510;

/** Sections of the result. */
export const resultContents: Contents = [
  ["recommendation", "Recommendation"],
  ["final-trade-offs", "Trade-offs"],
  ["front", "The front"],
  ["final-steps", "Steps"],
  ["final-energy", "Energy"],
  ["final-faults", "Faults"],
  ["datasheets", "Datasheets"],
  ["final-search", "Search"],
  ["profiles", "Profiles"],
  ["provenance", "Provenance"],
];

/**
 * The result as a page of its own, as HTML text; the same front gives the same text.
 *
 * @param head - policy, style and script; by default there is no script, and the page is complete without
 */
export function renderReport(front: Front, head: Markup = fileHead()): string {
  return page({
    title: `${front.study}: spikefront report`,
    head,
    heading: front.study,
    about: aboutLine(resultFacts(front)),
    nav: contentsLinks(resultContents),
    body: resultSections(front),
  });
}

/** What it rests on. */
export function resultFacts({ data, seed, points, trials }: Front): readonly string[] {
  return [
    `${data.name} (sha256 ${data.sha256.slice(0, 12)})`,
    `${formatNumber(data.validationImages, 15)} validation and ${formatNumber(data.testImages, 15)} test images`,
    `seed ${seed}`,
    formatCount(trials.length, "trial"),
    `${formatCount(points.length, "point")} on the front`,
  ];
}

export function resultSections(front: Front): Markup {
  return element(
    "div",
    { id: "result" },
    recommendationSection(front),
    tradeOffs(front),
    frontSection(front),
    section("final-steps", "Accuracy and steps", figure(stepsChart(front), { widePx: fullPx })),
    energySection(front),
    section("final-faults", "Reliability", figure(faultChart(front), { widePx: fullPx })),
    datasheets(front),
    section(
      "final-search",
      "The search",
      searchLines(front).map((line) => element("p", { class: "quiet" }, line)),
      figure(hypervolumeChart(front), { widePx: fullPx }),
    ),
    provenanceSection(front),
  );
}

function tradeOffs(front: Front): Markup {
  return section(
    "final-trade-offs",
    "What costs what, on test images",
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
    "final-energy",
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
