// A block's matrix as text: a row for every node that edges leave, a column for every one they enter.
//
//        1  2  3
//   0    |  ·  +
//   1       |  ∥        | the chain, + added, ∥ concatenated, · nothing

import { canonicalAdjacency, cellsOf } from "../space/adjacency.ts";
import { type SkipBlock, skipField } from "./skip-block.ts";

const signs = ["·", "+", "∥"];

/** Lines without a newline at the end. The canonical matrix is shown. */
export function showSkips(block: SkipBlock, matrix: string): string {
  const field = skipField(block);
  const last = block.widths.length;
  const cells = cellsOf(field, canonicalAdjacency(field, matrix));
  const signOf = (from: number, to: number): string => {
    if (from >= to) return " ";
    const cell = cells.find((candidate) => candidate.from === from && candidate.to === to);
    return cell === undefined ? "|" : signs[cell.kind];
  };
  const width = Math.max(3, String(last).length + 2);
  const line = (head: string, of: (to: number) => string): string =>
    [head.padEnd(width), ...Array.from({ length: last }, (_, k) => of(k + 1).padStart(width))]
      .join("")
      .trimEnd();
  const rows = Array.from({ length: last }, (_, from) => line(String(from), (to) => signOf(from, to)));
  return [line("", String), ...rows].join("\n");
}
