// When which neurons fired, for one image: a panel for every layer, a column for every step, a tick for every spike.

import { axes, type Frame } from "./axis.ts";
import { type Chart, drawing, emptyDrawing, numberCell, type Spot, textCell } from "./chart.ts";
import { formatCount, formatNumber } from "./format.ts";
import { element, fragment, type Markup, shortNumber } from "./markup.ts";
import type { Scale } from "./scale.ts";
import { stepScale } from "./step-scale.ts";

export interface RasterLayerFigure {
  readonly layer: string;
  /** All; those drawn are every `stride`-th. */
  readonly neurons: number;
  readonly stride: number;
  /** Of all neurons. */
  readonly spikes: number;
  /** Of each step: places among the drawn neurons. */
  readonly events: readonly (readonly number[])[];
  /** Places of drawn neurons that cannot fire; default none. */
  readonly dead?: readonly number[];
}

export interface RasterFigure {
  readonly steps: number;
  readonly layers: readonly RasterLayerFigure[];
  /** What was shown and what was decided, a sentence. */
  readonly about: string;
  /** The step that is looked at, from 1; default none. */
  readonly step?: number;
}

/** @param figure - null: nothing was run */
export function rasterChart(figure: RasterFigure | null): Chart {
  const layers = figure?.layers ?? [];
  const steps = figure?.steps ?? 0;
  const strides = layers.filter(({ stride }) => stride > 1);
  const thinned =
    strides.length === 0
      ? ""
      : ` Of ${strides.map(({ layer, stride }) => `${layer} every ${ordinal(stride)} neuron`).join(", of ")} is drawn.`;
  const summary =
    figure === null
      ? "No image was run."
      : `Spikes over ${formatCount(steps, "step")}. ${layers.map(({ layer, spikes, neurons }) => `${layer}: ${formatCount(spikes, "spike")} of ${formatCount(neurons, "neuron")}`).join("; ")}.`;
  return {
    id: "raster",
    title: "Spikes of one image",
    caption:
      figure === null ? "" : `${figure.about} Neurons from top to bottom, a tick is a spike.${thinned}`,
    summary,
    draw: (widthPx) =>
      layers.length === 0
        ? emptyDrawing(widthPx, summary)
        : draw(layers, { steps, step: figure?.step ?? null }, summary, widthPx),
    table: {
      head: ["layer", "neurons", "spikes", "spikes of a neuron", "first spike at step", "last spike at step"],
      rows: layers.map(({ layer, neurons, spikes, events }) => [
        textCell(layer),
        numberCell(neurons, (count) => formatNumber(count, 15)),
        numberCell(spikes, (count) => formatNumber(count, 15)),
        numberCell(spikes / neurons, formatNumber),
        numberCell(
          stepOf(
            events,
            events.findIndex((some) => some.length > 0),
          ),
          String,
        ),
        numberCell(
          stepOf(
            events,
            events.findLastIndex((some) => some.length > 0),
          ),
          String,
        ),
      ]),
    },
  };
}

interface Steps {
  readonly steps: number;
  readonly step: number | null;
}

function draw(layers: readonly RasterLayerFigure[], steps: Steps, summary: string, widthPx: number): Markup {
  let top = 4;
  const drawn = layers.map((layer, i) => {
    const rows = Math.ceil(layer.neurons / layer.stride);
    const height = Math.min(220, Math.max(44, rows * 4.5));
    const isLast = i === layers.length - 1;
    const frame: Frame = { left: 44, top: top + 20, right: widthPx - 10, bottom: top + 20 + height };
    top = frame.bottom + (isLast ? 44 : 14);
    return panel(layer, rows, steps, frame, isLast);
  });
  return drawing({
    widthPx,
    heightPx: top,
    summary,
    body: fragment(drawn.map(({ body }) => body)),
    spots: drawn.map(({ spot }) => spot),
  });
}

function panel(
  { layer, neurons, stride, spikes, events, dead = [] }: RasterLayerFigure,
  rows: number,
  { steps, step: at }: Steps,
  frame: Frame,
  isLast: boolean,
): { readonly body: Markup; readonly spot: Spot } {
  const { left, right, top, bottom } = frame;
  const column = (right - left) / steps;
  const row = (bottom - top) / rows;
  const x = stepScale(steps, frame);
  const y: Scale = {
    kind: "linear",
    domain: [0, neurons - 1],
    range: [top, bottom],
    ticks: neurons === 1 ? [0] : [0, neurons - 1],
    map: (neuron) => top + (neuron / stride + 0.5) * row,
  };
  const tick = Math.max(1, Math.min(row - 0.4, 9));
  const d = events
    .map((some, step) =>
      some
        .map(
          (place) =>
            `M${shortNumber(x.map(step + 1))} ${shortNumber(top + (place + 0.5) * row - tick / 2)}v${shortNumber(tick)}`,
        )
        .join(""),
    )
    .join("");
  const title = `${layer}, ${formatCount(neurons, "neuron")}: ${formatCount(spikes, "spike")}${dead.length === 0 ? "" : `, ${dead.length} dead`}`;
  return {
    body: fragment(
      element("text", { class: "panel-title", x: left, y: top - 7 }, title),
      axes({
        frame,
        x: isLast ? x : { ...x, ticks: [] },
        y,
        xTitle: isLast ? "Step" : "",
        yTitle: "",
        xFormat: String,
        yFormat: String,
      }),
      at === null
        ? null
        : element("rect", {
            class: "now-column",
            x: x.map(at) - column / 2,
            y: top,
            width: column,
            height: bottom - top,
          }),
      dead.length === 0
        ? null
        : element("path", {
            class: "dead",
            d: dead.map((place) => cross(left + 7, top + (place + 0.5) * row)).join(""),
          }),
      element("path", { class: "spikes", d, "stroke-width": Math.max(1, Math.min(column * 0.6, 12)) }),
    ),
    spot: {
      detail: `${title}\n${formatNumber(spikes / neurons)} of a neuron${stride > 1 ? "" : byStep(events)}`,
      drawing: element("rect", {
        class: "hit",
        "data-layer": layer,
        x: left,
        y: top,
        width: right - left,
        height: bottom - top,
      }),
    },
  };
}

function cross(x: number, y: number): string {
  return `M${shortNumber(x - 3)} ${shortNumber(y - 3)}l6 6m0 -6l-6 6`;
}

function byStep(events: RasterLayerFigure["events"]): string {
  const counts = events.slice(0, 24).map((some) => some.length);
  return `\nby step: ${counts.join(" ")}${events.length > counts.length ? " …" : ""}`;
}

function stepOf(events: RasterLayerFigure["events"], index: number): number | null {
  return index < 0 || index >= events.length ? null : index + 1;
}

function ordinal(count: number): string {
  return count === 2 ? "second" : count === 3 ? "third" : `${count}th`;
}
