import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../base/random.ts";
import { paretoFront } from "../optimize/pareto.ts";
import { nonDominatedShare } from "./non-dominated-share.ts";

test("each draw's front is that of the optimizer's dominance", () => {
  const random = new Random({ seed: 10, trial: -1, purpose: "front-share", index: 0 });
  const shape = { draws: 60, points: 9, objectives: 3 };
  const objectives = Float64Array.from({ length: 60 * 9 * 3 }, () => random.integer(5));
  const expected = new Float64Array(9);
  for (let draw = 0; draw < 60; draw++) {
    const points = Array.from({ length: 9 }, (_, p) => [
      ...objectives.subarray((draw * 9 + p) * 3, (draw * 9 + p + 1) * 3),
    ]);
    for (const point of paretoFront(points, ["minimize", "minimize", "minimize"])) expected[point] += 1;
  }
  assert.deepEqual(
    nonDominatedShare(objectives, shape),
    expected.map((times) => times / 60),
  );
});

test("of two points that differ in one noisy objective, each is on the front as often as it wins", () => {
  // Draws of point 0: 1, 2, 3, 4; of point 1: always 2.
  const objectives = [1, 2, 2, 2, 3, 2, 4, 2];
  assert.deepEqual([...nonDominatedShare(objectives, { draws: 4, points: 2, objectives: 1 })], [0.5, 0.75]);
});

test("what failed is infinite and never on the front beside what did not; alone it is", () => {
  const shape = { draws: 1, points: 2, objectives: 2 };
  assert.deepEqual([...nonDominatedShare([Infinity, Infinity, 1, 1], shape)], [0, 1]);
  assert.deepEqual([...nonDominatedShare([Infinity, 1], { ...shape, points: 1 })], [1]);
});

test("a NaN and a wrong shape are refused", () => {
  const shape = { draws: 1, points: 2, objectives: 1 };
  assert.throws(() => nonDominatedShare([1, NaN], shape), /objectives\[1\] must be a number/);
  assert.throws(() => nonDominatedShare([1], shape), /must hold draws × points × objectives = 2 numbers/);
  assert.throws(() => nonDominatedShare([], { ...shape, draws: 0 }), /draws must be a whole number/);
});
