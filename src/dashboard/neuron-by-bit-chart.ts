// The rate of critical faults by neuron and bit: neurons from left to right, in as many strips as it takes.

import type { NeuronMap } from "../campaign/vulnerability-maps.ts";
import { type Cell, type Chart, drawing, numberCell, textCell } from "./chart.ts";
import { formatPower } from "./format.ts";
import { type HeatScale, heatCells, heatLegend, heatScale } from "./heat-scale.ts";
import { element, fragment, type Markup } from "./markup.ts";
import { nameOfStruck } from "./name-of-struck.ts";

const rowPx = 15;
/** Cells narrower than this could not be told apart: the neurons go on in another strip. */
const narrowestPx = 4;

/** @param maps - at least one, of bits */
export function neuronByBitChart(maps: readonly NeuronMap[]): Chart {
  const all = [...new Set(maps.flatMap(({ bits }) => bits.filter((bit) => bit !== null)))].sort(
    (a, b) => b - a,
  );
  const scale = heatScale(maps.flatMap(({ critical }) => [...critical]));
  const rateOf = ({ bits, critical }: NeuronMap, output: number, bit: number): number => {
    const at = bits.indexOf(bit);
    return at < 0 ? Number.NaN : critical[output * bits.length + at];
  };
  const worst = maps.map((map) => {
    const most = map.critical.reduce((high, value) => (value > high ? value : high), 0);
    const at = map.critical.indexOf(most);
    const { bits } = map;
    return `${nameOfStruck(map)}: highest ${formatPower(most)}${most === 0 ? "" : ` at output ${Math.floor(at / bits.length)}, bit ${bits[at % bits.length]}`}`;
  });
  const summary = `Rate of critical faults by output of each layer and bit. ${worst.join("; ")}.`;
  return {
    id: "neuron-by-bit",
    title: "Neuron by bit",
    caption:
      "Neurons, or channels of a convolution, from left to right; bits from the highest at the top. A cell is all weights, or the one value, of that neuron.",
    summary,
    draw: (widthPx) => {
      const left = 34;
      const key = heatLegend(scale, {
        left,
        top: 0,
        widthPx: widthPx - left,
        hasGaps: maps.some(({ critical }) => critical.some(Number.isNaN)),
      });
      let top = key.heightPx + 8;
      const drawn = maps.map((map, m) => {
        const panel = strips(map, rateOf, { left, top: top + 22, widthPx: widthPx - left - 2 });
        const title = element(
          "text",
          { class: "panel-title", x: left, y: top + 12 },
          `${nameOfStruck(map)}, ${map.outputs} outputs`,
        );
        const start = top + 22;
        top += 22 + panel.heightPx + 20;
        return {
          body: fragment(title, panel.draw(scale)),
          spot: {
            detail: worst[m],
            drawing: element("rect", {
              class: "hit",
              x: left,
              y: start,
              width: widthPx - left - 2,
              height: panel.heightPx,
            }),
          },
        };
      });
      return drawing({
        widthPx,
        heightPx: top,
        summary,
        body: fragment(
          key.markup,
          drawn.map(({ body }) => body),
        ),
        spots: drawn.map(({ spot }) => spot),
      });
    },
    table: {
      head: ["struck", "output", ...all.map((bit) => `bit ${bit}`)],
      rows: maps.flatMap((map) =>
        Array.from({ length: map.outputs }, (_, output): Cell[] => [
          textCell(nameOfStruck(map)),
          numberCell(output, String),
          ...all.map((bit) => numberCell(rateOf(map, output, bit), formatPower)),
        ]),
      ),
    },
  };
}

/** Neurons of one layer in as many strips as the width asks for. */
function strips(
  map: NeuronMap,
  rateOf: (map: NeuronMap, output: number, bit: number) => number,
  { left, top, widthPx }: { readonly left: number; readonly top: number; readonly widthPx: number },
): { readonly heightPx: number; readonly draw: (scale: HeatScale) => Markup } {
  const bits = map.bits.filter((bit) => bit !== null).sort((a, b) => b - a);
  const perStrip = Math.min(map.outputs, Math.floor(widthPx / narrowestPx));
  const count = Math.ceil(map.outputs / perStrip);
  const cellWidth = Math.min(24, widthPx / perStrip);
  const cellHeight = bits.length > 16 ? 8 : rowPx;
  const stripPx = bits.length * cellHeight + 26;
  const draw = (scale: HeatScale): Markup =>
    fragment(
      Array.from({ length: count }, (_, strip) => {
        const first = strip * perStrip;
        const columns = Math.min(perStrip, map.outputs - first);
        const y = top + strip * stripPx;
        const values = bits.flatMap((bit) =>
          Array.from({ length: columns }, (_, k) => rateOf(map, first + k, bit)),
        );
        return fragment(
          bits.map((bit, row) =>
            row % Math.ceil(14 / cellHeight) === 0
              ? element(
                  "text",
                  {
                    class: "tick",
                    x: left - 6,
                    y: y + row * cellHeight + Math.min(12, cellHeight + 3),
                    "text-anchor": "end",
                  },
                  String(bit),
                )
              : null,
          ),
          heatCells(scale, { values, columns, left, top: y, cellWidth, cellHeight }),
          element("rect", {
            class: "grid",
            fill: "none",
            x: left,
            y,
            width: columns * cellWidth,
            height: bits.length * cellHeight,
          }),
          element("text", { class: "tick", x: left, y: y + bits.length * cellHeight + 14 }, String(first)),
          columns > 8
            ? element(
                "text",
                {
                  class: "tick",
                  x: left + columns * cellWidth,
                  y: y + bits.length * cellHeight + 14,
                  "text-anchor": "end",
                },
                String(first + columns - 1),
              )
            : null,
        );
      }),
    );
  return { heightPx: count * stripPx - 6, draw };
}
