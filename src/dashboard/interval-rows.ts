// Values with their intervals as rows of dots, a panel for every figure they are of: things side by side.
//
// Rows of all panels stand in the same order, so that a row is found again in the next panel.

import { axes, type Frame } from "./axis.ts";
import { type Cell, type Chart, drawing, emptyDrawing, numberCell, type Spot, textCell } from "./chart.ts";
import { mark, type Role } from "./colours.ts";
import { isKnown } from "./format.ts";
import { legend, roleEntries } from "./legend.ts";
import { element, fragment, type Markup, shortNumber } from "./markup.ts";
import { clampedMap, isInside, makeScale, type Scale, type ScaleKind } from "./scale.ts";
import { fitText, textWidth } from "./text-width.ts";
import { tickFormatOf } from "./tick-format.ts";

export interface ValueInterval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface IntervalRow {
  readonly name: string;
  /** null: it stands for no network. */
  readonly role: Role | null;
  /** null: not known. */
  readonly interval: ValueInterval | null;
  /** Attributes of what is pointed at, e.g. the trial it stands for. */
  readonly data?: Readonly<Record<string, string | number>>;
}

export interface IntervalPanel {
  /** With its unit. */
  readonly title: string;
  readonly kind: ScaleKind;
  readonly bounds?: readonly [low: number, high: number];
  readonly format: (value: number) => string;
  /** A requirement on it; null: none. */
  readonly limit?: number | null;
  /** A value the axis begins at or shows in any case. */
  readonly origin?: number;
  readonly rows: readonly IntervalRow[];
}

const rowPx = 24;

/** @param empty - why nothing is to be seen, where nothing is */
export function intervalRows(
  panels: readonly IntervalPanel[],
  about: Pick<Chart, "id" | "title" | "caption" | "summary">,
  empty: string,
): Chart {
  const isEmpty = panels.every(({ rows }) => rows.length === 0);
  return {
    ...about,
    draw: (widthPx) => (isEmpty ? emptyDrawing(widthPx, empty) : draw(panels, about.summary, widthPx)),
    table: {
      head: ["figure", "of", "value", "low", "high"],
      rows: panels.flatMap(({ title, rows, format }) =>
        rows.map(({ name, interval }): Cell[] => [
          textCell(title),
          textCell(name),
          ...[interval?.value, interval?.low, interval?.high].map((value) => numberCell(value, format)),
        ]),
      ),
    },
  };
}

function draw(panels: readonly IntervalPanel[], summary: string, widthPx: number): Markup {
  const most = Math.min(panels.length, Math.max(1, Math.floor(widthPx / 320)));
  const columns = panels.length === 4 && most === 3 ? 2 : most;
  const panelWidth = widthPx / columns;
  const roles = new Set(panels.flatMap(({ rows }) => rows.flatMap(({ role }) => role ?? [])));
  // A single kind needs no key: what it is, the title says.
  const key =
    roles.size > 1 ? legend(roleEntries(roles), 2, 0, widthPx) : { markup: fragment(), heightPx: 0 };
  let top = key.heightPx + (roles.size > 1 ? 8 : 0);
  const drawn = [];
  for (let first = 0; first < panels.length; first += columns) {
    const line = panels.slice(first, first + columns);
    const rows = Math.max(...line.map((panel) => panel.rows.length));
    const heightPx = 26 + rows * rowPx + 34;
    for (const [i, panel] of line.entries())
      drawn.push(
        drawPanel(panel, { left: i * panelWidth, top, widthPx: panelWidth - (columns > 1 ? 26 : 12) }),
      );
    top += heightPx + 10;
  }
  return drawing({
    widthPx,
    heightPx: top,
    summary,
    body: fragment(
      key.markup,
      drawn.map(({ body }) => body),
    ),
    spots: drawn.flatMap(({ spots }) => spots),
  });
}

function drawPanel(
  panel: IntervalPanel,
  { left, top, widthPx }: { readonly left: number; readonly top: number; readonly widthPx: number },
): { readonly body: Markup; readonly spots: readonly Spot[] } {
  const { title, rows, format, limit = null } = panel;
  const namePx = Math.min(widthPx * 0.42, Math.max(...rows.map(({ name }) => textWidth(name)), 20) + 10);
  const valuePx = Math.max(...rows.map((row) => textWidth(valueText(row, format)))) + 8;
  const frame: Frame = {
    left: left + namePx,
    top: top + 24,
    right: left + widthPx - valuePx,
    bottom: top + 24 + rows.length * rowPx,
  };
  const x = scaleOf(panel, frame);
  const noTicks: Scale = { ...x, ticks: [] };
  const at = (i: number): number => frame.top + (i + 0.5) * rowPx;
  const body = fragment(
    element("text", { class: "panel-title", x: left, y: top + 13 }, fitText(title, widthPx, 13)),
    axes({
      frame,
      x,
      y: noTicks,
      xTitle: "",
      yTitle: "",
      xFormat: tickFormatOf(format, x.ticks),
      yFormat: String,
    }),
    limit === null || !isInside(x, limit)
      ? null
      : element("line", {
          class: "limit",
          x1: x.map(limit),
          x2: x.map(limit),
          y1: frame.top,
          y2: frame.bottom,
        }),
    rows.map((row, i) => [
      element(
        "text",
        { x: frame.left - 8, y: at(i) + 4, "text-anchor": "end" },
        fitText(row.name, namePx - 8),
      ),
      element("text", { class: "quiet", x: frame.right + 8, y: at(i) + 4 }, valueText(row, format)),
    ]),
  );
  return { body, spots: rows.map((row, i) => spotOf(row, panel, x, frame, at(i))) };
}

function spotOf(
  { name, role, interval, data = {} }: IntervalRow,
  { title, format }: IntervalPanel,
  x: Scale,
  frame: Frame,
  y: number,
): Spot {
  const hit = element("rect", {
    class: "hit",
    x: frame.left,
    y: y - rowPx / 2,
    width: frame.right - frame.left,
    height: rowPx,
    ...data,
  });
  if (interval === null || !isKnown(interval.value))
    return { detail: `${name}\n${title}: not known`, drawing: hit };
  const { value, low, high } = interval;
  const [from, middle, to] = [low, value, high].map((one) => shortNumber(clampedMap(x, one)));
  const ends = low === high ? "" : ` [${format(low)}, ${format(high)}]`;
  return {
    detail: `${name}\n${title}: ${format(value)}${ends}`,
    drawing: fragment(
      low === high ? null : element("path", { class: `bar ${role ?? "plain"}`, d: `M${from} ${y}H${to}` }),
      role === null
        ? element("circle", { class: "mark plain", cx: Number(middle), cy: y, r: 4.5 })
        : mark(role, Number(middle), y, 4.5),
      hit,
    ),
  };
}

function valueText({ interval }: IntervalRow, format: IntervalPanel["format"]): string {
  return interval === null || !isKnown(interval.value) ? "–" : format(interval.value);
}

function scaleOf({ kind, bounds, origin, rows }: IntervalPanel, { left, right }: Frame): Scale {
  const ends = rows.flatMap(({ interval }) =>
    interval === null ? [] : [interval.low, interval.value, interval.high],
  );
  return makeScale({
    kind,
    values: [...ends, ...(origin === undefined ? [] : [origin])],
    range: [left, right],
    tickCount: Math.max(2, (right - left) / 70),
    padding: 0.05,
    ...(bounds && { bounds }),
  });
}
