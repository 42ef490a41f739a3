// The errors of a layer's spikes as one bar: four pieces end to end, in the order of their causes.
//
// Hues differ from those of networks; lightness, the order, and the figures beside the bar say the same
// again. What was wrong before is grey: nothing at this layer cures it.

import type { Explanation } from "../pipeline/explanation.ts";
import { formatShare, isKnown } from "./format.ts";
import { element, type Markup, shortNumber } from "./markup.ts";

export type LayerErrors = Explanation["layers"][number];

/** The four, with what causes them. */
export const errorCauses = {
  clipping: "activations above the bound, which no rate reaches",
  flooring: "activations between two of the rates that so many steps can tell apart",
  inherited: "what the input code, stored weights and earlier layers got wrong before",
  unevenness: "charge that arrives too early or too late",
} as const;

type ErrorName = keyof typeof errorCauses;

export const errorNames = Object.keys(errorCauses) as readonly ErrorName[];

export const errorBarPx = 190;
const heightPx = 12;
/** A narrower piece cannot be seen, only its borders. */
const leastPx = 0.4;

/** All four together; as their signs may differ, never less than the layer's error. */
export function errorSum(layer: LayerErrors): number {
  return errorNames.reduce((sum, name) => sum + known(layer[name]), 0);
}

/** Null where there is no error at all. */
export function largestError(layer: LayerErrors): ErrorName | null {
  const largest = errorNames.reduce((a, b) => (known(layer[b]) > known(layer[a]) ? b : a));
  return known(layer[largest]) > 0 ? largest : null;
}

/** @param full - the sum that fills the bar's whole width, above 0 */
export function errorBar(layer: LayerErrors, full: number): Markup {
  const largest = largestError(layer);
  return element(
    "svg",
    {
      class: "chart error-bar",
      viewBox: `0 0 ${errorBarPx} ${heightPx}`,
      role: "img",
      "aria-label":
        largest === null ? "no error" : `mostly ${largest}, ${formatShare(errorSum(layer), 1)} in all`,
    },
    errorPieces(layer, full, { x: 0, y: 0, widthPx: errorBarPx }),
  );
}

/** The four pieces alone, to stand in a drawing. */
export function errorPieces(
  layer: LayerErrors,
  full: number,
  { x: left, y, widthPx }: { readonly x: number; readonly y: number; readonly widthPx: number },
): readonly (Markup | null)[] {
  let x = left;
  return errorNames.map((name) => {
    const [start, width] = [x, (widthPx * known(layer[name])) / full];
    x += width;
    if (width < leastPx) return null;
    const [from, long] = [start, width].map(shortNumber);
    return element("path", { class: `error ${name}`, d: `M${from} ${y}h${long}v${heightPx}h-${long}z` });
  });
}

function known(share: number | null): number {
  return isKnown(share) ? share : 0;
}
