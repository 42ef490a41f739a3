import assert from "node:assert/strict";
import { test } from "node:test";
import type { Evaluation } from "../pipeline/evaluation.ts";
import type { ObjectiveContext } from "../pipeline/objective.ts";
import { objectives } from "../pipeline/objectives.ts";
import { frontCertainty } from "./front-certainty.ts";

const chosen = [objectives.accuracy, objectives.drop];
const context = {} as ObjectiveContext;

/** @param faulty - correct of 1,000 under each mask */
function evaluated(correct: number, faulty: readonly number[]): Evaluation {
  const seeds = faulty.map((one, index) => ({ index, correct: one, flippedBits: 1 }));
  const fault = {
    fault: "weight-bit-flip",
    format: "int8",
    bitErrorRate: 0.01,
    cleanCorrect: correct,
    images: 1000,
  };
  return { images: 1000, correctPerStep: [correct], faults: [{ ...fault, seeds }] } as unknown as Evaluation;
}

test("points far apart are surely on the front or surely not", () => {
  const points = [
    evaluated(950, [948, 949, 948, 949]),
    evaluated(980, [900, 905, 895, 900]),
    evaluated(700, [400, 410, 390, 400]),
  ];
  assert.deepEqual(frontCertainty(points, chosen, context, 1), [1, 1, 0]);
});

test("the better of two points within their errors is on the front more often, the other not never", () => {
  // Same drops under every mask, so only accuracy tells them apart.
  const [better, worse] = frontCertainty(
    [evaluated(952, [902, 912, 892, 902]), evaluated(948, [898, 908, 888, 898])],
    chosen,
    context,
    1,
  );
  assert.ok(better > 0.55 && better < 1 && worse > 0.1 && worse < 0.45, `${better}, ${worse}`);
});

test("masks are drawn for all points together", () => {
  // The second loses one image more under every mask: whatever masks are drawn, it is behind.
  const correct = 950;
  const masks = [900, 800, 940, 700];
  const equal = [
    evaluated(correct, masks),
    evaluated(
      correct,
      masks.map((one) => one - 1),
    ),
  ];
  const [first, second] = frontCertainty(equal, [objectives.drop], context, 1);
  assert.deepEqual([first, second], [1, 0]);
});

test("the same seed gives the same chances, and no points give none", () => {
  const points = [evaluated(952, [902, 912, 892, 902]), evaluated(948, [900, 908, 888, 898])];
  assert.deepEqual(frontCertainty(points, chosen, context, 5), frontCertainty(points, chosen, context, 5));
  assert.notDeepEqual(frontCertainty(points, chosen, context, 5), frontCertainty(points, chosen, context, 6));
  assert.deepEqual(frontCertainty([], chosen, context, 5), []);
});
