// Places of the page and what stands in them. In a frame only those that can be seen are drawn, and of them only those
// whose view is made of other things than before; the others follow when the reader's hands rest, and so do those that can
// wait while changes come thick and fast.

import { isSame } from "../live/last-of.ts";
import type { LivePlace } from "../live/live-views.ts";
import { replace } from "./replace.ts";

/** A pause in what the reader does: longer than between two letters of a quick typist. */
const restMs = 150;

export class Places {
  readonly #drawn = new WeakMap<Element, readonly unknown[]>();
  readonly #isSeen: (place: Element) => boolean;
  readonly #onDrawn: (id: string) => void;
  #open: [string, LivePlace][] = [];
  #timer = 0;
  /** What was never drawn waits for no pause: a visit begins with it. */
  #hasBegun = false;
  #shownMs = -Infinity;

  /**
   * @param isSeen - whether a place can be seen now
   * @param onDrawn - told of every place that is up to date
   */
  constructor(isSeen: (place: Element) => boolean, onDrawn: (id: string) => void) {
    this.#isSeen = isSeen;
    this.#onDrawn = onDrawn;
  }

  show(places: Readonly<Record<string, LivePlace>>): void {
    clearTimeout(this.#timer);
    this.#open = [];
    const nowMs = performance.now();
    const isQuick = nowMs - this.#shownMs < restMs;
    this.#shownMs = nowMs;
    for (const [id, place] of Object.entries(places)) {
      const element = document.getElementById(id);
      const isLate = isQuick && place.canWait === true;
      if (element === null || isLate || !this.#isSeen(element)) this.#open.push([id, place]);
      else this.#draw(id, element, place);
    }
    this.#timer = window.setTimeout(() => this.#drawNext(), this.#hasBegun ? restMs : 0);
  }

  /** All that waits, at once: for paper. */
  finish(): void {
    for (const [id, place] of this.#open) this.#drawIfThere(id, place);
    this.#open = [];
  }

  /** A place at a time, so that what the reader does next is not kept waiting. */
  #drawNext(): void {
    for (let next = this.#open.shift(); next !== undefined; next = this.#open.shift()) {
      if (!this.#drawIfThere(...next)) continue;
      this.#timer = window.setTimeout(() => this.#drawNext());
      return;
    }
    this.#hasBegun = true;
  }

  #drawIfThere(id: string, place: LivePlace): boolean {
    const element = document.getElementById(id);
    return element !== null && this.#draw(id, element, place);
  }

  /** @returns whether there was anything to do */
  #draw(id: string, element: Element, { from, draw }: LivePlace): boolean {
    // A table behind a figure is written when it is opened.
    const behind = element.closest("details");
    if (behind !== null && !behind.open) return false;
    const before = this.#drawn.get(element);
    if (before !== undefined && isSame(before, from)) return false;
    this.#drawn.set(element, from);
    replace(element, draw());
    this.#onDrawn(id);
    return true;
  }
}
