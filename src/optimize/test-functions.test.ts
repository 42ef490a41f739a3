import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../base/random.ts";
import { fromUnit } from "../space/unit-map.ts";
import { hypervolume } from "./hypervolume.ts";
import { paretoFront } from "./pareto.ts";
import {
  braninCurrin,
  dtlz2,
  type TestFunction,
  vehicleSafety,
  zdt1,
  zdt2,
  zdt3,
  zdt3WithoutFactor,
} from "./test-functions.ts";

const zdts = [zdt1, zdt2, zdt3, zdt3WithoutFactor];

function near(actual: readonly number[], expected: readonly number[], tolerance = 1e-9): void {
  assert.equal(actual.length, expected.length);
  for (const [i, value] of expected.entries())
    assert.ok(Math.abs(actual[i] - value) <= tolerance, `${actual} is not ${expected}`);
}

/** Below the reference, of points along the front of a ZDT. */
function frontVolume({ objectives, reference, space }: TestFunction, points: number): number {
  const rest = Object.keys(space.fields).slice(1).fill("").map(Number);
  const found = Array.from({ length: points }, (_, i) => objectives([i / (points - 1), ...rest]));
  return hypervolume(
    paretoFront(found, ["minimize", "minimize"]).map((i) => found[i]),
    reference,
  );
}

test("fronts of ZDT come up to the best hypervolume below (11, 11) and (1.1, 1.1), and no further", () => {
  for (const zdt of zdts) {
    for (const reference of [11, 1.1]) {
      const problem = zdt(3, reference);
      const missing = problem.bestHypervolume - frontVolume(problem, 2_001);
      assert.ok(missing > -1e-9 && missing < 1e-3, `${problem.name} below ${reference}: ${missing}`);
    }
  }
});

test("ZDT3 of BoTorch is ZDT3 on the front, and off it has no factor of distance", () => {
  near(zdt3WithoutFactor(4).objectives([0.3, 0, 0, 0]), zdt3(4).objectives([0.3, 0, 0, 0]));
  // g = 1 + 9 · 0.5 = 5.5
  const [first, whole] = zdt3(4).objectives([0.3, 0.2, 0.5, 0.8]);
  near(zdt3WithoutFactor(4).objectives([0.3, 0.2, 0.5, 0.8]), [first, whole / 5.5]);
});

test("values worked out by hand at corners of the spaces", () => {
  near(zdt1(3).objectives([0.25, 0, 0]), [0.25, 0.5]);
  near(zdt2(3).objectives([1, 1, 1]), [1, 10 * (1 - 0.01)]);
  near(dtlz2(4, 3).objectives([0, 0, 0, 0]), [1.5, 0, 0]);
  // Branin's minimum at (π, 2.275), and Currin's function where its first factor is 1.
  near(braninCurrin.objectives([(Math.PI + 5) / 15, 2.275 / 15]).slice(0, 1), [10 / (8 * Math.PI)], 1e-4);
  near(braninCurrin.objectives([0, 0]).slice(1), [3]);
  // Sums of the published coefficients at (1, 1, 1, 1, 1).
  near(vehicleSafety.objectives([1, 1, 1, 1, 1]), [
    1640.2823 + 2.3573285 + 2.3220035 + 4.5688768 + 7.7213633 + 4.4559504,
    6.5856 + 1.15 - 1.0427 + 0.9738 + 0.8364 - 0.3695 + 0.0861 + 0.3628 - 0.1106 - 0.3437 + 0.1764,
    0.0181 + 0.1024 + 0.0421 + 0.024 + 0.0109 - 0.0551 - 0.0073 - 0.0118 - 0.0204 - 0.008 - 0.0241,
  ]);
});

test("random points stay below the best hypervolume of every problem", () => {
  const problems = [braninCurrin, vehicleSafety, dtlz2(3, 2), dtlz2(3, 3), ...zdts.map((zdt) => zdt(3))];
  for (const problem of problems) {
    const random = new Random({ seed: 4, trial: -1, purpose: "test-functions", index: 0 });
    const fields = Object.values(problem.space.fields);
    const share = shareOf(
      problem,
      Array.from({ length: 4000 }, () => fields.map((field) => fromUnit(field, random.uniform()) as number)),
    );
    assert.ok(share > 0.5 && share <= 1, `${problem.name}: ${share}`);
  }
});

test("a grid of VehicleSafety's designs comes within 2 % of its best hypervolume, and not above", () => {
  const steps = 5;
  const grid = Array.from({ length: steps ** 5 }, (_, i) =>
    Array.from({ length: 5 }, (_, k) => 1 + ((Math.floor(i / steps ** k) % steps) / (steps - 1)) * 2),
  );
  const share = shareOf(vehicleSafety, grid);
  assert.ok(share > 0.98 && share <= 1, `${share}`);
});

/** Of the best hypervolume, by these designs. */
function shareOf(problem: TestFunction, designs: readonly (readonly number[])[]): number {
  const found = designs.map((design) => problem.objectives(design));
  const directions = problem.reference.map(() => "minimize" as const);
  const front = paretoFront(found, directions).map((i) => found[i]);
  return hypervolume(front, problem.reference) / problem.bestHypervolume;
}
