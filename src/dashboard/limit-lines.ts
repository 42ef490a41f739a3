// What the study requires, on a chart: a dotted line, a tint over what it rules out, and a name put
// where it hides the fewest marks.

import type { Frame } from "./axis.ts";
import { type Box, boxOf, type PlacedLabel } from "./label-placement.ts";
import { element, fragment, type Markup } from "./markup.ts";
import type { Measure } from "./measures.ts";
import { isInside, type Scale } from "./scale.ts";

/** What a limit on an axis needs to know of it. */
type Limited = Pick<Measure, "limit" | "isBetterHigher" | "format">;

export interface LimitOptions {
  readonly frame: Frame;
  readonly x: Scale;
  readonly y: Scale;
  readonly xMeasure: Limited;
  readonly yMeasure: Limited;
  /** Centres of the marks, in pixels. */
  readonly marks: readonly { readonly x: number; readonly y: number }[];
}

export interface LimitLines {
  readonly lines: Markup;
  readonly names: Markup;
  /** Where the names stand: no other label may. */
  readonly taken: readonly Box[];
}

export function limitLines({ frame, x, y, xMeasure, yMeasure, marks }: LimitOptions): LimitLines {
  const { left, right, top, bottom } = frame;
  const lines: Markup[] = [];
  const names: PlacedLabel[] = [];
  const isClear = (label: PlacedLabel): number => marks.filter((mark) => covers(boxOf(label), mark)).length;
  const place = (candidates: readonly PlacedLabel[]): void => {
    const within = candidates.filter((label) => boxOf(label).left >= left && boxOf(label).right <= right);
    const [best] = [...within].sort((a, b) => isClear(a) - isClear(b));
    if (best !== undefined) names.push(best);
  };
  if (xMeasure.limit !== null && isInside(x, xMeasure.limit)) {
    const at = x.map(xMeasure.limit);
    const [from, to] = xMeasure.isBetterHigher ? [left, at] : [at, right];
    const label = named(xMeasure);
    lines.push(
      element("rect", { class: "outside", x: from, y: top, width: to - from, height: bottom - top }),
      element("line", { class: "limit", x1: at, x2: at, y1: top, y2: bottom }),
    );
    place([
      label(at - 5, bottom - 7, "end"),
      label(at + 5, bottom - 7, "start"),
      label(at - 5, top + 13, "end"),
      label(at + 5, top + 13, "start"),
    ]);
  }
  if (yMeasure.limit !== null && isInside(y, yMeasure.limit)) {
    const at = y.map(yMeasure.limit);
    const [from, to] = yMeasure.isBetterHigher ? [at, bottom] : [top, at];
    const label = named(yMeasure);
    lines.push(
      element("rect", { class: "outside", x: left, y: from, width: right - left, height: to - from }),
      element("line", { class: "limit", x1: left, x2: right, y1: at, y2: at }),
    );
    place([
      label(right - 4, at - 5, "end"),
      label(left + 5, at - 5, "start"),
      label(right - 4, at + 14, "end"),
      label(left + 5, at + 14, "start"),
    ]);
  }
  return {
    lines: fragment(lines),
    names: fragment(
      names.map(({ text, textX, textY, anchor }) =>
        element("text", { class: "quiet halo", x: textX, y: textY, "text-anchor": anchor }, text),
      ),
    ),
    taken: names.map(boxOf),
  };
}

function named({ isBetterHigher, format, limit }: Limited) {
  const text = limit === null ? "" : `${isBetterHigher ? "at least" : "at most"} ${format(limit)}`;
  return (textX: number, textY: number, anchor: PlacedLabel["anchor"]): PlacedLabel => ({
    text,
    x: textX,
    y: textY,
    radius: 0,
    textX,
    textY,
    anchor,
  });
}

/** Whether a mark of the usual size touches the box. */
function covers(
  { left, right, top, bottom }: Box,
  mark: { readonly x: number; readonly y: number },
): boolean {
  const reach = 6;
  return mark.x > left - reach && mark.x < right + reach && mark.y > top - reach && mark.y < bottom + reach;
}
