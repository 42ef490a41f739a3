// How many neurons of each layer fire in every step.

import { axes, type Frame } from "../axis.ts";
import { type Chart, drawing, emptyDrawing, numberCell } from "../chart.ts";
import { layerColour } from "../colours.ts";
import { formatNumber, formatShare } from "../format.ts";
import { element, fragment, type Markup, shortNumber } from "../markup.ts";
import { makeScale } from "../scale.ts";
import { spreadLabels } from "../spread-labels.ts";
import { stepScale } from "../step-scale.ts";
import { fitText, textWidth } from "../text-width.ts";
import type { WatchedImage } from "./watched-image.ts";

export function layerSpikesChart(watched: WatchedImage, step: number): Chart {
  const { layers, steps } = watched;
  const rates = layers.map(({ ends, neurons }) =>
    Array.from(ends, (end, t) => (end - (t === 0 ? 0 : ends[t - 1])) / neurons),
  );
  const summary =
    layers.length === 0
      ? "No spikes can be shown."
      : `Spikes a neuron and step: ${layers
          .map(({ layer, events, neurons }) => `${layer} ${formatNumber(events.length / neurons / steps)}`)
          .join(", ")} in the mean.`;
  return {
    id: "layer-spikes",
    title: "Spikes of each layer",
    caption:
      "Spikes in every step, as a share of the layer's neurons. Fewer spikes are fewer additions, and less energy.",
    summary,
    draw: (widthPx) =>
      layers.length === 0 ? emptyDrawing(widthPx, summary) : draw(watched, rates, step, summary, widthPx),
    table: {
      head: ["step", ...layers.map(({ layer }) => `${layer}, spikes`)],
      rows: Array.from({ length: steps }, (_, t) => [
        numberCell(t + 1, String),
        ...layers.map(({ neurons }, i) =>
          numberCell(Math.round(rates[i][t] * neurons), (value) => formatNumber(value, 15)),
        ),
      ]),
    },
  };
}

function draw(
  { layers, steps }: WatchedImage,
  rates: readonly (readonly number[])[],
  step: number,
  summary: string,
  widthPx: number,
): Markup {
  const heightPx = 210;
  const namesPx = Math.min(widthPx / 4, Math.max(...layers.map(({ layer }) => textWidth(layer))));
  const frame: Frame = { left: 58, top: 16, right: widthPx - 24 - namesPx, bottom: heightPx - 40 };
  const x = stepScale(steps, frame);
  const y = makeScale({
    kind: "linear",
    values: [0, 0.01, ...rates.flat()],
    range: [frame.bottom, frame.top],
    tickCount: 4,
    bounds: [0, Infinity],
  });
  const places = spreadLabels(
    rates.map((own) => y.map(own[own.length - 1])),
    14,
    [frame.top, frame.bottom],
  );
  const at = x.map(step);
  const body = fragment(
    axes({
      frame,
      x,
      y,
      xTitle: "step",
      yTitle: "",
      xFormat: String,
      yFormat: (share) => formatShare(share, 0),
    }),
    element("line", { class: "now", x1: at, x2: at, y1: frame.top, y2: frame.bottom }),
    layers.map(({ layer }, i) => {
      const points = rates[i].map((rate, t) => `${shortNumber(x.map(t + 1))} ${shortNumber(y.map(rate))}`);
      const stroke = layerColour(i, layers.length);
      return fragment(
        element("path", { class: "line", stroke, d: `M${points.join("L")}` }),
        points.length === 1
          ? element("circle", { cx: x.map(1), cy: y.map(rates[i][0]), r: 3.5, fill: stroke })
          : null,
        element("path", {
          class: "leader",
          d: `M${frame.right + 2} ${shortNumber(y.map(rates[i][steps - 1]))}L${frame.right + 9} ${shortNumber(places[i])}`,
        }),
        element("text", { class: "quiet", x: frame.right + 12, y: places[i] + 4 }, fitText(layer, namesPx)),
      );
    }),
  );
  return drawing({ widthPx, heightPx, summary, body, spots: [] });
}
