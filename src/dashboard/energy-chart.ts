// Energy of one inference, stacked by layer: a row a network, a panel a hardware profile.
//
// One network may need twenty times as much as the rest (an ANN in float32). The axis then ends near
// the others, and the long bars are torn off: their figures at the right stay true.

import type { EnergyFigure, Front, NetworkFigures } from "../study/front.ts";
import { axes, type Frame } from "./axis.ts";
import { type Chart, drawing, emptyDrawing, networkCell, numberCell, type Spot, textCell } from "./chart.ts";
import { layerColour, mark, roleOf } from "./colours.ts";
import { formatEnergy, formatSi, isKnown } from "./format.ts";
import { legend } from "./legend.ts";
import { element, fragment, type Markup } from "./markup.ts";
import { nameOf } from "./network-detail.ts";
import {
  allNetworks,
  decidingAccounting,
  energyUnder,
  isSameNetworkAgain,
  referenceAnn,
} from "./network-list.ts";
import { makeScale, type Scale } from "./scale.ts";
import { fitText, textWidth } from "./text-width.ts";

const rowHeightPx = 19;
const unpriced = "cannot be priced";

interface Row {
  readonly network: NetworkFigures;
  readonly figure: EnergyFigure | null;
}

export function energyChart(front: Front): Chart {
  const networks = allNetworks(front);
  const layers = layersOf(networks);
  const panels = front.profiles.map(({ name }) => ({
    profile: name,
    rows: networks.map(
      (network): Row => ({ network, figure: energyUnder(network, name, decidingAccounting(front)) }),
    ),
  }));
  const summary = panels.map(({ profile, rows }) => summaryOf(profile, rows)).join(" ");
  const isEmpty = networks.length === 0 || panels.length === 0;
  return {
    id: "energy-by-layer",
    title: "Energy by layer and hardware profile",
    caption: `Mean of one inference on test images; a real-valued input is charged ${decidingAccounting(front)}. Hollow marks: zero-skipping hardware. A torn bar is longer than the axis. Each profile's uncertainty and what it leaves out stand under “Hardware profiles”.`,
    summary,
    draw: (widthPx) =>
      isEmpty ? emptyDrawing(widthPx, "No energy is known.") : draw(front, panels, layers, summary, widthPx),
    table: {
      head: ["network", "profile", "energy", ...layers],
      rows: panels.flatMap(({ profile, rows }) =>
        rows.map(({ network, figure }) => [
          networkCell(network),
          textCell(profile),
          figure === null || !isKnown(figure.energyPj)
            ? { text: unpriced, value: null }
            : numberCell(figure.energyPj, formatEnergy),
          ...layers.map((layer) => numberCell(figure?.byLayerPj[layer], formatEnergy)),
        ]),
      ),
    },
  };
}

type Panel = { readonly profile: string; readonly rows: readonly Row[] };

function draw(
  front: Front,
  panels: readonly Panel[],
  layers: readonly string[],
  summary: string,
  widthPx: number,
): Markup {
  const columns = widthPx < 700 ? 1 : 2;
  const panelWidth = widthPx / columns;
  const key = legend(
    layers.map((layer, i) => ({
      text: layer === "(static)" ? "static power and steps" : layer,
      sign: (x, y) =>
        element("rect", {
          class: "layer",
          x: x - 6,
          y: y - 6,
          width: 12,
          height: 12,
          fill: layerColour(i, layers.length),
        }),
    })),
    2,
    0,
    widthPx,
  );
  const panelHeight = 66 + panels[0].rows.length * rowHeightPx;
  const top = key.heightPx + 8;
  const drawn = panels.map(({ profile, rows }, i) => {
    const left = (i % columns) * panelWidth;
    const panelTop = top + Math.floor(i / columns) * panelHeight;
    return panelOf({ front, profile, rows, layers, left, top: panelTop, widthPx: panelWidth });
  });
  return drawing({
    widthPx,
    heightPx: top + Math.ceil(panels.length / columns) * panelHeight,
    summary,
    body: fragment(
      key.markup,
      drawn.map(({ body }) => body),
    ),
    spots: drawn.flatMap(({ spots }) => spots),
  });
}

interface PanelOptions extends Panel {
  readonly front: Front;
  readonly layers: readonly string[];
  readonly left: number;
  readonly top: number;
  readonly widthPx: number;
}

function panelOf({ front, profile, rows, layers, left, top, widthPx }: PanelOptions) {
  const nameWidth = Math.min(130, 26 + Math.max(...rows.map(({ network }) => textWidth(network.id))));
  const frame: Frame = {
    left: left + nameWidth,
    top: top + 26,
    right: left + widthPx - 76,
    bottom: top + 26 + rows.length * rowHeightPx,
  };
  const { scale, end } = energyScale(front, rows, frame);
  const body = fragment(
    element("text", { class: "panel-title", x: left + 2, y: top + 15 }, profile),
    rows.map((_, i) =>
      i % 2 === 0
        ? element("rect", {
            class: "zebra",
            x: left,
            y: frame.top + i * rowHeightPx,
            width: widthPx - 4,
            height: rowHeightPx,
          })
        : null,
    ),
    end === 0
      ? null
      : axes({
          frame,
          x: scale,
          y: { ...scale, ticks: [] },
          xTitle: "",
          yTitle: "",
          xFormat: (energyPj) => (energyPj === 0 ? "0" : formatEnergy(energyPj)),
          yFormat: String,
        }),
  );
  const spots = rows.map((row, i): Spot => {
    const middle = frame.top + (i + 0.5) * rowHeightPx;
    return rowSpot({
      row,
      layers,
      profile,
      scale,
      end,
      left,
      middle,
      frame,
      widthPx,
      isHollow: isSameNetworkAgain(front, row.network),
    });
  });
  return { body, spots };
}

interface RowOptions {
  readonly row: Row;
  readonly layers: readonly string[];
  readonly profile: string;
  readonly scale: Scale;
  readonly end: number;
  readonly left: number;
  readonly middle: number;
  readonly frame: Frame;
  readonly widthPx: number;
  readonly isHollow: boolean;
}

function rowSpot({
  row,
  layers,
  profile,
  scale,
  end,
  left,
  middle,
  frame,
  widthPx,
  isHollow,
}: RowOptions): Spot {
  const { network, figure } = row;
  const isPriced = figure !== null && isKnown(figure.energyPj);
  const detail = [
    nameOf(network),
    isPriced ? `${formatEnergy(figure.energyPj)} under ${profile}` : `${unpriced} under ${profile}`,
    ...layers
      .filter((layer) => isKnown(figure?.byLayerPj[layer]))
      .map((layer) => `${layer} ${formatEnergy(figure?.byLayerPj[layer])}`),
  ].join("\n");
  return {
    detail,
    drawing: fragment(
      element("rect", {
        class: "hit",
        x: left,
        y: middle - rowHeightPx / 2,
        width: widthPx - 4,
        height: rowHeightPx,
      }),
      mark(roleOf(network), left + 9, middle, 4.2, isHollow),
      element("text", { x: left + 19, y: middle + 4 }, fitText(network.id, frame.left - left - 24)),
      isPriced ? stack(figure, layers, scale, end, middle) : null,
      element(
        "text",
        { class: isPriced ? "" : "quiet", x: isPriced ? frame.right + 8 : frame.left + 8, y: middle + 4 },
        isPriced ? formatEnergy(figure.energyPj) : unpriced,
      ),
    ),
  };
}

function stack(
  { byLayerPj }: EnergyFigure,
  layers: readonly string[],
  scale: Scale,
  end: number,
  middle: number,
): Markup {
  const parts: Markup[] = [];
  let sum = 0;
  layers.forEach((layer, i) => {
    const energyPj = byLayerPj[layer];
    if (!isKnown(energyPj) || energyPj <= 0) return;
    const [from, to] = [scale.map(Math.min(sum, end)), scale.map(Math.min(sum + energyPj, end))];
    sum += energyPj;
    if (to - from < 0.05) return;
    const attributes = {
      class: "layer",
      x: from,
      y: middle - 6,
      width: to - from,
      height: 12,
      fill: layerColour(i, layers.length),
    };
    parts.push(element("rect", attributes));
  });
  if (sum > end * 1.0001) {
    const x = scale.map(end);
    parts.push(
      element("path", {
        class: "tear",
        d: `M${x - 9} ${middle - 8}l-4 5.3l6 5.3l-4 5.3h5l4 -5.3l-6 -5.3l4 -5.3Z`,
      }),
    );
  }
  return fragment(parts);
}

/** Linear from 0 to the largest of the front and of the ANN it is compared with; references beyond are torn. */
function energyScale(
  front: Front,
  rows: readonly Row[],
  { left, right }: Frame,
): { readonly scale: Scale; readonly end: number } {
  const ann = referenceAnn(front);
  const priced = rows.filter(({ figure }) => isKnown(figure?.energyPj));
  const measuring = priced.filter(
    ({ network }) => network === ann || front.points.some(({ id }) => id === network.id),
  );
  const largest = (some: readonly Row[]): number =>
    Math.max(0, ...some.map(({ figure }) => figure?.energyPj ?? 0));
  const all = largest(priced);
  const end = Math.min(all * 1.02, largest(measuring.length === 0 ? priced : measuring) * 1.25);
  const scale = makeScale({
    kind: "linear",
    values: [0, end || 1],
    range: [left, right],
    tickCount: Math.max(2, (right - left) / 64),
    padding: 0,
  });
  return { scale, end };
}

/** Every layer any network has, in the order first met; what belongs to no layer last. */
function layersOf(networks: readonly NetworkFigures[]): readonly string[] {
  const names = new Set(
    networks.flatMap(({ energy }) => energy.flatMap(({ byLayerPj }) => Object.keys(byLayerPj))),
  );
  return [...names].sort((a, b) => Number(a.startsWith("(")) - Number(b.startsWith("(")));
}

function summaryOf(profile: string, rows: readonly Row[]): string {
  const priced = rows.filter(({ figure }) => isKnown(figure?.energyPj));
  if (priced.length === 0) return `Under ${profile} no network can be priced.`;
  const sorted = [...priced].sort((a, b) => (a.figure?.energyPj ?? 0) - (b.figure?.energyPj ?? 0));
  const tell = ({ network, figure }: Row): string =>
    `${network.id} with ${formatSi((figure?.energyPj ?? 0) * 1e-12, "J")}`;
  const none = rows.length - priced.length;
  return `Under ${profile} the least energy needs ${tell(sorted[0])}, the most ${tell(sorted[sorted.length - 1])}${none === 0 ? "" : `; ${none} cannot be priced`}.`;
}
