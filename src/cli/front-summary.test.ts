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
