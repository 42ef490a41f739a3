// Axes: grid lines, ticks, and titles that never collide. The title of the upright axis lies flat
// above it, because nobody reads sideways.

import { element, fragment, type Markup } from "./markup.ts";
import type { Scale } from "./scale.ts";
import { fitText, textWidth } from "./text-width.ts";

/** The rectangle data is drawn in, in pixels. */
export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface AxesOptions {
  readonly frame: Frame;
  readonly x: Scale;
  readonly y: Scale;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly xFormat: (value: number) => string;
  readonly yFormat: (value: number) => string;
}

const labelGapPx = 10;

export function axes({ frame, x, y, xTitle, yTitle, xFormat, yFormat }: AxesOptions): Markup {
  const { left, top, right, bottom } = frame;
  return fragment(
    stackedTicks(y).map((tick) => {
      const at = y.map(tick);
      return fragment(
        element("line", { class: "grid", x1: left, x2: right, y1: at, y2: at }),
        element("text", { class: "tick", x: left - 7, y: at + 4, "text-anchor": "end" }, yFormat(tick)),
      );
    }),
    spacedTicks(x, xFormat).map((tick) => {
      const at = x.map(tick);
      return fragment(
        element("line", { class: "grid", x1: at, x2: at, y1: top, y2: bottom }),
        element("text", { class: "tick", x: at, y: bottom + 16, "text-anchor": "middle" }, xFormat(tick)),
      );
    }),
    element("path", { class: "axis", d: `M${left} ${top}V${bottom}H${right}` }),
    xTitle === "" ? null : flatTitle(xTitle, frame),
    yTitle === "" ? null : element("text", { class: "axis-title", x: 2, y: top - 12 }, yTitle),
  );
}

/** Centred below the axis, moved left or cut where it would leave the drawing. */
function flatTitle(title: string, { left, right, bottom }: Frame): Markup {
  const shown = fitText(title, right - 2, 13);
  const half = textWidth(shown, 13) / 2;
  const x = Math.max(half, Math.min((left + right) / 2, right - half));
  return element("text", { class: "axis-title", x, y: bottom + 34, "text-anchor": "middle" }, shown);
}

/** Ticks of an upright axis from the best on, without those whose label would touch the one before. */
function stackedTicks({ ticks, map }: Scale): readonly number[] {
  const kept: number[] = [];
  for (const tick of [...ticks].reverse()) {
    const last = kept[kept.length - 1];
    if (last === undefined || Math.abs(map(tick) - map(last)) >= 14) kept.push(tick);
  }
  return kept;
}

/** Every n-th tick, with the smallest n at which no two labels touch. */
export function spacedTicks(scale: Scale, format: (value: number) => string): readonly number[] {
  const { ticks } = scale;
  for (let stride = 1; stride < ticks.length; stride++) {
    const kept = ticks.filter((_, i) => i % stride === 0);
    const isSpaced = kept.every((tick, i) => {
      if (i === 0) return true;
      const room = Math.abs(scale.map(tick) - scale.map(kept[i - 1]));
      return room >= (textWidth(format(tick)) + textWidth(format(kept[i - 1]))) / 2 + labelGapPx;
    });
    if (isSpaced) return kept;
  }
  return ticks.slice(0, 1);
}
