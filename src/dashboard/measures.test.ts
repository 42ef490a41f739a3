import assert from "node:assert/strict";
import { test } from "node:test";
import { syntheticFront } from "../../test/fixtures/synthetic-front.ts";
import type { Front, NetworkFigures } from "../study/front.ts";
import { frontTable } from "./front-table.ts";
import { furtherMeasures, measureOf, measuresOf } from "./measures.ts";
import { networkDetail } from "./network-detail.ts";
import { distinctNetworks } from "./network-list.ts";
import { paretoChart } from "./pareto-chart.ts";
import { renderReport } from "./report.ts";

const usual = syntheticFront(6);

/** The synthetic front with two objectives more; figures grow with the place of the network. */
const wider: Front = (() => {
  const figured = <Network extends NetworkFigures>(network: Network, i: number): Network => {
    const value = 0.01 * (i + 1);
    const interval = { value, low: value / 2, high: 2 * value, confidence: 0.95, method: "made up" };
    const fall = { ...interval, low: -0.02 };
    return { ...network, objectives: { criticalRate: interval, noise: fall } };
  };
  const about = { unit: "1", direction: "minimize" } as const;
  return {
    ...usual,
    objectives: [
      ...usual.objectives,
      { ...about, name: "criticalRate", about: "share of decisions", under: "bit-error rate 0.002" },
      { ...about, name: "noise", about: "accuracy lost" },
    ],
    networks: usual.networks.map(figured),
    points: usual.points.map(figured),
  };
})();

test("a front of the three usual objectives has no further measure, nor a word of one", () => {
  assert.deepEqual(furtherMeasures(usual), []);
  assert.deepEqual(
    usual.objectives.map(({ name }) => name),
    Object.keys(measuresOf(usual)),
  );
  assert.doesNotMatch(renderReport(usual), /critical rate/i);
});

test("further objectives are axes that tell what they were taken under and reach no further than shares do", () => {
  const [critical, noise] = furtherMeasures(wider);
  assert.equal(critical.title, "Critical rate, bit-error rate 0.002");
  assert.equal(noise.title, "Noise");
  assert.deepEqual(
    [critical.bounds, noise.bounds],
    [
      [0, 1],
      [-1, 1],
    ],
  );
  assert.equal(measureOf(wider, "noise").name, "noise");
  assert.throws(() => measureOf(usual, "noise"), RangeError);
});

test("every further objective has a chart of its own, a column of the table and a line where one points", () => {
  const report = renderReport(wider);
  for (const { name, title } of furtherMeasures(wider)) {
    assert.ok(report.includes(`id="figure-final-accuracy-against-${name}"`), name);
    const head = frontTable(wider).head.map((column) => column.toLowerCase());
    assert.ok(head.includes(title.toLowerCase()), title);
  }
  const [point] = wider.points;
  assert.match(networkDetail(wider, point), /\ncritical rate .*\nnoise .*\n/);
  const { head, rows } = frontTable(wider);
  for (const row of rows) assert.equal(row.length, head.length);
});

test("charts of faults leave other number formats out, charts of noise do not", () => {
  const named = (x: string) =>
    new Set(paretoChart(wider, { x, y: "accuracy", aspect: 1 }).table.rows.map(([cell]) => cell.text));
  const floats = distinctNetworks(wider).filter(({ doses }) =>
    doses.every(({ format }) => format === "float32"),
  );
  assert.ok(floats.length > 0);
  for (const { id } of floats) {
    assert.ok(!named("criticalRate").has(id), id);
    assert.ok(named("noise").has(id), id);
  }
});
