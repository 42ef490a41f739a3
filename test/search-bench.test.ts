import assert from "node:assert/strict";
import { test } from "node:test";
import { lead, missing, standing } from "../bench/search-compare.ts";
import { mixedFront, mixedProblem } from "../bench/search-mixed-problem.ts";
import { initialDesigns, searchProblems } from "../bench/search-problems.ts";
import { Random } from "../src/base/random.ts";
import { canonical } from "../src/space/space.ts";
import { designAt, freeFields } from "../src/space/unit-map.ts";

test("no design of the mixed space is below its front, and the front's own gains reach it", () => {
  const { space, objectives } = mixedProblem;
  const front = mixedFront();
  const names = freeFields(space);
  const random = new Random({ seed: 2, trial: -1, purpose: "search-bench-test", index: 0 });
  for (let i = 0; i < 3000; i++) {
    const places = names.map(() => random.uniform());
    const point = objectives(canonical(space, designAt(space, names, places)));
    const isCovered = front.some(([cost, loss]) => cost <= point[0] + 1e-12 && loss <= point[1] + 1e-12);
    assert.ok(isCovered, `${point} is below the front`);
  }
  // The cheapest network there is: one edge, four wide, two bits, a twentieth of the weights.
  const cheapest = {
    ...canonical(space, designAt(space, [], [])),
    block: "001|00|0",
    width: 4,
    precision: "2",
    family: "sparse",
    density: 0.05,
    gain: 10 ** -0.7,
  };
  const [cost, loss] = objectives(cheapest);
  assert.ok(Math.abs(cost - front[0][0]) < 1e-12 && Math.abs(loss - front[0][1]) < 1e-12);
});

test("a matrix without a path costs everything, and the mixed front is long", () => {
  const { objectives, space } = mixedProblem;
  const [cost] = objectives({
    ...canonical(space, designAt(space, [], [])),
    block: "000|00|0",
    gain: 10 ** 0.4,
  });
  assert.equal(cost, 1);
  const front = mixedFront();
  assert.ok(front.length > 100 && front[0][0] < 0.001 && (front.at(-1)?.[1] ?? 1) < 0.1);
});

test("searches of one seed begin with the same ten designs, and of two seeds with others", () => {
  for (const problem of [...searchProblems, mixedProblem]) {
    const first = initialDesigns(problem, 3);
    assert.equal(first.length, 10);
    assert.deepEqual(first, initialDesigns(problem, 3));
    assert.notDeepEqual(first, initialDesigns(problem, 4));
    for (const design of first) assert.ok(problem.objectives(design).every(Number.isFinite), problem.name);
  }
});

test("the seven problems have the dimensions and objectives they are compared in", () => {
  const shapes = searchProblems.map(({ space, views }) => [
    Object.keys(space.fields).length,
    views[0].reference.length,
  ]);
  assert.deepEqual(shapes, [
    [2, 2],
    [6, 2],
    [6, 2],
    [6, 2],
    [6, 2],
    [6, 3],
    [5, 3],
  ]);
});

test("who misses less in every seed is ahead, who misses as much is level, and closer is not closer than 10⁻⁷", () => {
  const view = { reference: [1], bestHypervolume: 2 };
  const runs = (reached: readonly number[]) => reached.map((value) => ({ hypervolumes: [[value]] }));
  const near = missing(runs([1.9, 1.99, 1.98]), 0, 0, view);
  const far = missing(runs([1, 1.5, 1.8]), 0, 0, view);
  assert.ok(Math.abs(near[0] + 1) < 1e-9 && Math.abs(far[0]) < 1e-12);
  assert.equal(standing(lead(near, far)), "ahead");
  assert.equal(standing(lead(far, near)), "behind");
  assert.equal(standing(lead(near, near)), "level");
  assert.equal(standing(lead(near, [near[0], near[1] + 1, near[2] - 1])), "level");
  assert.ok(Math.abs(missing(runs([2.1]), 0, 0, view)[0] - Math.log10(2e-7)) < 1e-9);
});
