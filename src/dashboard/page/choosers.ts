// The lists that axes, colour and size are chosen from: as many names as the study has columns.

import type { LiveColumn } from "../live/live-columns.ts";

const ids = ["x", "y", "colour", "size"] as const;
export type Chooser = (typeof ids)[number];

/** Fill the lists anew where columns have come, and show what is chosen. */
export function fillChoosers(
  columns: readonly LiveColumn[],
  chosen: Readonly<Record<Chooser, string>>,
): void {
  for (const id of ids) {
    const list = document.getElementById(id) as HTMLSelectElement;
    const usable = columns.filter(({ kind }) => id === "colour" || kind === "number");
    const wanted = [
      ...(id === "x" || id === "y" ? [] : [["", "none"]]),
      ...usable.map(({ name, title }) => [name, title]),
    ];
    const isSame =
      wanted.length === list.options.length && wanted.every(([name], i) => list.options[i].value === name);
    if (!isSame) list.replaceChildren(...wanted.map(([name, title]) => new Option(title, name)));
    if (list.value !== chosen[id]) list.value = chosen[id];
  }
}

/** @param set - told what was chosen */
export function onChosen(set: (id: Chooser, name: string) => void): void {
  for (const id of ids) {
    const list = document.getElementById(id) as HTMLSelectElement;
    list.addEventListener("change", () => set(id, list.value));
  }
}
