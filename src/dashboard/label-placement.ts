// Names beside points, never over each other, over a mark, or out of the frame.
//
// Greedy: in order of importance each label takes the first free of eight places around its mark;
// one that finds none is left out (pointing at the mark still tells the name).

import type { Frame } from "./axis.ts";
import { textWidth } from "./text-width.ts";

export interface LabelRequest {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  /** Of the mark, in pixels. */
  readonly radius: number;
}

export interface PlacedLabel extends LabelRequest {
  readonly anchor: "start" | "middle" | "end";
  readonly textX: number;
  readonly textY: number;
}

/** A rectangle in pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const sizePx = 12;

/**
 * @param requests - most important first
 * @param obstacles - where no label may stand
 */
export function placeLabels(
  requests: readonly LabelRequest[],
  frame: Frame,
  obstacles: readonly Box[] = [],
): readonly PlacedLabel[] {
  const taken: Box[] = requests.map(({ x, y, radius }) => ({
    left: x - radius,
    right: x + radius,
    top: y - radius,
    bottom: y + radius,
  }));
  const placed: PlacedLabel[] = [];
  requests.forEach((request, own) => {
    for (const candidate of candidates(request)) {
      const box = boxOf(candidate);
      const isFree = [...obstacles, ...taken].every((other) => other === taken[own] || !overlaps(box, other));
      if (!isFree || !isWithin(box, frame)) continue;
      taken.push(box);
      placed.push(candidate);
      return;
    }
  });
  return placed;
}

function candidates(request: LabelRequest): readonly PlacedLabel[] {
  const { x, y, radius } = request;
  const gap = radius + 3;
  const places = [
    ["start", gap, 4],
    ["end", -gap, 4],
    ["middle", 0, -gap],
    ["middle", 0, gap + 9],
    ["start", gap - 2, -gap + 2],
    ["end", -gap + 2, -gap + 2],
    ["start", gap - 2, gap + 6],
    ["end", -gap + 2, gap + 6],
  ] as const;
  return places.map(([anchor, dx, dy]) => ({ ...request, anchor, textX: x + dx, textY: y + dy }));
}

/** Where the text of a label stands. */
export function boxOf({ text, anchor, textX, textY }: PlacedLabel): Box {
  const width = textWidth(text, sizePx);
  const left = anchor === "start" ? textX : anchor === "end" ? textX - width : textX - width / 2;
  return { left, right: left + width, top: textY - sizePx * 0.85, bottom: textY + sizePx * 0.25 };
}

function overlaps(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

function isWithin(box: Box, frame: Frame): boolean {
  return (
    box.left >= frame.left && box.right <= frame.right && box.top >= frame.top && box.bottom <= frame.bottom
  );
}
