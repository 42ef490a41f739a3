// A box drawn on the trade-offs by mouse or pen keeps the trials within it. Fingers scroll the page; ranges can be
// typed below the coordinates.

import { valueAt } from "../live/live-parallel.ts";
import type { Scatter } from "../live/live-scatter.ts";
import type { Brush } from "../live/live-state.ts";

/** Less than this is a click. */
const leastPx = 6;

interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * @param plane - of the drawing as it is now
 * @param set - told of the ranges across and up
 */
export function drawBox(
  place: HTMLElement,
  plane: () => Scatter["plane"],
  set: (across: Brush, up: Brush) => void,
): void {
  let start: Point | null = null;
  const box = document.createElement("div");
  box.id = "drawn-box";
  box.hidden = true;
  document.body.append(box);
  const isBox = (from: Point, to: Point): boolean =>
    Math.abs(to.x - from.x) >= leastPx && Math.abs(to.y - from.y) >= leastPx;
  place.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.pointerType === "touch" || plane() === null) return;
    start = { x: event.clientX, y: event.clientY };
  });
  addEventListener("pointermove", (event) => {
    if (start === null) return;
    const now = { x: event.clientX, y: event.clientY };
    box.hidden = !isBox(start, now);
    box.style.left = `${Math.min(start.x, now.x) + scrollX}px`;
    box.style.top = `${Math.min(start.y, now.y) + scrollY}px`;
    box.style.width = `${Math.abs(now.x - start.x)}px`;
    box.style.height = `${Math.abs(now.y - start.y)}px`;
  });
  addEventListener("pointerup", (event) => {
    const [from, to] = [start, { x: event.clientX, y: event.clientY }];
    start = null;
    box.hidden = true;
    const now = plane();
    const drawing = place.querySelector("svg");
    if (from === null || now === null || drawing === null || !isBox(from, to)) return;
    swallowClick();
    const { left, top, width } = drawing.getBoundingClientRect();
    const ratio = drawing.viewBox.baseVal.width / width;
    const range = (scale: typeof now.x, a: number, b: number): Brush => {
      const [one, other] = [valueAt(scale, a * ratio), valueAt(scale, b * ratio)];
      return { low: Math.min(one, other), high: Math.max(one, other) };
    };
    set(range(now.x, from.x - left, to.x - left), range(now.y, from.y - top, to.y - top));
  });
  addEventListener("pointercancel", () => {
    start = null;
    box.hidden = true;
  });
}

/** The end of a drag is no click on what lies below it. */
function swallowClick(): void {
  const swallow = (event: Event): void => event.stopPropagation();
  addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => removeEventListener("click", swallow, { capture: true }));
}
