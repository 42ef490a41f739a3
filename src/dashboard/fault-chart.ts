// Accuracy while bits of the stored weights flip, against the share of bits that do.
// One panel a number format: a flip in a float32 exponent and one in an int8 code are not the same.

import type { DoseFigure, NetworkFigures } from "../study/front.ts";
import { axes, type Frame } from "./axis.ts";
import { type Chart, drawing, emptyDrawing, networkCell, numberCell, type Spot, textCell } from "./chart.ts";
import { mark, roleOf } from "./colours.ts";
import { formatInterval, formatPower, formatShare, isKnown } from "./format.ts";
import { legend, roleEntries } from "./legend.ts";
import { element, fragment, type Markup, shortNumber } from "./markup.ts";
import { nameOf } from "./network-detail.ts";
import { distinctNetworks, type ShownNetworks } from "./network-list.ts";
import { bandPath, linePath, type PathPoint } from "./paths.ts";
import { makeScale, type Scale } from "./scale.ts";
import { spreadLabels } from "./spread-labels.ts";
import { fitText } from "./text-width.ts";

const panelHeightPx = 370;
/** More spiking networks than this are drawn as thin lines, with only the choice in full. */
const fullLines = 3;

interface Series {
  readonly network: NetworkFigures;
  readonly doses: readonly DoseFigure[];
  readonly isThin: boolean;
  readonly isChoice: boolean;
}

interface Panel {
  readonly format: string;
  readonly series: readonly Series[];
}

export function faultChart(front: ShownNetworks): Chart {
  const panels = panelsOf(front);
  const summary = panels.map(summaryOf).join(" ") || "No network was tested under faults.";
  return {
    id: "accuracy-under-faults",
    title: "Accuracy under weight bit flips",
    caption:
      panels.length === 0
        ? summary
        : `Every stored bit flips with the probability below the axis. Lines: mean over fault seeds, bands: intervals (${panels[0].series[0].doses[0].accuracy.method}), on ${panels[0].series[0].network.evaluation.split} images. Networks of one format suffer the same masks; formats are never mixed.`,
    summary,
    draw: (widthPx) =>
      panels.length === 0 ? emptyDrawing(widthPx, summary) : draw(panels, summary, widthPx),
    table: {
      head: [
        "network",
        "format",
        "bit-error rate",
        "accuracy",
        "low",
        "high",
        "drop",
        "drop low",
        "drop high",
      ],
      rows: panels.flatMap(({ format, series }) =>
        series.flatMap(({ network, doses }) =>
          doses.map(({ bitErrorRate, accuracy, drop }) => [
            networkCell(network),
            textCell(format),
            numberCell(bitErrorRate, formatPower),
            ...[accuracy.value, accuracy.low, accuracy.high, drop.value, drop.low, drop.high].map((value) =>
              numberCell(value, (share) => formatShare(share)),
            ),
          ]),
        ),
      ),
    },
  };
}

function draw(panels: readonly Panel[], summary: string, widthPx: number): Markup {
  const columns = widthPx < 700 ? 1 : Math.min(panels.length, 2);
  const panelWidth = Math.min(700, widthPx / columns);
  const roles = new Set(panels.flatMap(({ series }) => series.map(({ network }) => roleOf(network))));
  const key = legend(roleEntries(roles), 2, 0, widthPx);
  const top = key.heightPx + 10;
  const drawn = panels.map((panel, i) =>
    drawPanel(panel, (i % columns) * panelWidth, top + Math.floor(i / columns) * panelHeightPx, panelWidth),
  );
  return drawing({
    widthPx,
    heightPx: top + Math.ceil(panels.length / columns) * panelHeightPx,
    summary,
    body: fragment(
      key.markup,
      drawn.map(({ body }) => body),
    ),
    spots: drawn.flatMap(({ spots }) => spots),
  });
}

function drawPanel({ format, series }: Panel, left: number, top: number, widthPx: number) {
  const labelWidth = 104;
  const frame: Frame = {
    left: left + 46,
    top: top + 30,
    right: left + widthPx - labelWidth,
    bottom: top + panelHeightPx - 46,
  };
  const doses = series.flatMap((one) => one.doses);
  const x = makeScale({
    kind: "log",
    values: doses.map(({ bitErrorRate }) => bitErrorRate),
    range: [frame.left, frame.right],
    tickCount: (frame.right - frame.left) / 60,
    padding: 0.04,
  });
  const y = makeScale({
    kind: "linear",
    values: [...doses.flatMap(({ accuracy: { value, low } }) => [value, low]), 1],
    range: [frame.bottom, frame.top],
    tickCount: 5,
    bounds: [0, 1],
    padding: 0.03,
  });
  const lines = series.map((one) => ({ ...one, points: pointsOf(one, x) }));
  const named = spreadLabels(
    lines.map(({ points }) => y.map(points[points.length - 1].interval.value)),
    14,
    [frame.top, frame.bottom],
  );
  const dashes = dashesOf(series);
  const body = fragment(
    element("text", { class: "panel-title", x: frame.left, y: top + 16 }, `${format} weights`),
    axes({
      frame,
      x,
      y,
      xTitle: "Bit-error rate",
      yTitle: "",
      xFormat: formatPower,
      yFormat: (share) => formatShare(share, 0),
    }),
    lines.map(({ network, points, isThin }) =>
      element("path", { class: `band ${roleOf(network)}${isThin ? " faint" : ""}`, d: bandPath(points, y) }),
    ),
    lines
      .filter(({ points }) => points.length === 1)
      .map(({ network, points: [{ x: at, interval }] }) =>
        element("path", {
          class: `bar ${roleOf(network)}`,
          d: `M${shortNumber(at)} ${shortNumber(y.map(interval.low))}V${shortNumber(y.map(interval.high))}`,
        }),
      ),
    lines.map(({ network, points, isThin }, i) =>
      element("path", {
        class: `line ${roleOf(network)}${isThin ? " thin" : ""}`,
        d: linePath(points, y),
        "stroke-dasharray": dashes[i],
      }),
    ),
    lines.map((line, i) =>
      lastLabel({
        series: line,
        point: line.points[line.points.length - 1],
        y,
        frame,
        at: named[i],
        widthPx: labelWidth,
      }),
    ),
  );
  return { body, spots: lines.map((line) => spotOf(line, line.points, y)) };
}

interface LastLabelOptions {
  readonly series: Series;
  readonly point: PathPoint;
  readonly y: Scale;
  readonly frame: Frame;
  /** Height of the name, beside the line's end or as near as others allow. */
  readonly at: number;
  readonly widthPx: number;
}

function lastLabel({
  series: { network, isChoice },
  point,
  y,
  frame,
  at,
  widthPx,
}: LastLabelOptions): Markup {
  const { x, interval } = point;
  return fragment(
    element("path", {
      class: "leader",
      fill: "none",
      d: `M${x + 6} ${y.map(interval.value)}L${frame.right + 12} ${at}`,
    }),
    element(
      "text",
      { class: isChoice ? "strong" : null, x: frame.right + 15, y: at + 4 },
      fitText(network.id, widthPx - 17),
    ),
  );
}

/** One stop for the keyboard a network: its whole curve, told rate by rate. */
function spotOf({ network, doses, isThin }: Series, points: readonly PathPoint[], y: Scale): Spot {
  const detail = [
    nameOf(network),
    `${doses[0].format} weights, bit-error rate: accuracy`,
    ...doses.map(
      ({ bitErrorRate, accuracy }) =>
        `${formatPower(bitErrorRate)}: ${formatInterval(accuracy, (share) => formatShare(share))}`,
    ),
  ].join("\n");
  return {
    detail,
    drawing: fragment(
      element("path", { class: "hit-line", d: linePath(points, y) }),
      [...points]
        .reverse()
        .map(({ x, interval }) => mark(roleOf(network), x, y.map(interval.value), isThin ? 2.6 : 4)),
    ),
  };
}

function pointsOf({ doses }: Series, x: Scale): readonly PathPoint[] {
  return doses.map(({ bitErrorRate, accuracy }) => ({ x: x.map(bitErrorRate), interval: accuracy }));
}

/** Formats in the order met, each with the networks that were tested in it. Rates of 0 have no place on a log axis. */
function panelsOf(front: ShownNetworks): readonly Panel[] {
  const networks = distinctNetworks(front);
  const formats = [...new Set(networks.flatMap(({ doses }) => doses.map(({ format }) => format)))];
  const rank = (format: string): number => (format === "int8" ? 0 : format === "float32" ? 2 : 1);
  return formats
    .sort((a, b) => rank(a) - rank(b))
    .map((format) => {
      const tested = networks
        .map((network) => ({ network, doses: usable(network.doses, format) }))
        .filter(({ doses }) => doses.length > 0);
      const spiking = tested.filter(({ network }) => network.role === "snn").length;
      const { choice } = front.recommendation;
      const isThin = ({ role, id }: NetworkFigures): boolean =>
        role === "snn" && spiking > fullLines && id !== choice;
      return {
        format,
        series: tested.map((one) => ({
          ...one,
          isThin: isThin(one.network),
          isChoice: one.network.id === choice,
        })),
      };
    })
    .filter(({ series }) => series.length > 0);
}

function usable(doses: readonly DoseFigure[], format: string): readonly DoseFigure[] {
  return doses
    .filter((dose) => dose.format === format && dose.bitErrorRate > 0 && isKnown(dose.accuracy.value))
    .sort((a, b) => a.bitErrorRate - b.bitErrorRate);
}

/** Lines of one kind share a colour, so each further one drawn in full has its own dashes. */
function dashesOf(series: readonly Series[]): readonly (string | null)[] {
  const patterns = [null, "7 3", "2 3", "9 3 2 3"];
  const met: Record<string, number> = {};
  return series.map(({ network, isThin }) => {
    if (isThin) return null;
    const role = roleOf(network);
    const count = met[role] ?? 0;
    met[role] = count + 1;
    return patterns[count % patterns.length];
  });
}

function summaryOf({ format, series }: Panel): string {
  const ends = series.map(
    ({ network, doses }) => `${network.id} ${formatShare(doses[doses.length - 1].accuracy.value)}`,
  );
  const rates = series[0].doses.map(({ bitErrorRate }) => bitErrorRate);
  return `Accuracy with ${format} weights at bit-error rates from ${formatPower(Math.min(...rates))} to ${formatPower(Math.max(...rates))}; at the highest: ${ends.join(", ")}.`;
}
