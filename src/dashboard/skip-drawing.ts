// A block of layers with its skip connections: layers in a row, additions as arcs above it, concatenations as dashed
// arcs below. The plus and the double bar say the same again, so nothing rests on colour.

import { type Chart, drawing, textCell } from "./chart.ts";
import { legend } from "./legend.ts";
import { element, fragment, type Markup, shortNumber } from "./markup.ts";

export interface DrawnEdge {
  readonly from: number;
  readonly to: number;
  readonly kind: "chain" | "add" | "concat";
}

export interface SkipDrawing {
  readonly title: string;
  readonly caption: string;
  /** What stands in each node, e.g. `in` and the layers' widths. */
  readonly nodes: readonly string[];
  readonly edges: readonly DrawnEdge[];
}

const looks = {
  chain: { colour: "var(--soft)", dashes: null, sign: "", word: "chain" },
  add: { colour: "var(--ink)", dashes: null, sign: "+", word: "added" },
  concat: { colour: "var(--accent)", dashes: "6 3", sign: "∥", word: "concatenated" },
} as const;

const [boxWidthPx, boxHeightPx] = [46, 28];
const risePx = 26;

export function skipDrawing({ title, caption, nodes, edges }: SkipDrawing): Chart {
  const skips = edges.filter(({ kind }) => kind !== "chain");
  const said = skips.map(({ from, to, kind }) => `${from} to ${to} ${looks[kind].word}`);
  const summary = `${nodes.length} nodes; ${said.length === 0 ? "no skips" : said.join(", ")}.`;
  return {
    id: "skips",
    title,
    caption,
    summary,
    draw: (widthPx) => draw(nodes, edges, summary, widthPx),
    table: {
      head: ["from", "to", "kind"],
      rows: edges.map(({ from, to, kind }) => [String(from), String(to), looks[kind].word].map(textCell)),
    },
  };
}

function draw(
  nodes: readonly string[],
  edges: readonly DrawnEdge[],
  summary: string,
  widthPx: number,
): Markup {
  const key = legend(
    (["add", "concat"] as const).map((kind) => ({
      text: `${looks[kind].sign} ${looks[kind].word}`,
      sign: (x: number, y: number) => stroke(`M${shortNumber(x - 7)} ${shortNumber(y)}h14`, kind),
    })),
    2,
    0,
    widthPx,
  );
  const span = (kind: DrawnEdge["kind"]): number =>
    Math.max(0, ...edges.filter((edge) => edge.kind === kind).map(({ from, to }) => to - from));
  const above = 14 + risePx * span("add");
  const below = 14 + risePx * span("concat");
  const middle = key.heightPx + 10 + above + boxHeightPx / 2;
  const step = (widthPx - boxWidthPx - 8) / Math.max(1, nodes.length - 1);
  const xOf = (node: number): number => 4 + boxWidthPx / 2 + node * step;
  const body = fragment(
    key.markup,
    edges.map((edge) => edgeMarkup(edge, xOf, middle)),
    nodes.map((name, node) => [
      element("rect", {
        x: xOf(node) - boxWidthPx / 2,
        y: middle - boxHeightPx / 2,
        width: boxWidthPx,
        height: boxHeightPx,
        rx: 5,
        fill: "var(--panel)",
        stroke: "var(--ink)",
      }),
      element("text", { x: xOf(node), y: middle + 4, "text-anchor": "middle" }, name),
    ]),
  );
  return drawing({ widthPx, heightPx: middle + boxHeightPx / 2 + below, summary, body, spots: [] });
}

function edgeMarkup({ from, to, kind }: DrawnEdge, xOf: (node: number) => number, middle: number): Markup {
  if (kind === "chain")
    return stroke(`M${shortNumber(xOf(from))} ${shortNumber(middle)}H${shortNumber(xOf(to))}`, kind);
  const side = kind === "add" ? -1 : 1;
  // Arcs leave and enter beside the middle of a box, so that those that meet there can be told apart.
  const [x0, x1] = [xOf(from) + boxWidthPx / 4, xOf(to) - boxWidthPx / 4];
  const base = middle + (side * boxHeightPx) / 2;
  const peak = base + side * risePx * (to - from) * (4 / 3);
  const path = `M${shortNumber(x0)} ${shortNumber(base)}C${[x0, peak, x1, peak, x1, base].map(shortNumber).join(" ")}`;
  const top = base + side * risePx * (to - from);
  return fragment(
    stroke(path, kind),
    element(
      "text",
      { class: "halo strong", x: (x0 + x1) / 2, y: top + 4, "text-anchor": "middle" },
      looks[kind].sign,
    ),
  );
}

function stroke(d: string, kind: DrawnEdge["kind"]): Markup {
  const { colour, dashes } = looks[kind];
  return element("path", { d, fill: "none", stroke: colour, "stroke-width": 2, "stroke-dasharray": dashes });
}
