// The page of a fault campaign: what faults do, and where in the network they matter.

import type { CampaignSummary, Vulnerability } from "../campaign/campaign-summary.ts";
import type { NeuronMap, VulnerabilityMaps } from "../campaign/vulnerability-maps.ts";
import type { Interval } from "../statistics/interval.ts";
import { bitByLayerChart } from "./bit-by-layer-chart.ts";
import { type Cell, type Chart, numberCell, type Table, textCell } from "./chart.ts";
import { figure } from "./figure.ts";
import { formatNumber, formatShare } from "./format.ts";
import { element, fragment, type Markup } from "./markup.ts";
import { nameOfStruck } from "./name-of-struck.ts";
import { neuronByBitChart } from "./neuron-by-bit-chart.ts";
import { aboutLine, contentsLinks, fileHead, page } from "./page.ts";
import { pixelByBitChart } from "./pixel-by-bit-chart.ts";
import { tableMarkup } from "./table-markup.ts";

export interface FaultMapPage {
  /** Of the network. */
  readonly name: string;
  /** What was struck and how, in a few words each. */
  readonly about: readonly string[];
  readonly summary: CampaignSummary;
  readonly maps: VulnerabilityMaps;
}

/** Charts of a campaign of single faults; none for draws of a fault model. */
export function faultMapCharts({ summary, maps }: Pick<FaultMapPage, "summary" | "maps">): readonly Chart[] {
  const neurons = maps.neurons.filter(hasBits);
  return [
    ...(summary.byLayerAndBit.length > 0 ? [bitByLayerChart(summary)] : []),
    ...maps.pixels.map(pixelByBitChart),
    ...(neurons.length > 0 ? [neuronByBitChart(neurons)] : []),
  ];
}

function hasBits({ bits, outputs }: NeuronMap): boolean {
  return bits.some((bit) => bit !== null) && outputs > 1;
}

/**
 * The whole page as HTML text; the same campaign gives the same text.
 *
 * @param head - policy, style and script; by default there is no script, and the page is complete without
 */
export function renderFaultMap(shown: FaultMapPage, head: Markup = fileHead()): string {
  const { name, about, summary } = shown;
  const charts = faultMapCharts(shown);
  return page({
    title: `${name}: fault campaign`,
    head,
    heading: `Faults of ${name}`,
    about: aboutLine(about),
    nav: contentsLinks([
      ["rates", "Rates"],
      ...charts.map(({ id, title }) => [`figure-final-${id}`, title] as const),
    ]),
    body: fragment(
      element(
        "section",
        { id: "rates" },
        element("h2", {}, "What faults do"),
        tiles(summary.overall),
        tables(summary),
      ),
      charts.length === 0
        ? null
        : element(
            "section",
            { id: "maps" },
            element("h2", {}, "Where they matter"),
            charts.map((chart) => figure(chart, { widePx: 1040 })),
          ),
    ),
  });
}

function tiles({ critical, accuracyLost, deciding, effective }: Vulnerability): Markup {
  const tile = (title: string, interval: Interval, notes: readonly string[], format = formatRate): Markup =>
    element(
      "div",
      { class: "tile" },
      element("h3", {}, title),
      element("p", { class: "figure-value" }, format(interval.value)),
      element(
        "ul",
        {},
        [range(interval, format), ...notes].map((note) => element("li", {}, note)),
      ),
    );
  return element(
    "div",
    { class: "tiles" },
    tile("Images whose class a fault changes, mean", critical, [critical.method]),
    tile("Accuracy a fault costs, mean", accuracyLost, ["turned wrong less turned right"], formatRate),
    tile("Faults that change the class of any image", deciding, [deciding.method], formatPercent),
    tile("Faults that change any score", effective, ["the others are masked in all images"], formatPercent),
  );
}

/** Rates of faults are small, and differ by decades. */
const formatRate = (rate: number): string => `${formatNumber(100 * rate)} %`;

const formatPercent = (share: number): string => formatShare(share, 2);

function range({ low, high, confidence }: Interval, format: (value: number) => string): string {
  return low === high
    ? "all faults run: no interval"
    : `${format(low)} to ${format(high)}, ${formatShare(confidence, 0)} confidence`;
}

function tables({ overall, byLayer, byBit }: CampaignSummary): Markup {
  return fragment(
    element("h3", {}, "Outcomes of a fault and image"),
    tableMarkup(outcomeTable(overall), { caption: "Outcomes", isSortable: false }),
    byLayer.length === 0
      ? null
      : fragment(
          element("h3", {}, "By layer"),
          tableMarkup(
            rateTable(
              "struck",
              byLayer.map((one) => [nameOfStruck(one), one]),
            ),
            { caption: "By layer", isSortable: true },
          ),
        ),
    byBit.length === 0
      ? null
      : fragment(
          element("h3", {}, "By bit"),
          tableMarkup(
            rateTable(
              "bit",
              byBit.map((one) => [String(one.bit), one]),
            ),
            { caption: "By bit", isSortable: true },
          ),
        ),
  );
}

const outcomeNames: Readonly<Record<keyof Vulnerability["outcomes"], string>> = {
  masked: "masked: same class, same scores",
  drift5: "same class, score off by up to 5 %",
  drift10: "same class, score off by 5 to 10 %",
  drift20: "same class, score off by 10 to 20 %",
  driftMore: "same class, score off by more",
  changed: "critical: another class, both wrong",
  harmed: "critical: right turned wrong",
  healed: "critical: wrong turned right",
};

function outcomeTable({ outcomes }: Vulnerability): Table {
  return {
    head: ["outcome", "mean share of images"],
    rows: Object.entries(outcomes).map(([name, share]) => [
      textCell(outcomeNames[name as keyof typeof outcomeNames]),
      numberCell(share, formatRate),
    ]),
  };
}

function rateTable(head: string, rows: readonly (readonly [name: string, found: Vulnerability])[]): Table {
  const isSampled = rows.some(([, { faults, population }]) => faults !== population);
  const ends = isSampled ? ["low", "high"] : [];
  return {
    head: [head, "critical", ...ends, "accuracy lost", "change any class", "faults", "of"],
    rows: rows.map(([name, { critical, accuracyLost, deciding, faults, population }]): Cell[] => [
      textCell(name),
      ...[critical.value, ...(isSampled ? [critical.low, critical.high] : []), accuracyLost.value].map(
        (value) => numberCell(value, formatRate),
      ),
      numberCell(deciding.value, formatPercent),
      numberCell(faults, (count) => formatNumber(count, 15)),
      numberCell(population, (count) => formatNumber(count, 15)),
    ]),
  };
}
