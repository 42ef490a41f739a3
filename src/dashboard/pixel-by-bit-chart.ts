// The rate of critical faults by input pixel: one picture a bit, all on one scale.

import type { PixelMap } from "../campaign/vulnerability-maps.ts";
import { type Cell, type Chart, drawing, numberCell } from "./chart.ts";
import { formatPower } from "./format.ts";
import { heatCells, heatLegend, heatScale } from "./heat-scale.ts";
import { element, fragment } from "./markup.ts";

export function pixelByBitChart({ layer, height, width, bits, critical }: PixelMap): Chart {
  const order = bits.map((_, i) => i).reverse();
  const pixels = height * width;
  const scale = heatScale(critical);
  const of = (bit: number): Float64Array => critical.subarray(bit * pixels, (bit + 1) * pixels);
  const told = order.map((b) => {
    const known = [...of(b)].filter((value) => !Number.isNaN(value));
    const most = known.reduce((high, value) => Math.max(high, value), 0);
    const at = of(b).indexOf(most);
    const place = most === 0 ? "" : ` at row ${Math.floor(at / width) + 1}, column ${(at % width) + 1}`;
    const mean = known.reduce((sum, value) => sum + value, 0) / Math.max(1, known.length);
    return `bit ${bits[b]}: mean ${formatPower(mean)}, highest ${formatPower(most)}${place}`;
  });
  const summary = `Rate of critical faults by input pixel, a map of ${height} by ${width} for each bit of ${layer}. ${told.join("; ")}.`;
  return {
    id: `pixel-by-bit-${layer.replace(/[^a-z0-9]+/gi, "-").toLowerCase()}`,
    title: `Input pixel by bit: weights of ${layer}`,
    caption: `Each map is the image; a pixel stands for all weights that read it. All maps share one scale.`,
    summary,
    draw: (widthPx) => {
      const columns = Math.max(2, Math.min(bits.length, Math.round(widthPx / 250)));
      const gap = 14;
      const cell = Math.max(1, (Math.min(widthPx / columns, 260) - gap) / width);
      const panelWidth = cell * width + gap;
      const panelHeight = cell * height + 30;
      const key = heatLegend(scale, {
        left: 2,
        top: 0,
        widthPx: widthPx,
        hasGaps: critical.some(Number.isNaN),
      });
      const panels = order.map((b, i) => ({
        b,
        left: 2 + (i % columns) * panelWidth,
        top: key.heightPx + 24 + Math.floor(i / columns) * panelHeight,
      }));
      return drawing({
        widthPx,
        heightPx: key.heightPx + 10 + Math.ceil(order.length / columns) * panelHeight,
        summary,
        body: fragment(
          key.markup,
          panels.map(({ b, left, top }) =>
            fragment(
              element("text", { class: "panel-title", x: left, y: top - 6 }, `bit ${bits[b]}`),
              heatCells(scale, {
                values: of(b),
                columns: width,
                left,
                top,
                cellWidth: cell,
                cellHeight: cell,
              }),
              element("rect", {
                class: "grid",
                fill: "none",
                x: left,
                y: top,
                width: cell * width,
                height: cell * height,
              }),
            ),
          ),
        ),
        spots: panels.map(({ left, top }, i) => ({
          detail: told[i],
          drawing: element("rect", {
            class: "hit",
            x: left,
            y: top,
            width: cell * width,
            height: cell * height,
          }),
        })),
      });
    },
    table: {
      head: ["row", "column", ...order.map((b) => `bit ${bits[b]}`)],
      rows: Array.from({ length: pixels }, (_, pixel): Cell[] => [
        numberCell(Math.floor(pixel / width) + 1, String),
        numberCell((pixel % width) + 1, String),
        ...order.map((b) => numberCell(critical[b * pixels + pixel], formatPower)),
      ]),
    },
  };
}
