import assert from "node:assert/strict";
import { test } from "node:test";
import { syntheticFront } from "../../test/fixtures/synthetic-front.ts";
import { frontSummary } from "./front-summary.ts";

const front = syntheticFront(3);
const [point] = front.points;
const linesOf = (recommendation: Partial<typeof front.recommendation>): readonly string[] =>
  frontSummary({ ...front, recommendation: { ...front.recommendation, ...recommendation } });
const advice = `Its conversion, on 500 validation images: ${point.explanation?.advice.summary}`;

test("a spiking network to ship, or nearly, comes with the advice on its conversion", () => {
  assert.ok(linesOf({ choice: point.id, nearestMiss: null }).includes(advice));
  assert.ok(linesOf({ choice: null, nearestMiss: point.id }).includes(advice));
});

test("there is no such advice on ANNs, nor when there is nothing to ship", () => {
  for (const choice of ["ann-int8", null]) {
    const lines = linesOf({ choice, nearestMiss: null });
    assert.ok(!lines.some((line) => line.includes("conversion")));
  }
});

test("further objectives have a line a network, and fronts without any none", () => {
  const front = syntheticFront(3);
  const interval = { value: 0.031, low: 0.02, high: 0.04, confidence: 0.95, method: "made up" };
  const about = { about: "accuracy lost", unit: "1", direction: "minimize" } as const;
  const wider = {
    ...front,
    objectives: [...front.objectives, { ...about, name: "noise" }],
    points: front.points.map((point) => ({ ...point, objectives: { noise: interval } })),
  };
  const noisy = (of: typeof front) => frontSummary(of).filter((line) => line.includes("noise"));
  assert.deepEqual(noisy(front), []);
  assert.equal(noisy(wider).length, front.networks.length + front.points.length);
  for (const { id } of front.points)
    assert.ok(
      noisy(wider).some((line) => line.includes(id) && line.endsWith("noise 3.10 % (2.00 %–4.00 %)")),
    );
});
