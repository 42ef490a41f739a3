// The rate of critical faults by layer and bit, with the number in each cell where there is room.

import type { CampaignSummary } from "../campaign/campaign-summary.ts";
import { type Chart, drawing, numberCell, type Spot, textCell } from "./chart.ts";
import { formatInterval, formatPower } from "./format.ts";
import { heatCells, heatLegend, heatScale, isLightStep } from "./heat-scale.ts";
import { element, fragment, type Markup } from "./markup.ts";
import { nameOfStruck } from "./name-of-struck.ts";
import { fitText } from "./text-width.ts";

/** @param summary - of single faults of bits */
export function bitByLayerChart({ byLayerAndBit, images, overall }: CampaignSummary): Chart {
  const names = [...new Set(byLayerAndBit.map(nameOfStruck))];
  const bits = [...new Set(byLayerAndBit.map(({ bit }) => bit))].sort((a, b) => b - a);
  const found = new Map(byLayerAndBit.map((one) => [`${nameOfStruck(one)} ${one.bit}`, one]));
  const at = (name: string, bit: number) => found.get(`${name} ${bit}`);
  const rate = (name: string, bit: number): number => {
    const one = at(name, bit);
    return one === undefined || one.faults === 0 ? Number.NaN : one.critical.value;
  };
  const values = names.flatMap((name) => bits.map((bit) => rate(name, bit)));
  const scale = heatScale(values);
  const worst = [...byLayerAndBit].sort((a, b) => b.critical.value - a.critical.value)[0];
  const summary = `Rate of critical faults by layer and bit on ${images} images; the highest is ${formatPower(worst.critical.value)} for bit ${worst.bit} of ${nameOfStruck(worst)}.`;
  return {
    id: "bit-by-layer",
    title: "Bit by layer",
    caption: `Bits from the highest on the left. ${overall.faults === overall.population ? "Every fault was run." : `${overall.faults} of ${overall.population} faults were run; the intervals are in the table.`}`,
    summary,
    draw: (widthPx) => {
      const labelPx = Math.min(180, widthPx * 0.3);
      const cellWidth = Math.min(96, (widthPx - labelPx - 2) / bits.length);
      const cellHeight = 34;
      const key = heatLegend(scale, {
        left: labelPx,
        top: 0,
        widthPx: widthPx - labelPx,
        hasGaps: values.some(Number.isNaN),
      });
      const top = key.heightPx + 28;
      const cells = names.flatMap((name, row) =>
        bits.map((bit, column) => ({
          name,
          bit,
          x: labelPx + column * cellWidth,
          y: top + row * cellHeight,
          value: rate(name, bit),
        })),
      );
      return drawing({
        widthPx,
        heightPx: top + names.length * cellHeight + 4,
        summary,
        body: fragment(
          key.markup,
          columnNames(bits, labelPx, cellWidth, top),
          names.map((name, row) =>
            element(
              "text",
              { class: "quiet", x: labelPx - 8, y: top + row * cellHeight + 21, "text-anchor": "end" },
              fitText(name, labelPx - 10),
            ),
          ),
          heatCells(scale, { values, columns: bits.length, left: labelPx, top, cellWidth, cellHeight }),
          cells.map(({ x, y, value }) =>
            cellText(value, scale.stepOf(value), x + cellWidth / 2, y + 21, cellWidth),
          ),
        ),
        spots: cells.map(({ name, bit, x, y }): Spot => {
          const one = at(name, bit);
          const detail =
            one === undefined || one.faults === 0
              ? `${name}, bit ${bit}: none drawn`
              : `${name}, bit ${bit}\n${formatInterval(one.critical, formatPower)} of the images\n${one.faults} of ${one.population} faults`;
          return {
            detail,
            drawing: element("rect", { class: "hit", x, y, width: cellWidth, height: cellHeight }),
          };
        }),
      });
    },
    table: {
      head: ["struck", "bit", "critical", "low", "high", "accuracy lost", "faults", "of"],
      rows: byLayerAndBit.map((one) => [
        textCell(nameOfStruck(one)),
        numberCell(one.bit, String),
        ...[one.critical.value, one.critical.low, one.critical.high, one.accuracyLost.value].map((value) =>
          numberCell(value, formatPower),
        ),
        numberCell(one.faults, String),
        numberCell(one.population, String),
      ]),
    },
  };
}

function columnNames(bits: readonly number[], left: number, cellWidth: number, top: number): Markup {
  const stride = Math.ceil(40 / cellWidth);
  return fragment(
    bits.map((bit, i) =>
      i % stride === 0
        ? element(
            "text",
            { class: "tick", x: left + (i + 0.5) * cellWidth, y: top - 7, "text-anchor": "middle" },
            cellWidth < 40 ? String(bit) : `bit ${bit}`,
          )
        : null,
    ),
  );
}

function cellText(value: number, step: number | null, x: number, y: number, widthPx: number): Markup | null {
  if (step === null || widthPx < 54) return null;
  const ground = step < 0 ? "tick" : isLightStep(step) ? "on-light" : "on-dark";
  return element(
    "text",
    { x, y, class: ground, "text-anchor": "middle" },
    value === 0 ? "0" : formatPower(value),
  );
}
