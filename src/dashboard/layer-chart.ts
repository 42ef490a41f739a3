// A network layer by layer: what is connected to what, and beside every layer what it does and what that costs.
//
// Layers stand in their order, so that most connections are short lines down; those that skip layers are arcs at the
// left, those that come late are dashed. A name and a shape say what a box is.

import { type Cell, type Chart, drawing, emptyDrawing, numberCell, type Spot, textCell } from "./chart.ts";
import type { Role } from "./colours.ts";
import { errorNames, errorPieces, errorSum, type LayerErrors } from "./error-bar.ts";
import { formatEnergy, formatNumber, formatShare, isKnown } from "./format.ts";
import { type LegendEntry, legend } from "./legend.ts";
import { element, fragment, type Markup, shortNumber } from "./markup.ts";
import { fitText, textWidth } from "./text-width.ts";

export interface LayerFigure {
  readonly id: string;
  readonly kind: string;
  readonly shape: readonly number[];
  readonly inputs: readonly { readonly from: string; readonly delay: number }[];
  /** Mean spikes of an image; null: the layer has no neurons. */
  readonly spikes: number | null;
  /** 95 % interval of that mean; null: there is none. */
  readonly spikeEnds: { readonly low: number; readonly high: number } | null;
  readonly neurons: number | null;
  /** Of the neurons, how many never fired, and how many fired at every step of some image. */
  readonly silent: number | null;
  readonly saturated: number | null;
  /** Mean energy of an image; null: it has no price. */
  readonly energyPj: number | null;
  /** What its spikes get wrong; null: not looked at. */
  readonly errors: LayerErrors | null;
}

export interface LayersFigure {
  /** In their order, the input first. */
  readonly layers: readonly LayerFigure[];
  /** Where the figures come from, a sentence. */
  readonly about: string;
  /** The kind of the network; absent: converted. */
  readonly role?: Role;
}

const rowPx = 30;
const boxPx = 22;

export function layerChart({ layers, about, role = "snn" }: LayersFigure): Chart {
  const spiking = layers.filter(({ spikes }) => isKnown(spikes));
  const loudest = [...spiking].sort((a, b) => rateOf(b) - rateOf(a))[0];
  const skips = edgesOf(layers).filter(({ from, to }) => to !== from + 1);
  const summary =
    layers.length === 0
      ? "Nothing is known of this network's layers."
      : `${layers.length} layers, ${skips.length} connections that skip some.${loudest === undefined ? "" : ` ${loudest.id} spikes most: ${formatNumber(rateOf(loudest))} spikes of a neuron.`}`;
  return {
    id: "layers",
    title: "Layer by layer",
    caption: about,
    summary,
    draw: (widthPx) =>
      layers.length === 0 ? emptyDrawing(widthPx, summary) : draw(layers, role, summary, widthPx),
    table: {
      head: [
        ...[
          "layer",
          "kind",
          "shape",
          "from",
          "neurons",
          "spikes of an image",
          "low",
          "high",
          "spikes of a neuron",
        ],
        ...["silent", "saturated", "energy", ...errorNames, "clipped"],
      ],
      rows: layers.map((layer): Cell[] => [
        textCell(layer.id),
        textCell(layer.kind),
        textCell(layer.shape.join(" × ")),
        textCell(
          layer.inputs
            .map(({ from, delay }) => `${from}${delay > 0 ? ` (${delay} steps late)` : ""}`)
            .join(", "),
        ),
        ...[
          layer.neurons,
          layer.spikes,
          layer.spikeEnds?.low ?? null,
          layer.spikeEnds?.high ?? null,
          layer.spikes === null ? null : rateOf(layer),
        ].map((value) => numberCell(value, (count) => formatNumber(count))),
        ...[layer.silent, layer.saturated].map((value) =>
          numberCell(value, (count) => formatNumber(count, 15)),
        ),
        numberCell(layer.energyPj, formatEnergy),
        ...errorNames.map((name) => numberCell(layer.errors?.[name], (share) => formatShare(share, 1))),
        numberCell(layer.errors?.clippedShare, (share) => formatShare(share, 1)),
      ]),
    },
  };
}

interface Edge {
  readonly from: number;
  readonly to: number;
  readonly delay: number;
}

/** By place in the list. */
export function edgesOf(layers: readonly Pick<LayerFigure, "id" | "inputs">[]): readonly Edge[] {
  const places = new Map(layers.map(({ id }, i) => [id, i]));
  return layers.flatMap(({ inputs }, to) =>
    inputs.flatMap(({ from, delay }) => {
      const place = places.get(from);
      return place === undefined ? [] : [{ from: place, to, delay }];
    }),
  );
}

function rateOf({ spikes, neurons }: LayerFigure): number {
  return isKnown(spikes) && isKnown(neurons) && neurons > 0 ? spikes / neurons : 0;
}

/** Both ends of a neuron's; 0 where there is no interval. */
function rateEnds({ spikeEnds, neurons }: LayerFigure): readonly [low: number, high: number] {
  if (spikeEnds === null || neurons === null || neurons === 0) return [0, 0];
  return [spikeEnds.low / neurons, spikeEnds.high / neurons];
}

interface Column {
  readonly title: string;
  /** Where there is no room for it. */
  readonly short: string;
  readonly left: number;
  readonly widthPx: number;
  /** The figure that fills the column. */
  readonly full: number;
  readonly bar: (layer: LayerFigure, x: number, y: number, widthPx: number) => readonly (Markup | null)[];
  readonly text: (layer: LayerFigure) => string;
}

function draw(layers: readonly LayerFigure[], role: Role, summary: string, widthPx: number): Markup {
  const edges = edgesOf(layers);
  const skips = edges.filter(({ from, to, delay }) => to !== from + 1 || delay > 0);
  const arcPx = skips.length === 0 ? 6 : Math.min(90, 18 + 7 * Math.max(...skips.map(spanOf)));
  const isNarrow = widthPx < 560;
  const nameRoom = isNarrow ? widthPx * 0.4 : Math.min(250, widthPx * 0.3);
  const columns = columnsOf(layers, role, arcPx + nameRoom + 14, widthPx);
  const hasErrors = layers.some(({ errors }) => errors !== null);
  const key = hasErrors ? legend(errorEntries(), 2, 0, widthPx) : { markup: fragment(), heightPx: 0 };
  const top = key.heightPx + 28;
  const middle = (row: number): number => top + row * rowPx + rowPx / 2;
  const body = fragment(
    key.markup,
    columns.map(({ title, short, left, widthPx: room }) =>
      element(
        "text",
        { class: "axis-title", x: left, y: top - 10 },
        textWidth(title, 13) <= room ? title : short,
      ),
    ),
    edges
      .filter((edge) => !skips.includes(edge))
      .map(({ from, to }) =>
        element("path", {
          class: "axis",
          d: `M${arcPx + 14} ${middle(from) + boxPx / 2}V${middle(to) - boxPx / 2}`,
        }),
      ),
    skips.map((edge) => arc(edge, middle, arcPx)),
    layers.map((layer, row) => [
      box(layer, arcPx, middle(row), nameRoom),
      columns.map((column) => bar(column, layer, middle(row))),
    ]),
  );
  return drawing({
    widthPx,
    heightPx: top + layers.length * rowPx + 4,
    summary,
    body,
    spots: layers.map(
      (layer, row): Spot => ({
        detail: detailOf(layer),
        drawing: element("rect", {
          class: "hit",
          x: arcPx,
          y: middle(row) - rowPx / 2,
          width: widthPx - arcPx,
          height: rowPx,
        }),
      }),
    ),
  });
}

function columnsOf(
  layers: readonly LayerFigure[],
  role: Role,
  left: number,
  right: number,
): readonly Column[] {
  const wanted: readonly Omit<Column, "left" | "widthPx">[] = [
    {
      title: "Spikes of a neuron",
      short: "Spikes",
      full: Math.max(
        ...layers.flatMap((layer) => (rateOf(layer) > 0 ? [rateOf(layer), ...rateEnds(layer)] : [0])),
      ),
      bar: (layer, x, y, widthPx) => [
        piece(`mark ${role}`, x, y, widthPx * rateOf(layer)),
        layer.spikeEnds === null ? null : whisker(rateEnds(layer), x, y, widthPx),
      ],
      text: (layer) => (layer.spikes === null ? "" : formatNumber(rateOf(layer))),
    },
    {
      title: "Energy",
      short: "Energy",
      full: Math.max(0, ...layers.map(({ energyPj }) => energyPj ?? 0)),
      bar: (layer, x, y, widthPx) => [piece("energy", x, y, widthPx * (layer.energyPj ?? 0))],
      text: ({ energyPj }) => (isKnown(energyPj) ? formatEnergy(energyPj) : ""),
    },
    {
      title: "Errors, of the mean activation",
      short: "Errors",
      full: Math.max(0, ...layers.map(({ errors }) => (errors === null ? 0 : errorSum(errors)))),
      bar: ({ errors }, x, y, widthPx) =>
        errors === null ? [] : errorPieces(errors, 1, { x, y: y - 6, widthPx }),
      text: ({ errors }) => (errors === null ? "" : formatShare(errorSum(errors), 0)),
    },
  ];
  const shown = wanted.filter(({ full }) => full > 0);
  const room = (right - left) / Math.max(1, shown.length);
  return shown.map((column, i) => ({ ...column, left: left + i * room, widthPx: room - 10 }));
}

function bar({ left, widthPx, full, bar: drawBar, text }: Column, layer: LayerFigure, y: number): Markup {
  const textPx = widthPx < 110 ? 0 : 58;
  const said = text(layer);
  return fragment(
    drawBar(layer, left, y, (widthPx - textPx) / full),
    textPx === 0 || said === ""
      ? null
      : element("text", { class: "quiet", x: left + widthPx, y: y + 4, "text-anchor": "end" }, said),
  );
}

function piece(name: string, x: number, y: number, widthPx: number): Markup | null {
  return widthPx < 0.4 ? null : element("rect", { class: name, x, y: y - 6, width: widthPx, height: 12 });
}

function whisker([low, high]: readonly [number, number], x: number, y: number, widthPx: number): Markup {
  const [from, to] = [x + low * widthPx, x + high * widthPx].map(shortNumber);
  return element("path", { class: "whisker", d: `M${from} ${y}H${to}M${from} ${y - 3}v6M${to} ${y - 3}v6` });
}

function box({ id, kind, shape }: LayerFigure, left: number, middle: number, widthPx: number): Markup {
  const name = fitText(id, widthPx - 12);
  const about = `${kind === id ? "" : `${kind} `}${shape.join("×")}`;
  const rest = widthPx - 20 - textWidth(name);
  return fragment(
    element("rect", {
      class: "layer-box",
      x: left,
      y: middle - boxPx / 2,
      width: widthPx,
      height: boxPx,
      rx: 4,
    }),
    element("text", { x: left + 7, y: middle + 4 }, name),
    rest < 40
      ? null
      : element(
          "text",
          { class: "quiet", x: left + widthPx - 6, y: middle + 4, "text-anchor": "end" },
          fitText(about, rest),
        ),
  );
}

function arc(edge: Edge, middle: (row: number) => number, right: number): Markup {
  const { from, to, delay } = edge;
  const [y0, y1] = [middle(from) + 4, middle(to) - 4];
  const reach = Math.max(2, right - Math.min(right - 4, 14 + 7 * spanOf(edge)));
  const control = (4 * reach - right) / 3;
  const path = `M${right} ${shortNumber(y0)}C${[control, y0, control, y1, right, y1].map(shortNumber).join(" ")}`;
  return fragment(
    element("path", { class: "skip", d: path, "stroke-dasharray": delay > 0 ? "5 3" : null }),
    element("path", { class: "skip-end", d: `M${right} ${shortNumber(y1)}l-6 -3.5v7z` }),
  );
}

function spanOf({ from, to }: Edge): number {
  return Math.max(1, Math.abs(to - from));
}

function errorEntries(): readonly LegendEntry[] {
  return errorNames.map((name) => ({
    text: name,
    sign: (x, y) => element("rect", { class: `error ${name}`, x: x - 5, y: y - 5, width: 10, height: 10 }),
  }));
}

function detailOf(layer: LayerFigure): string {
  const { id, kind, shape, inputs, spikes, neurons, silent, saturated, energyPj, errors } = layer;
  const from = inputs.map((input) => `${input.from}${input.delay > 0 ? `, ${input.delay} steps late` : ""}`);
  return [
    `${id}: ${kind}, ${shape.join(" × ")}`,
    ...(from.length === 0 ? [] : [`from ${from.join(" and ")}`]),
    ...(spikes === null
      ? []
      : [
          `${formatNumber(spikes)} spikes of an image${layer.spikeEnds === null ? "" : ` [${formatNumber(layer.spikeEnds.low)}, ${formatNumber(layer.spikeEnds.high)}]`}, ${formatNumber(rateOf(layer))} of a neuron (${formatNumber(neurons, 15)})`,
          `${formatNumber(silent, 15)} never fired, ${formatNumber(saturated, 15)} at every step of some image`,
        ]),
    ...(isKnown(energyPj) ? [`energy ${formatEnergy(energyPj)}`] : []),
    ...(errors === null ? [] : errorNames.map((name) => `${name} ${formatShare(errors[name], 1)}`)),
  ].join("\n");
}
