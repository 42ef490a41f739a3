// New content of a place, if it differs from the old; what had the focus has it again.

import type { Markup } from "../markup.ts";

const shown = new WeakMap<Element, string>();

export function replace(place: Element, { markup }: Markup): void {
  if (shown.get(place) === markup) return;
  shown.set(place, markup);
  const key = place.contains(document.activeElement) ? keyOf(document.activeElement as Element) : null;
  place.innerHTML = markup;
  if (key === null) return;
  const found = place.querySelector<HTMLElement>(key);
  (found?.closest<HTMLElement>(".spot") ?? found)?.focus({ preventScroll: true });
}

const names = [
  "data-trial",
  "data-sort",
  "data-page",
  "data-pin",
  "data-toggle-pin",
  "data-range",
  "data-other",
  "data-flip",
  "data-colour",
  "data-campaign",
];

/** A selector of the same thing in other markup. */
function keyOf(element: Element): string | null {
  const owner = element.matches(".spot")
    ? element.querySelector("[data-trial],[data-colour],[data-campaign]")
    : element;
  const name = names.find((one) => owner?.hasAttribute(one));
  if (owner === null || name === undefined) return null;
  return `${owner.tagName.toLowerCase()}[${name}="${CSS.escape(owner.getAttribute(name) ?? "")}"]`;
}
