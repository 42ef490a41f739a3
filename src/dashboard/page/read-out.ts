// What is pointed at or has the focus, in words beside it.

import type { Place } from "../live/live-scatter.ts";

const reachPx = 14;

/** The trial nearest to the pointer, if one is near. */
export function trialAt(drawing: SVGSVGElement, places: readonly Place[], event: MouseEvent): Place | null {
  const box = drawing.getBoundingClientRect();
  const ratio = drawing.viewBox.baseVal.width / box.width;
  const [x, y] = [(event.clientX - box.left) * ratio, (event.clientY - box.top) * ratio];
  let nearest: Place | null = null;
  let least = reachPx ** 2;
  for (const place of places) {
    const distance = (place.x - x) ** 2 + (place.y - y) ** 2;
    if (distance < least) [nearest, least] = [place, distance];
  }
  return nearest;
}

export class ReadOut {
  readonly #box: HTMLElement;

  constructor(box: HTMLElement) {
    this.#box = box;
  }

  /** @param at - in pixels of the window */
  show(text: string, at: { readonly x: number; readonly y: number }): void {
    this.#box.textContent = text;
    this.#box.hidden = false;
    const { width, height } = this.#box.getBoundingClientRect();
    const room = document.documentElement.clientWidth;
    const right = at.x + 14 + width > room - 8 ? at.x - width - 14 : at.x + 14;
    const top = at.y - height - 10 < 8 ? at.y + 16 : at.y - height - 10;
    this.#box.style.left = `${Math.max(8, Math.min(right, room - width - 8)) + scrollX}px`;
    this.#box.style.top = `${top + scrollY}px`;
  }

  hide(): void {
    this.#box.hidden = true;
  }
}
