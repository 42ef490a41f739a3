import assert from "node:assert/strict";
import { test } from "node:test";
import { skipDrawing } from "./skip-drawing.ts";
import { svgDocument } from "./svg-document.ts";

const made = skipDrawing({
  title: "Block",
  caption: "",
  nodes: ["in", "<4>", "4", "4"],
  edges: [
    { from: 0, to: 1, kind: "chain" },
    { from: 0, to: 2, kind: "add" },
    { from: 0, to: 3, kind: "concat" },
  ],
});

test("every edge and node of a block is drawn, and its words say the same", () => {
  const { markup } = made.draw(400);
  assert.equal(markup.match(/<rect /g)?.length, 4);
  // Two of the key, three of the block.
  assert.equal(markup.match(/<path /g)?.length, 5);
  assert.equal(made.summary, "4 nodes; 0 to 2 added, 0 to 3 concatenated.");
  assert.equal(made.table.rows.length, 3);
});

test("arcs stay within the drawing, and names are text", () => {
  const { markup } = made.draw(400);
  const height = Number(/height="(\d+)"/.exec(markup)?.[1]);
  const peaks = [...markup.matchAll(/C[\d.]+ ([-\d.]+) /g)].map((match) => Number(match[1]));
  // A cubic reaches three quarters of the way to its control points.
  assert.ok(peaks.length === 2 && peaks.every((peak) => peak > -40 && peak * 0.75 < height));
  assert.ok(markup.includes("&lt;4&gt;") && svgDocument(made).startsWith("<svg"));
});
