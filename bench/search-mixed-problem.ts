// A space of all kinds of settings whose front is known: a sketch of a search for a network, that costs nothing.
//
//   block      matrix of a block of four nodes: no edge, added, concatenated
//   width      whole numbers 4 … 64 on a log scale
//   precision  2, 4, 8 or 16 bits, ordered
//   family     dense, sparse or grouped, not ordered
//   density    0.05, 0.10, … 1 of a sparse network only; groups 1, 2, 4 or 8 of a grouped one only
//   gain       a real number on a log scale that has to fit the family
//
//   cost  log of edges · width² · bits · kept share, from 0 to 1; a concatenation costs as two edges
//   loss  falls with depth, width and concatenations, rises with few bits and what is left out, and with the
//         square of how far the gain (in powers of ten) is from the family's best one
//
// Why the front is known: the gain adds to the loss alone, and nothing below 0, so every design of the front has
// its family's best gain. All else has finitely many values, and they are all looked at (matrices by what cost
// and loss read of them).

import { hypervolume } from "../src/optimize/hypervolume.ts";
import { adjacency, canonicalAdjacencies, cellsOf } from "../src/space/adjacency.ts";
import { choice, float, int } from "../src/space/field.ts";
import { type DesignValues, space } from "../src/space/space.ts";
import type { SearchProblem } from "./search-problems.ts";

const block = adjacency({
  about: "edges of a block",
  layers: 4,
  cells: ["none", "add", "concat"],
  isChained: false,
  default: "100|10|1",
});
const width = int({ about: "width", unit: "1", low: 4, high: 64, scale: "log", default: 16 });
const precision = choice({ about: "bits", options: ["2", "4", "8", "16"], ordered: true, default: "8" });
const family = choice({ about: "kind of layers", options: ["dense", "sparse", "grouped"], default: "dense" });
const density = float({ about: "share of weights", unit: "1", low: 0.05, high: 1, step: 0.05, default: 0.5 });
const groups = choice({ about: "groups", options: ["1", "2", "4", "8"], ordered: true, default: "2" });
const gain = float({ about: "gain", unit: "1", low: 0.01, high: 100, scale: "log", default: 1 });

/** log10 of the gain that costs nothing. */
const bestGain = { dense: 0.4, sparse: -0.7, grouped: 1.1 } as const;
const reference = [1, 1];

/** What cost and loss read of a matrix. */
interface BlockFeatures {
  /** Edges of the longest path from input to output; 0: there is no path. */
  readonly depth: number;
  readonly edges: number;
  readonly concatenations: number;
}

export const mixedProblem: SearchProblem = {
  name: "mixed, conditional and adjacency",
  space: space(
    { block, width, precision, family, density, groups, gain },
    { density: { family: "sparse" }, groups: { family: "grouped" } },
  ),
  objectives: (design) => {
    const { loss, cost } = figures(featuresOf(design["block"] as string), design);
    const off = Math.log10(design["gain"] as number) - bestGain[design["family"] as keyof typeof bestGain];
    return [cost, loss + 0.15 * off ** 2];
  },
  views: [{ reference, bestHypervolume: hypervolume(mixedFront(), reference) }],
};

function featuresOf(matrix: string): BlockFeatures {
  const edges = cellsOf(block, matrix).filter(({ kind }) => kind > 0);
  // Edges stand by the node they leave, so each node's longest path is known before it is used.
  const longest = [0, -Infinity, -Infinity, -Infinity];
  for (const { from, to } of edges) longest[to] = Math.max(longest[to], longest[from] + 1);
  const depth = Math.max(0, longest[3]);
  return { depth, edges: edges.length, concatenations: edges.filter(({ kind }) => kind === 2).length };
}

/** Cost, and loss with the best gain. */
function figures(
  { depth, edges, concatenations }: BlockFeatures,
  design: DesignValues,
): { readonly cost: number; readonly loss: number } {
  const bits = Number(design["precision"]);
  const kept =
    design["family"] === "sparse"
      ? (design["density"] as number)
      : design["family"] === "grouped"
        ? 1 / Number(design["groups"])
        : 1;
  const ofWidth = design["width"] as number;
  const operations = (edges + concatenations) * ofWidth ** 2 * bits * (0.05 + 0.95 * kept);
  // From a chain of one edge, four wide, to everything concatenated.
  const [least, most] = [Math.log(4 ** 2 * 2 * 0.0975), Math.log(12 * 64 ** 2 * 16)];
  const cost = depth === 0 ? 1 : (Math.log(operations) - least) / (most - least);
  const capacity = 0.35 * Math.log2(ofWidth) + 0.5 * depth + 0.15 * concatenations;
  const leftOut = design["family"] === "grouped" ? 0.012 * Math.log2(1 / kept) : 0.2 * (1 - kept) ** 2;
  const loss = depth === 0 ? 1 : 0.9 * Math.exp(-0.6 * capacity) + 0.4 * 2 ** -bits + leftOut;
  return { cost, loss };
}

/** The points of the front, by cost. */
export function mixedFront(): readonly (readonly number[])[] {
  const blocks = new Map(
    [...canonicalAdjacencies(block)].map(featuresOf).map((of) => [JSON.stringify(of), of]),
  );
  const families: DesignValues[] = [
    { family: "dense" },
    ...Array.from({ length: 20 }, (_, i) => ({ family: "sparse", density: 0.05 * (i + 1) })),
    ...groups.options.map((count) => ({ family: "grouped", groups: count })),
  ];
  const points: (readonly number[])[] = [];
  for (const of of blocks.values())
    for (let wide = width.low; wide <= width.high; wide++)
      for (const bits of precision.options)
        for (const rest of families) {
          const { cost, loss } = figures(of, { ...rest, width: wide, precision: bits });
          points.push([cost, loss]);
        }
  points.sort(([a, x], [b, y]) => a - b || x - y);
  let least = Infinity;
  return points.filter(([, loss]) => {
    if (loss >= least) return false;
    least = loss;
    return true;
  });
}
