// What can be pointed at in a drawing: said beside it when it is under the pointer or has the focus, reached by arrow
// keys, and chosen by Enter as by a click.

import type { ReadOut } from "./read-out.ts";

/** @param isOwn - whether a drawing follows the pointer by itself */
export function watchSpots(root: HTMLElement, readOut: ReadOut, isOwn: (target: Element) => boolean): void {
  root.addEventListener("pointermove", (event) => {
    const target = event.target as Element;
    if (isOwn(target)) return;
    const spot = target.closest(".spot");
    if (spot === null) readOut.hide();
    else readOut.show(spot.getAttribute("aria-label") ?? "", { x: event.clientX, y: event.clientY });
  });
  root.addEventListener("pointerleave", () => readOut.hide());
  root.addEventListener("focusin", (event) => {
    const spot = (event.target as Element).closest(".spot");
    if (spot === null) {
      readOut.hide();
      return;
    }
    const box = (spot.querySelector(".mark") ?? spot).getBoundingClientRect();
    readOut.show(spot.getAttribute("aria-label") ?? "", { x: box.right, y: box.top });
  });
  root.addEventListener("focusout", () => readOut.hide());
  root.addEventListener("keydown", (event) => {
    const spot = (event.target as Element).closest<SVGElement>(".spot");
    if (event.key === "Escape") readOut.hide();
    if (spot === null) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      const hit = spot.querySelector(".hit");
      hit?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
      return;
    }
    moveFocus(spot, event);
  });
}

function moveFocus(spot: SVGElement, event: KeyboardEvent): void {
  const spots = [...(spot.parentElement?.children ?? [])] as SVGElement[];
  const at = spots.indexOf(spot);
  const moves: Readonly<Record<string, number>> = {
    ArrowRight: at + 1,
    ArrowDown: at + 1,
    ArrowLeft: at - 1,
    ArrowUp: at - 1,
    Home: 0,
    End: spots.length - 1,
  };
  if (!(event.key in moves)) return;
  event.preventDefault();
  const next = spots[Math.max(0, Math.min(spots.length - 1, moves[event.key]))];
  spot.setAttribute("tabindex", "-1");
  next.setAttribute("tabindex", "0");
  next.focus();
}
