import assert from "node:assert/strict";
import { test } from "node:test";
import { type CurvePanel, curvePanels } from "./curve-panels.ts";
import { svgDocument } from "./svg-document.ts";

const interval = (value: number) => ({
  value,
  low: value - 0.1,
  high: value + 0.1,
  confidence: 0.95,
  method: "",
});

function panel(title: string, values: readonly number[], more: Partial<CurvePanel> = {}): CurvePanel {
  return {
    title,
    xTitle: "time",
    yTitle: "share",
    yFormat: String,
    curves: [
      { name: "a <one>", role: "ann", points: values.map((value, x) => ({ x, interval: interval(value) })) },
      { name: "many", role: "snn", points: values.map((value, x) => ({ x, interval: interval(1 - value) })) },
    ],
    ...more,
  };
}

const about = { id: "made", title: "Made", caption: "", summary: "Made curves." };
const numbers = (markup: string, attribute: string): readonly number[] =>
  [...markup.matchAll(new RegExp(` ${attribute}="(-?[\\d.]+)"`, "g"))].map(([, value]) => Number(value));

test("every curve is drawn in every panel, and stands once in the key", () => {
  const chart = curvePanels([panel("P", [0.2, 0.4]), panel("Q", [0.1, 0.9, 0.5])], about);
  const { markup } = chart.draw(800);
  assert.equal(markup.match(/class="line snn"/g)?.length, 2);
  assert.equal(markup.match(/class="band ann"/g)?.length, 2);
  assert.equal(markup.match(/>many</g)?.length, 1);
  // Two signs in the key, and one for each of five points of two curves.
  assert.equal(markup.match(/class="mark /g)?.length, 2 + 2 * 5);
  assert.equal(chart.table.rows.length, 2 * 5);
});

test("nothing is drawn outside of the picture, on wide and narrow pages", () => {
  for (const widthPx of [800, 390]) {
    const { markup } = curvePanels([panel("P", [0.2, 0.4]), panel("Q", [0.1, 0.9])], about).draw(widthPx);
    const [height] = numbers(markup, "height");
    for (const x of [...numbers(markup, "cx"), ...numbers(markup, "x1")]) assert.ok(x >= 0 && x <= widthPx);
    for (const y of [...numbers(markup, "cy"), ...numbers(markup, "y1")]) assert.ok(y >= 0 && y <= height);
  }
});

test("as many panels stand side by side as are asked for, but one on a phone", () => {
  const panels = ["P", "Q", "R"].map((title) => panel(title, [0.2, 0.4]));
  const lefts = (widthPx: number, wide?: number): number =>
    new Set(
      [
        ...curvePanels(panels, about, wide)
          .draw(widthPx)
          .markup.matchAll(/class="panel-title" x="([^"]*)"/g),
      ].map(([, x]) => x),
    ).size;
  assert.deepEqual([lefts(900), lefts(900, 3), lefts(390, 3)], [2, 3, 1]);
});

test("places with names are named, and names are text, not markup", () => {
  const chart = curvePanels([panel("P", [0.2, 0.4], { xNames: ["first", "last"] })], about);
  const picture = svgDocument(chart);
  for (const name of ["first", "last"]) assert.ok(picture.includes(`>${name}<`));
  assert.ok(picture.includes("a &lt;one&gt;") && !picture.includes("<one>"));
  assert.doesNotMatch(picture, /var\(--/);
});
