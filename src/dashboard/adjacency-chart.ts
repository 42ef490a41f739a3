// Who feeds whom, as a matrix: a row for every layer that hands on, a column for every one that receives. What lies
// right above the diagonal is the chain; everything else is a skip or, below it, a loop.

import { type Chart, drawing, emptyDrawing, type Spot, textCell } from "./chart.ts";
import { edgesOf, type LayerFigure } from "./layer-chart.ts";
import { legend } from "./legend.ts";
import { element, fragment, type Markup } from "./markup.ts";
import { fitText } from "./text-width.ts";

type Connected = Pick<LayerFigure, "id" | "kind" | "inputs">;
type Meeting = "chain" | "add" | "concat" | "late";

const signs: Readonly<Record<Meeting, string>> = { chain: "·", add: "+", concat: "∥", late: "↺" };
const words: Readonly<Record<Meeting, string>> = {
  chain: "next layer",
  add: "added",
  concat: "concatenated",
  late: "comes later",
};

/** Whether there is more to see than a chain. */
export function hasSkips(layers: readonly Connected[]): boolean {
  return edgesOf(layers).some(({ from, to, delay }) => to !== from + 1 || delay > 0);
}

export function adjacencyChart(layers: readonly Connected[]): Chart {
  const cells = edgesOf(layers).map((edge) => ({ ...edge, meeting: meetingOf(layers, edge) }));
  const skips = cells.filter(({ from, to, meeting }) => to !== from + 1 || meeting === "late");
  const summary = `${layers.length} nodes, ${cells.length} connections; ${skips.length === 0 ? "none skips a layer" : skips.map(({ from, to, meeting }) => `${layers[from].id} to ${layers[to].id} ${words[meeting]}`).join(", ")}.`;
  return {
    id: "adjacency",
    title: "Who feeds whom",
    caption: "Rows hand on, columns receive, both in the order of the network.",
    summary,
    draw: (widthPx) =>
      layers.length === 0
        ? emptyDrawing(widthPx, "No layer is known.")
        : draw(layers, cells, summary, widthPx),
    table: {
      head: ["from", "to", "how", "steps late"],
      rows: cells.map(({ from, to, meeting, delay }) =>
        [layers[from].id, layers[to].id, words[meeting], String(delay)].map(textCell),
      ),
    },
  };
}

interface MatrixCell {
  readonly from: number;
  readonly to: number;
  readonly delay: number;
  readonly meeting: Meeting;
}

function meetingOf(
  layers: readonly Connected[],
  { from, to, delay }: { from: number; to: number; delay: number },
): Meeting {
  if (delay > 0 || to <= from) return "late";
  const { kind, inputs } = layers[to];
  if (inputs.length < 2) return "chain";
  return kind === "concat" ? "concat" : "add";
}

function draw(
  layers: readonly Connected[],
  cells: readonly MatrixCell[],
  summary: string,
  widthPx: number,
): Markup {
  const namePx = Math.min(120, widthPx * 0.3);
  const cell = Math.max(5, Math.min(26, (widthPx - namePx - 4) / layers.length));
  const used = (["chain", "add", "concat", "late"] as const).filter((meeting) =>
    cells.some((one) => one.meeting === meeting),
  );
  const key = legend(
    used.map((meeting) => ({
      text: words[meeting],
      sign: (x, y) => square(meeting, x - 7, y - 7, 14),
    })),
    2,
    0,
    widthPx,
  );
  const top = key.heightPx + 24;
  const named = Math.ceil(13 / cell);
  const side = layers.length * cell;
  const grid = Array.from({ length: layers.length + 1 }, (_, i) => {
    const [x, y] = [namePx + i * cell, top + i * cell];
    return `M${namePx} ${y}h${side}M${x} ${top}v${side}`;
  });
  return drawing({
    widthPx,
    heightPx: top + side + 6,
    summary,
    body: fragment(
      key.markup,
      element("path", { class: "grid", fill: "none", d: grid.join("") }),
      layers.map(({ id }, i) =>
        i % named === 0
          ? [
              element(
                "text",
                { class: "quiet", x: namePx - 7, y: top + (i + 0.5) * cell + 4, "text-anchor": "end" },
                fitText(`${i} ${id}`, namePx - 8),
              ),
              element(
                "text",
                { class: "tick", x: namePx + (i + 0.5) * cell, y: top - 6, "text-anchor": "middle" },
                String(i),
              ),
            ]
          : null,
      ),
      cells.map(({ from, to, meeting }) => square(meeting, namePx + to * cell, top + from * cell, cell)),
    ),
    spots: cells.map(
      ({ from, to, meeting, delay }): Spot => ({
        detail: `${layers[from].id} to ${layers[to].id}: ${words[meeting]}${delay > 0 ? `, ${delay} steps late` : ""}`,
        drawing: element("rect", {
          class: "hit",
          x: namePx + to * cell,
          y: top + from * cell,
          width: cell,
          height: cell,
        }),
      }),
    ),
  });
}

function square(meeting: Meeting, x: number, y: number, side: number): Markup {
  return fragment(
    element("rect", {
      class: `meeting ${meeting}`,
      x: x + 1,
      y: y + 1,
      width: side - 2,
      height: side - 2,
      rx: 2,
    }),
    side < 13
      ? null
      : element(
          "text",
          { class: `meeting-sign ${meeting}`, x: x + side / 2, y: y + side / 2 + 4, "text-anchor": "middle" },
          signs[meeting],
        ),
  );
}
