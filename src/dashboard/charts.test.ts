import assert from "node:assert/strict";
import { test } from "node:test";
import { syntheticFront } from "../../test/fixtures/synthetic-front.ts";
import type { Front } from "../study/front.ts";
import { energyChart } from "./energy-chart.ts";
import { faultChart } from "./fault-chart.ts";
import { frontTable, sharedSettings } from "./front-table.ts";
import { hypervolumeChart } from "./hypervolume-chart.ts";
import { measuresOf } from "./measures.ts";
import { isSameNetworkAgain } from "./network-list.ts";
import { paretoChart } from "./pareto-chart.ts";
import { isBetterPair } from "./stairs.ts";
import { stepsChart } from "./steps-chart.ts";
import { textWidth } from "./text-width.ts";

const front = syntheticFront(12);

function charts(of: Front) {
  return [
    paretoChart(of, { x: "energy", y: "accuracy", aspect: 0.5 }),
    paretoChart(of, { x: "drop", y: "accuracy", aspect: 0.8 }),
    paretoChart(of, { x: "drop", y: "energy", aspect: 0.8 }),
    stepsChart(of),
    energyChart(of),
    faultChart(of),
    hypervolumeChart(of),
  ];
}

test("every chart has a summary, a caption and a table whose rows fill its head", () => {
  for (const { id, summary, caption, table } of charts(front)) {
    assert.ok(summary.length > 20 && caption.length > 20, id);
    assert.ok(table.rows.length > 0, id);
    for (const row of table.rows) assert.equal(row.length, table.head.length, id);
  }
});

test("no text of any chart leaves the drawing, on wide pages or on phones", () => {
  for (const chart of charts(front)) {
    for (const widthPx of [350, 510, 1040]) {
      const { markup } = chart.draw(widthPx);
      for (const [, attributes, text] of markup.matchAll(/<text ([^>]*)>([^<]*)</g)) {
        const x = Number(/(?:^| )x="([^"]+)"/.exec(attributes)?.[1]);
        const anchor = /text-anchor="(\w+)"/.exec(attributes)?.[1] ?? "start";
        const width = textWidth(text);
        const left = x - ({ start: 0, middle: width / 2, end: width }[anchor] ?? 0);
        assert.ok(
          left >= -1 && left + width <= widthPx + 1,
          `${chart.id} ${widthPx}: "${text}" from ${left}, ${width} wide`,
        );
      }
    }
  }
});

test("without data every chart says so in a sentence", () => {
  const empty: Front = { ...front, networks: [], points: [], trials: [], hypervolume: [] };
  for (const chart of charts(empty)) {
    assert.match(chart.draw(350).markup, /class="empty-text"[^>]*>[A-Z][^<]+\.</, chart.id);
    assert.equal(chart.table.rows.length, 0);
  }
});

test("energy without a price is told in the row and in the table, and has no bar", () => {
  const chart = energyChart(front);
  const cells = chart.table.rows.filter(
    ([network, profile]) => network.text === "ann-int8" && profile.text.startsWith("loihi"),
  );
  assert.deepEqual(cells[0][2], { text: "cannot be priced", value: null });
  const unpriced: Front = {
    ...front,
    points: front.points.map((point) => ({ ...point, energy: [] })),
    networks: front.networks.map((network) => ({ ...network, energy: [] })),
  };
  const { markup } = energyChart(unpriced).draw(1040);
  assert.equal(markup.split(">cannot be priced<").length - 1, 3 * (12 + front.networks.length));
  assert.ok(!/class="layer" x="\d+" y="\d+(\.\d+)?" width="[\d.]+" height="12"/.test(markup));
});

test("bars of layers add up to the figure beside them", () => {
  for (const [, , total, ...layers] of energyChart(front).table.rows) {
    if (typeof total.value !== "number") continue;
    const sum = layers.reduce((all, { value }) => all + (typeof value === "number" ? value : 0), 0);
    assert.ok(Math.abs(sum - total.value) <= 1e-9 * total.value);
  }
});

test("fault panels never mix number formats, and price variants of one network appear once", () => {
  const { rows } = faultChart(front).table;
  assert.ok(rows.some(([network]) => network.text === "ann-int8"));
  assert.ok(!rows.some(([network]) => network.text === "ann-int8-skip"));
  for (const [network, format] of rows) {
    const all = [...front.networks, ...front.points].find(({ id }) => id === network.text);
    assert.ok(all?.doses.every((dose) => dose.format === format.text));
  }
});

test("other hardware for the same network is recognised, another network is not", () => {
  const again = front.networks.filter((network) => isSameNetworkAgain(front, network)).map(({ id }) => id);
  assert.deepEqual(again, ["ann-float32-skip", "ann-int8-skip", "ann-levels-skip"]);
  for (const point of front.points) assert.ok(!isSameNetworkAgain(front, point));
});

test("drops are read at the rate the study judged by, else at the highest", () => {
  const [point] = front.points;
  const at = (rate: number): number | undefined =>
    point.doses.find(({ bitErrorRate }) => bitErrorRate === rate)?.drop.value;
  assert.equal(measuresOf(front).drop.of(point)?.value, at(1e-3));
  const { dropBitErrorRate: _, ...without } = front;
  assert.equal(measuresOf(without).drop.of(point)?.value, at(1e-2));
});

test("the choice wears a ring, and only the choice", () => {
  const rings = (of: Front): number => {
    const { markup } = paretoChart(of, { x: "energy", y: "accuracy", aspect: 0.5 }).draw(1040);
    return markup.slice(markup.indexOf('role="group"')).split('class="ring"').length - 1;
  };
  assert.equal(rings(front), 1);
  assert.equal(rings({ ...front, recommendation: { ...front.recommendation, choice: null } }), 0);
});

test("dominance needs one figure better and none worse, in both directions of better", () => {
  const cheapAndRight = isBetterPair(false, true);
  assert.ok(cheapAndRight([1, 0.9], [2, 0.9]) && cheapAndRight([1, 0.9], [1, 0.8]));
  assert.ok(!cheapAndRight([1, 0.9], [1, 0.9]) && !cheapAndRight([1, 0.8], [2, 0.9]));
});

test("settings all points share are told once instead of in a column", () => {
  const { head } = frontTable(front);
  assert.match(sharedSettings(front), /percentile 99\.9/);
  assert.ok(!head.includes("percentile") && head.includes("threshold factor"));
  assert.ok(frontTable(syntheticFront(1)).head.includes("percentile"));
});
