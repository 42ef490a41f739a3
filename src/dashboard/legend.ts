// The key of a drawing: marks and names in lines that wrap.

import { mark, type Role, roleNames, roles } from "./colours.ts";
import { element, fragment, type Markup } from "./markup.ts";
import { textWidth } from "./text-width.ts";

export interface LegendEntry {
  readonly text: string;
  /** Draws the sign, centred at (x, y). */
  readonly sign: (x: number, y: number) => Markup;
}

export interface Legend {
  readonly markup: Markup;
  readonly heightPx: number;
}

const lineHeightPx = 19;

export function legend(entries: readonly LegendEntry[], left: number, top: number, right: number): Legend {
  let [x, y] = [left, top + lineHeightPx / 2];
  const drawn = entries.map(({ text, sign }) => {
    const width = 20 + textWidth(text) + 14;
    if (x > left && x + width - 14 > right) [x, y] = [left, y + lineHeightPx];
    const at = x;
    x += width;
    return fragment(sign(at + 7, y), element("text", { class: "quiet", x: at + 18, y: y + 4 }, text));
  });
  return { markup: fragment(drawn), heightPx: y - top + lineHeightPx / 2 };
}

export function roleEntries(shown: ReadonlySet<Role>): readonly LegendEntry[] {
  return roles
    .filter((role) => shown.has(role))
    .map((role) => ({ text: roleNames[role], sign: (x, y) => mark(role, x, y, 4.5) }));
}
