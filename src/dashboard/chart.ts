// What every chart is: a drawing, the words that say the same, and the table behind it.

import type { NetworkFigures } from "../study/front.ts";
import { type Role, roleOf } from "./colours.ts";
import { type Child, element, fragment, type Markup } from "./markup.ts";
import { wrapText } from "./text-width.ts";

/** A cell: what is shown, the bare value for sorting and CSV, and the kind of network it names, if one. */
export interface Cell {
  readonly text: string;
  readonly value: number | string | null;
  readonly role?: Role;
}

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

export interface Chart {
  /** File name of downloads, and part of ids: kebab-case. */
  readonly id: string;
  readonly title: string;
  /** How to read it, and what the intervals are. */
  readonly caption: string;
  /** The drawing in words, for those who cannot see it. */
  readonly summary: string;
  /** Draws it `widthPx` wide: once for screens and paper, once for phones. */
  readonly draw: (widthPx: number) => Markup;
  readonly table: Table;
}

/** Something to point at: named when focused or touched. */
export interface Spot {
  readonly drawing: Child;
  /** Lines of text. */
  readonly detail: string;
}

export interface DrawingOptions {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly summary: string;
  readonly body: Child;
  readonly spots: readonly Spot[];
  /** Drawn over the spots, and not there for the pointer: names must stay readable. */
  readonly overlay?: Child;
}

/**
 * The `svg` element of a chart. Spots lie beside the image, not in it: what is inside an element of
 * role img is hidden from assistive technology. Only the first takes part in the tab order; the
 * arrow keys reach the others.
 */
export function drawing({ widthPx, heightPx, summary, body, spots, overlay = null }: DrawingOptions): Markup {
  return element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      class: "chart",
      viewBox: `0 0 ${Math.round(widthPx)} ${Math.round(heightPx)}`,
      width: Math.round(widthPx),
      height: Math.round(heightPx),
    },
    element("g", { role: "img", "aria-label": summary }, body),
    spots.length === 0
      ? null
      : element(
          "g",
          { role: "group", "aria-label": "Points; arrow keys move between them" },
          spots.map((spot, i) =>
            element(
              "g",
              {
                class: "spot",
                role: "img",
                tabindex: i === 0 ? 0 : -1,
                "aria-label": spot.detail,
              },
              spot.drawing,
            ),
          ),
        ),
    overlay === null ? null : element("g", { class: "overlay", "aria-hidden": "true" }, overlay),
  );
}

/** A drawing that says why there is nothing to draw. */
export function emptyDrawing(widthPx: number, reason: string): Markup {
  const lines = wrapText(reason, widthPx - 32);
  const first = 64 - (lines.length - 1) * 8;
  return drawing({
    widthPx,
    heightPx: 120,
    summary: reason,
    spots: [],
    body: fragment(
      element("rect", { class: "empty-frame", x: 1, y: 1, width: widthPx - 2, height: 118, rx: 6 }),
      lines.map((line, i) =>
        element(
          "text",
          { class: "empty-text", x: widthPx / 2, y: first + i * 16, "text-anchor": "middle" },
          line,
        ),
      ),
    ),
  });
}

/** The name of a network, with its mark. */
export function networkCell(network: Pick<NetworkFigures, "id" | "role" | "training">): Cell {
  return { text: network.id, value: network.id, role: roleOf(network) };
}

export function textCell(text: string): Cell {
  return { text, value: text };
}

export function numberCell(value: number | null | undefined, format: (value: number) => string): Cell {
  const known = typeof value === "number" && Number.isFinite(value);
  return known ? { text: format(value), value } : { text: "–", value: null };
}
