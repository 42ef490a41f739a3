// Small panels of curves side by side, each with axes of its own: a page of figures that are read together.

import type { Interval } from "../statistics/interval.ts";
import { axes, type Frame } from "./axis.ts";
import { type Chart, drawing, numberCell, textCell } from "./chart.ts";
import { type Arm, mark, type Role } from "./colours.ts";
import { legend } from "./legend.ts";
import { element, fragment, type Markup, shortNumber } from "./markup.ts";
import { bandPath, linePath } from "./paths.ts";
import { makeScale } from "./scale.ts";

export interface Curve {
  /** Name in the key. Curves of one name look alike in all panels. */
  readonly name: string;
  /** Whose colour and sign it has. */
  readonly role: Role | Arm;
  /** A second curve of the kind: dashed, with hollow signs. */
  readonly isSecond?: boolean;
  readonly points: readonly { readonly x: number; readonly interval: Interval }[];
}

export interface CurvePanel {
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly xKind?: "linear" | "log";
  /** Where places are things, not numbers: their names. */
  readonly xNames?: readonly string[];
  /** Whether points stand apart, side by side with bars for intervals, where no line would mean anything. Default false. */
  readonly isApart?: boolean;
  readonly yKind?: "linear" | "error";
  /** Ends the upright axis may not pass. */
  readonly bounds?: readonly [low: number, high: number];
  readonly yFormat: (value: number) => string;
  readonly curves: readonly Curve[];
}

const panelHeightPx = 250;
/** Between points that stand side by side. */
const asidePx = 11;

/** @param wide - panels side by side where there is room */
export function curvePanels(
  panels: readonly CurvePanel[],
  about: Pick<Chart, "id" | "title" | "caption" | "summary">,
  wide = 2,
): Chart {
  return {
    ...about,
    draw: (widthPx) => {
      const columns = widthPx < 600 ? 1 : wide;
      const panelWidth = widthPx / columns;
      const named = new Map(
        panels.flatMap(({ curves }) => curves.map((curve) => [curve.name, curve] as const)),
      );
      const entries = [...named].map(([text, { role, isSecond }]) => ({
        text,
        sign: (x: number, y: number) => mark(role, x, y, 4.5, isSecond),
      }));
      const key = legend(entries, 2, 0, widthPx);
      const top = key.heightPx + 12;
      const drawn = panels.map((panel, i) => {
        const left = (i % columns) * panelWidth;
        const panelTop = top + Math.floor(i / columns) * panelHeightPx;
        return drawPanel(panel, {
          left: left + 56,
          top: panelTop + 50,
          right: left + panelWidth - 14,
          bottom: panelTop + panelHeightPx - 46,
        });
      });
      return drawing({
        widthPx,
        heightPx: top + Math.ceil(panels.length / columns) * panelHeightPx,
        summary: about.summary,
        body: fragment(key.markup, drawn),
        spots: [],
      });
    },
    table: {
      head: ["figure", "curve", "at", "value", "low", "high"],
      rows: panels.flatMap(({ title, curves, yFormat }) =>
        curves.flatMap(({ name, points }) =>
          points.map(({ x, interval: { value, low, high } }) => [
            textCell(title),
            textCell(name),
            numberCell(x, String),
            ...[value, low, high].map((end) => numberCell(end, yFormat)),
          ]),
        ),
      ),
    },
  };
}

function drawPanel(panel: CurvePanel, frame: Frame): Markup {
  const {
    title,
    xTitle,
    yTitle,
    xKind = "linear",
    xNames,
    isApart = false,
    yKind = "linear",
    bounds,
    yFormat,
    curves,
  } = panel;
  const points = curves.flatMap((curve) => curve.points);
  const scale = makeScale({
    kind: xKind,
    values: points.map((point) => point.x),
    range: [frame.left, frame.right],
    tickCount: 6,
    padding: xNames === undefined ? 0.03 : 0.2,
  });
  const x = xNames === undefined ? scale : { ...scale, ticks: xNames.map((_, i) => i) };
  const y = makeScale({
    kind: yKind,
    values: points.flatMap(({ interval: { value, low, high } }) => [value, low, high]),
    range: [frame.bottom, frame.top],
    tickCount: 5,
    ...(bounds && { bounds }),
    padding: 0.06,
  });
  return fragment(
    element("text", { class: "panel-title", x: frame.left - 54, y: frame.top - 32 }, title),
    axes({
      frame: { ...frame, left: frame.left },
      x,
      y,
      xTitle,
      yTitle: "",
      xFormat: (value) => (isApart ? "" : (xNames?.[value] ?? String(value))),
      yFormat,
    }),
    isApart ? (xNames ?? []).map((name, i) => foldedName(name, x.map(i), frame.bottom)) : null,
    element("text", { class: "quiet", x: frame.left - 54, y: frame.top - 14 }, yTitle),
    curves.map(({ role, isSecond = false, points: own }, c) => {
      const aside = isApart ? asidePx * (c - (curves.length - 1) / 2) : 0;
      const placed = own.map((point) => ({ x: x.map(point.x) + aside, interval: point.interval }));
      if (isApart) {
        return placed.map(({ x: at, interval: { value, low, high } }) =>
          fragment(
            element("path", {
              class: `line ${role}`,
              d: `M${shortNumber(at)} ${shortNumber(y.map(low))}V${shortNumber(y.map(high))}`,
            }),
            mark(role, at, y.map(value), 3.5, isSecond),
          ),
        );
      }
      return fragment(
        element("path", { class: `band ${role}`, d: bandPath(placed, y) }),
        element("path", {
          class: `line ${role}`,
          d: linePath(placed, y),
          "stroke-dasharray": isSecond ? "7 3" : null,
        }),
        own.length > 12
          ? null
          : placed.map(({ x: at, interval }) => mark(role, at, y.map(interval.value), 3.5, isSecond)),
      );
    }),
  );
}

/** In two lines, so that all names of a narrow panel have room. */
function foldedName(name: string, x: number, bottom: number): Markup {
  const line = (text: string, i: number): Markup =>
    element("text", { class: "tick", x, y: bottom + 16 + 14 * i, "text-anchor": "middle" }, text);
  return fragment(name.split(/-(?=[^-]*$)/).map(line));
}
