// Accuracy when the readout is taken after step 1, 2, …: how long a network must run to be right.
// One small panel a network, all on the same axes, with the ANN as the line to reach.

import type { NetworkFigures } from "../study/front.ts";
import { axes, type Frame } from "./axis.ts";
import { type Chart, drawing, emptyDrawing, numberCell, type Spot, textCell } from "./chart.ts";
import { mark, roleOf } from "./colours.ts";
import { formatCount, formatInterval, formatShare, isKnown } from "./format.ts";
import { legend, roleEntries } from "./legend.ts";
import { element, fragment, type Markup } from "./markup.ts";
import { nameOf } from "./network-detail.ts";
import { distinctNetworks, referenceAnn, type ShownNetworks } from "./network-list.ts";
import { bandPath, linePath } from "./paths.ts";
import { makeScale, type Scale } from "./scale.ts";
import { fitText, textWidth } from "./text-width.ts";

const panelHeightPx = 172;

export function stepsChart(front: ShownNetworks): Chart {
  const shown = distinctNetworks(front).filter(
    ({ role, accuracyPerStep }) => role === "snn" && accuracyPerStep.length > 0,
  );
  const ann = referenceAnn(front);
  const summary = summaryOf(shown, ann);
  return {
    id: "accuracy-by-step",
    title: "Accuracy after each step",
    caption:
      shown.length === 0
        ? ""
        : `Line and band: the spiking network, on ${shown[0].evaluation.split} images${intervalNote(shown)}. ${ann === null ? "" : `Level line and band: ${ann.id}, ${ann.label}.`} The figure at the right is the last step's. The axis is logarithmic in the error, so that the last per cent can be seen.`,
    summary,
    draw: (widthPx) =>
      shown.length === 0
        ? emptyDrawing(widthPx, "No spiking network was evaluated.")
        : draw(front, shown, ann, summary, widthPx),
    table: {
      head: ["network", "step", "accuracy", "low", "high"],
      rows: shown.flatMap(({ id, accuracyPerStep }) =>
        accuracyPerStep.map((accuracy, i) => [
          textCell(id),
          numberCell(i + 1, String),
          ...[accuracy.value, accuracy.low, accuracy.high].map((value) =>
            numberCell(value, (share) => formatShare(share)),
          ),
        ]),
      ),
    },
  };
}

function draw(
  front: ShownNetworks,
  shown: readonly NetworkFigures[],
  ann: NetworkFigures | null,
  summary: string,
  widthPx: number,
): Markup {
  const columns = Math.min(shown.length, widthPx < 420 ? 2 : 4);
  const panelWidth = Math.min(420, widthPx / columns);
  const key = legend(
    roleEntries(new Set([...shown.map(roleOf), ...(ann === null ? [] : (["ann"] as const))])),
    2,
    0,
    widthPx,
  );
  const y = yScaleOf(shown, ann);
  const top = key.heightPx + 10;
  const panels = shown.map((network, i) => {
    const left = (i % columns) * panelWidth;
    const panelTop = top + Math.floor(i / columns) * panelHeightPx;
    const frame: Frame = {
      left: left + 42,
      top: panelTop + 24,
      right: left + panelWidth - 10,
      bottom: panelTop + panelHeightPx - 30,
    };
    return panel({
      network,
      ann,
      frame,
      y: { ...y, ...onto(y, frame) },
      isChoice: network.id === front.recommendation.choice,
    });
  });
  return drawing({
    widthPx,
    heightPx: top + Math.ceil(shown.length / columns) * panelHeightPx + 4,
    summary,
    body: fragment(
      key.markup,
      panels.map(({ body }) => body),
    ),
    spots: panels.map(({ spot }) => spot),
  });
}

interface PanelOptions {
  readonly network: NetworkFigures;
  readonly ann: NetworkFigures | null;
  readonly frame: Frame;
  readonly y: Scale;
  readonly isChoice: boolean;
}

function panel({ network, ann, frame, y, isChoice }: PanelOptions): {
  readonly body: Markup;
  readonly spot: Spot;
} {
  const { id, accuracyPerStep, accuracy } = network;
  const steps = accuracyPerStep.length;
  const role = roleOf(network);
  const x = makeScale({
    kind: "linear",
    values: steps === 1 ? [0.5, 1.5] : [1, steps],
    range: [frame.left, frame.right],
    tickCount: Math.min(steps, 5),
    padding: 0.03,
  });
  const wholeSteps: Scale = {
    ...x,
    ticks: [
      ...new Set(
        x.ticks.filter((tick) => tick >= 1 && Number.isInteger(tick)).concat(steps === 1 ? [1] : []),
      ),
    ],
  };
  const points = accuracyPerStep.map((interval, i) => ({ x: x.map(i + 1), interval }));
  const [level] = ann?.accuracyPerStep ?? [];
  const last = points[steps - 1];
  const detail = [
    nameOf(network),
    ...accuracyPerStep
      .slice(0, 24)
      .map((interval, i) => `step ${i + 1}: ${formatInterval(interval, (share) => formatShare(share))}`),
    ...(steps > 24 ? [`… ${steps} steps in all`] : []),
  ].join("\n");
  const across = [frame.left, frame.right].map((at) => ({ x: at, interval: level }));
  const body = fragment(
    element("text", { class: "panel-title", x: frame.left, y: frame.top - 8 }, titleOf(id, isChoice, frame)),
    element(
      "text",
      { class: "quiet", x: frame.right, y: frame.top - 8, "text-anchor": "end" },
      formatShare(accuracy.value),
    ),
    axes({
      frame,
      x: wholeSteps,
      y,
      xTitle: "",
      yTitle: "",
      xFormat: (step) => (steps === 1 ? "step 1" : String(step)),
      yFormat: (share) => formatShare(share, Number.isInteger(Number((100 * share).toFixed(6))) ? 0 : 1),
    }),
    level === undefined || !isKnown(level.value)
      ? null
      : fragment(
          element("path", { class: "band ann", d: bandPath(across, y) }),
          element("path", { class: "line ann thin", d: linePath(across, y) }),
        ),
    steps === 1
      ? element("path", {
          class: `bar ${role}`,
          d: `M${last.x} ${y.map(accuracy.low)}V${y.map(accuracy.high)}`,
        })
      : fragment(
          element("path", { class: `band ${role}`, d: bandPath(points, y) }),
          element("path", { class: `line ${role}`, d: linePath(points, y) }),
        ),
  );
  const hit = {
    class: "hit",
    x: frame.left,
    y: frame.top,
    width: frame.right - frame.left,
    height: frame.bottom - frame.top,
  };
  return {
    body,
    spot: { detail, drawing: fragment(element("rect", hit), mark(role, last.x, y.map(accuracy.value), 4)) },
  };
}

/** Left of the figure of the last step, which takes some 56 pixels. */
function titleOf(id: string, isChoice: boolean, { left, right }: Frame): string {
  const roomPx = right - left - 58;
  const long = isChoice ? `${id} (choice)` : id;
  return textWidth(long, 13) <= roomPx ? long : fitText(id, roomPx, 13);
}

/** The shared scale, moved onto a panel: drawn on [1, 0], bottom to top. */
function onto(y: Scale, { top, bottom }: Frame): Pick<Scale, "range" | "map"> {
  return { range: [bottom, top], map: (value) => top + y.map(value) * (bottom - top) };
}

function yScaleOf(shown: readonly NetworkFigures[], ann: NetworkFigures | null): Scale {
  const intervals = shown.flatMap(({ accuracyPerStep }) => accuracyPerStep);
  const values = [...intervals, ...(ann === null ? [] : [ann.accuracy])].flatMap(({ low, value, high }) => [
    low,
    value,
    high,
  ]);
  return makeScale({ kind: "error", values, range: [1, 0], tickCount: 5, bounds: [0, 1] });
}

function intervalNote([first]: readonly NetworkFigures[]): string {
  return first === undefined ? "" : ` (${first.accuracy.method})`;
}

function summaryOf(shown: readonly NetworkFigures[], ann: NetworkFigures | null): string {
  const lines = shown.map(
    ({ id, accuracyPerStep, accuracy }) =>
      `${id}: ${formatShare(accuracy.value)} after ${formatCount(accuracyPerStep.length, "step")}`,
  );
  return `Accuracy after each step for ${formatCount(shown.length, "spiking network")}. ${lines.join("; ")}.${ann === null ? "" : ` The ANN ${ann.id} reaches ${formatShare(ann.accuracy.value)}.`}`;
}
