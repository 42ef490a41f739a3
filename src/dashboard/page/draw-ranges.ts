// Ranges drawn on the axes of the coordinates by pointer: drag to set one, click to take it back.

import { type ParallelOptions, parallelAxes, valueAt } from "../live/live-parallel.ts";
import type { Brush } from "../live/live-state.ts";

/** Less than this is a click. */
const leastPx = 4;

/**
 * @param options - of the drawing as it is now
 * @param set - told of the new range of a column, null: none
 */
export function drawRanges(
  place: HTMLElement,
  options: () => ParallelOptions | null,
  set: (column: string, brush: Brush | null) => void,
): void {
  let start: { readonly name: string; readonly y: number } | null = null;
  const heightAt = (event: PointerEvent): number => {
    const drawing = place.querySelector("svg");
    if (drawing === null) return 0;
    const box = drawing.getBoundingClientRect();
    return ((event.clientY - box.top) * drawing.viewBox.baseVal.height) / box.height;
  };
  const rangeTo = (y: number): Brush | null => {
    const current = options();
    const axis =
      current === null ? undefined : parallelAxes(current).find(({ column }) => column.name === start?.name);
    if (axis === undefined || start === null || Math.abs(y - start.y) < leastPx) return null;
    const [from, to] = [valueAt(axis.scale, start.y), valueAt(axis.scale, y)];
    return { low: Math.min(from, to), high: Math.max(from, to) };
  };
  place.addEventListener("pointerdown", (event) => {
    const name = (event.target as Element).getAttribute("data-axis");
    if (name === null || event.button !== 0) return;
    event.preventDefault();
    place.setPointerCapture(event.pointerId);
    start = { name, y: heightAt(event) };
  });
  place.addEventListener("pointermove", (event) => {
    if (start !== null) set(start.name, rangeTo(heightAt(event)));
  });
  const stop = (event: PointerEvent): void => {
    if (start === null) return;
    set(start.name, rangeTo(heightAt(event)));
    start = null;
  };
  place.addEventListener("pointerup", stop);
  place.addEventListener("pointercancel", () => {
    start = null;
  });
}
