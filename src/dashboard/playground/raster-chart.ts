// Who fires when: a row a neuron, a column a step, layer under layer. Of large layers every n-th neuron is drawn.

import { axes, type Frame } from "../axis.ts";
import { type Chart, drawing, emptyDrawing, numberCell, textCell } from "../chart.ts";
import { formatCount, formatNumber } from "../format.ts";
import { element, fragment, type Markup, shortNumber } from "../markup.ts";
import { makeScale } from "../scale.ts";
import { fitText } from "../text-width.ts";
import { stepScale } from "./step-scale.ts";
import type { WatchedImage, WatchedLayer } from "./watched-image.ts";

/** Rows of a layer, at most: more could not be told apart. */
const mostRows = 120;
const headPx = 24;

export interface RasterOptions {
  readonly watched: WatchedImage;
  readonly dead: Readonly<Record<string, readonly number[]>>;
  readonly step: number;
}

/** Where a layer's rows are drawn. */
export interface RasterPanel {
  readonly layer: string;
  /** Neurons that have a row, ascending. */
  readonly drawn: readonly number[];
  readonly top: number;
  readonly rowPx: number;
}

export function rasterChart(options: RasterOptions): Chart {
  const { watched, dead } = options;
  const { layers, steps, unseen } = watched;
  const summary =
    layers.length === 0
      ? "No spikes can be shown."
      : `Spikes over ${formatCount(steps, "step")}: ${layers
          .map(
            ({ layer, neurons, events }) =>
              `${layer} ${formatCount(events.length, "spike")} of ${formatCount(neurons, "neuron")}`,
          )
          .join(", ")}.`;
  return {
    id: "raster",
    title: "Spikes",
    caption: `A row a neuron, a column a step. Press a row to kill its neuron or to bring it back; a cross marks the dead.${
      layers.some(({ neurons }) => neurons > mostRows)
        ? ` Of larger layers ${mostRows} neurons, evenly chosen.`
        : ""
    }${unseen.length === 0 ? "" : ` Not shown, as they feed back: ${unseen.join(", ")}.`}`,
    summary,
    draw: (widthPx) =>
      layers.length === 0 ? emptyDrawing(widthPx, summary) : draw(options, summary, widthPx),
    table: {
      head: ["layer", "neurons", "spikes", "active neurons", "dead neurons"],
      rows: layers.map(({ layer, neurons, events }) => [
        textCell(layer),
        numberCell(neurons, (value) => formatNumber(value, 15)),
        numberCell(events.length, (value) => formatNumber(value, 15)),
        numberCell(new Set(events).size, (value) => formatNumber(value, 15)),
        numberCell(dead[layer]?.length ?? 0, (value) => formatNumber(value, 15)),
      ]),
    },
  };
}

/** Panels from top to bottom; the same for drawing and for pointing. */
export function rasterPanels({ layers }: WatchedImage): readonly RasterPanel[] {
  let top = 0;
  return layers.map(({ layer, neurons }) => {
    const rows = Math.min(neurons, mostRows);
    const drawn = Array.from({ length: rows }, (_, row) => Math.floor((row * neurons) / rows));
    const rowPx = Math.max(1.5, Math.min(9, 150 / rows));
    const panel = { layer, drawn, top: top + headPx, rowPx };
    top = panel.top + rows * rowPx + 8;
    return panel;
  });
}

function frameOf(panels: readonly RasterPanel[], widthPx: number): Frame {
  const last = panels[panels.length - 1];
  return { left: 58, top: headPx, right: widthPx - 12, bottom: last.top + last.drawn.length * last.rowPx };
}

function draw({ watched, dead, step }: RasterOptions, summary: string, widthPx: number): Markup {
  const panels = rasterPanels(watched);
  const frame = frameOf(panels, widthPx);
  const { steps, layers } = watched;
  const x = stepScale(steps, frame, widthPx);
  const cellPx = (frame.right - frame.left) / steps;
  const y = makeScale({ kind: "linear", values: [0, 1], range: [frame.bottom, frame.top], tickCount: 1 });
  const body = fragment(
    axes({ frame, x, y: { ...y, ticks: [] }, xTitle: "step", yTitle: "", xFormat: String, yFormat: String }),
    panels.map((panel, i) =>
      layerPanel({
        panel,
        own: layers[i],
        frame,
        cellPx,
        dead: dead[panel.layer] ?? [],
      }),
    ),
    element("rect", {
      class: "now-column",
      x: x.map(step) - cellPx / 2,
      y: frame.top,
      width: cellPx,
      height: frame.bottom - frame.top,
    }),
  );
  return drawing({ widthPx, heightPx: frame.bottom + 40, summary, body, spots: [] });
}

interface LayerPanelOptions {
  readonly panel: RasterPanel;
  readonly own: WatchedLayer;
  readonly frame: Frame;
  readonly cellPx: number;
  readonly dead: readonly number[];
}

function layerPanel({ panel, own, frame, cellPx, dead }: LayerPanelOptions): Markup {
  const { drawn, top, rowPx } = panel;
  const rowOf = new Map(drawn.map((neuron, row) => [neuron, row]));
  const gapPx = cellPx > 4 ? 1 : 0;
  let [d, at] = ["", 0];
  own.ends.forEach((end, t) => {
    for (; at < end; at++) {
      const row = rowOf.get(own.events[at]);
      if (row === undefined) continue;
      d += `M${shortNumber(frame.left + t * cellPx + gapPx / 2)} ${shortNumber(top + (row + 0.5) * rowPx)}h${shortNumber(cellPx - gapPx)}`;
    }
  });
  const crosses = dead.flatMap((neuron) => {
    const row = rowOf.get(neuron);
    if (row === undefined) return [];
    const [cy, r] = [top + (row + 0.5) * rowPx, Math.max(1.5, Math.min(3, rowPx / 2))];
    return [`M${frame.left - 8 - r} ${shortNumber(cy - r)}l${2 * r} ${2 * r}m0 ${-2 * r}l${-2 * r} ${2 * r}`];
  });
  const title = `${own.layer}: ${formatCount(own.neurons, "neuron")}, ${formatCount(own.events.length, "spike")}${
    dead.length === 0 ? "" : `, ${formatNumber(dead.length, 15)} dead`
  }`;
  return fragment(
    element(
      "text",
      { class: "panel-title", x: frame.left, y: top - 7 },
      fitText(title, frame.right - frame.left, 13),
    ),
    element("rect", {
      class: "raster-ground",
      "data-raster": own.layer,
      x: frame.left,
      y: top,
      width: frame.right - frame.left,
      height: drawn.length * rowPx,
    }),
    element("path", {
      class: "fired",
      d,
      "stroke-width": Math.max(1, rowPx - (rowPx > 4 ? 1 : 0)),
    }),
    crosses.length === 0 ? null : element("path", { class: "cross", d: crosses.join("") }),
  );
}
