import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../base/random.ts";
import { hypervolume } from "./hypervolume.ts";
import { exclusiveHypervolumes, selectByHypervolume } from "./hypervolume-contributions.ts";
import { paretoFront } from "./pareto.ts";

function randomPoints(count: number, objectives: number, index: number, levels = 0): number[][] {
  const random = new Random({ seed: 6, trial: -1, purpose: "hypervolume-test", index });
  const draw = () => (levels > 0 ? random.integer(levels) / levels : random.uniform());
  return Array.from({ length: count }, () => Array.from({ length: objectives }, draw));
}

/** Σ over non-empty subsets of ±(what all its points dominate together). */
function inclusionExclusion(points: readonly number[][], reference: readonly number[]): number {
  let total = 0;
  for (let subset = 1; subset < 2 ** points.length; subset++) {
    const members = points.filter((_, i) => (subset >> i) % 2 === 1);
    const corner = reference.map((_, i) => Math.max(...members.map((point) => point[i])));
    const box = corner.reduce((product, value, i) => product * Math.max(0, reference[i] - value), 1);
    total += members.length % 2 === 1 ? box : -box;
  }
  return total;
}

function assertClose(actual: number, expected: number, tolerance: number): void {
  const error = Math.abs(actual - expected);
  assert.ok(error <= tolerance, `${actual} against ${expected}`);
}

for (const objectives of [1, 2, 3, 4, 5, 6]) {
  test(`with ${objectives} objectives the volume of up to 10 points is inclusion–exclusion's`, () => {
    for (let index = 0; index < 40; index++) {
      // Every other set has ties: few levels.
      const points = randomPoints(1 + (index % 10), objectives, index, index % 2 === 0 ? 0 : 3);
      const reference = new Array<number>(objectives).fill(index % 3 === 0 ? 0.8 : 1.2);
      assertClose(hypervolume(points, reference), inclusionExclusion(points, reference), 1e-12);
    }
  });
}

test("staircases, the whole box and the simplex of a grid have the volumes of their closed forms", () => {
  const stairs = Array.from({ length: 10 }, (_, i) => [i, 9 - i]);
  assert.equal(hypervolume(stairs, [10, 10]), 55);
  for (const m of [2, 3, 4, 5, 6]) {
    assert.equal(hypervolume([new Array<number>(m).fill(0)], new Array<number>(m).fill(10)), 10 ** m);
    // The m points at distance 1 from the corner leave only the unit cube at the corner free.
    const axes = Array.from({ length: m }, (_, i) => Array.from({ length: m }, (_, k) => (k === i ? 0 : 1)));
    assert.equal(hypervolume(axes, new Array<number>(m).fill(2)), m + 1);
  }
});

test("the volume minds neither order nor repeats, and never falls when a point comes", () => {
  for (const objectives of [2, 3, 4, 5]) {
    const points = randomPoints(14, objectives, 100 + objectives, 5);
    const reference = new Array<number>(objectives).fill(1);
    const whole = hypervolume(points, reference);
    assertClose(hypervolume([...points].reverse(), reference), whole, 1e-12);
    assertClose(hypervolume([...points, ...points], reference), whole, 1e-12);
    let before = 0;
    for (const count of points.keys()) {
      const now = hypervolume(points.slice(0, count + 1), reference);
      assert.ok(now >= before - 1e-12);
      before = now;
    }
  }
});

test("points that do not lie below the reference and points with NaN or ∞ count nothing", () => {
  const reference = [1, 1, 1];
  const outside = [
    [0, 0, 1],
    [Number.NaN, 0, 0],
    [Infinity, 0, 0],
    [0, 2, -5],
  ];
  assert.equal(hypervolume(outside, reference), 0);
  assert.equal(hypervolume([...outside, [0.5, 0.5, 0.5]], reference), 0.125);
  assert.equal(hypervolume([[-Infinity, 0, 0]], reference), Infinity);
  assert.equal(hypervolume([[0, 0, 0]], [1, 1, Infinity]), Infinity);
});

test("a point's exclusive part is what the volume loses without it", () => {
  for (const objectives of [2, 3, 4]) {
    const points = randomPoints(9, objectives, 200 + objectives, 4);
    const reference = new Array<number>(objectives).fill(0.9);
    const parts = exclusiveHypervolumes(points, reference);
    for (const [i, part] of parts.entries()) {
      const rest = hypervolume(
        points.filter((_, k) => k !== i),
        reference,
      );
      assertClose(part, hypervolume(points, reference) - rest, 1e-12);
    }
  }
  assert.deepEqual(
    exclusiveHypervolumes(
      [
        [0, 0],
        [0, 0],
        [0.5, 0.5],
      ],
      [1, 1],
    ),
    [0, 0, 0],
  );
  assert.deepEqual(
    exclusiveHypervolumes(
      [
        [-Infinity, 0],
        [0, -1],
      ],
      [1, 1],
    ),
    [Infinity, 1],
  );
});

test("the greedy subset has at least 1 − 1/e of the best subset's volume, and each step takes the most", () => {
  for (let index = 0; index < 12; index++) {
    const objectives = 2 + (index % 3);
    const points = randomPoints(10, objectives, 300 + index);
    const reference = new Array<number>(objectives).fill(1);
    const chosen = selectByHypervolume(points, 4, reference);
    assert.equal(new Set(chosen).size, 4);
    const volumeOf = (indices: readonly number[]) =>
      hypervolume(
        indices.map((i) => points[i]),
        reference,
      );
    for (let k = 0; k < 4; k++) {
      const before = chosen.slice(0, k);
      const most = Math.max(...points.map((_, i) => volumeOf([...before, i])));
      assertClose(volumeOf(chosen.slice(0, k + 1)), most, 1e-12);
    }
    let best = 0;
    for (let subset = 0; subset < 1024; subset++) {
      const indices = [...points.keys()].filter((i) => (subset >> i) % 2 === 1);
      if (indices.length === 4) best = Math.max(best, volumeOf(indices));
    }
    assert.ok(volumeOf(chosen) >= (1 - 1 / Math.E) * best);
  }
});

test("repeated points are taken last, and no more points than there are", () => {
  const points = [
    [3, 3],
    [1, 2],
    [1, 2],
    [2, 1],
  ];
  assert.deepEqual(selectByHypervolume(points, 2, [4, 4]).sort(), [1, 3]);
  assert.deepEqual(new Set(selectByHypervolume(points, 3, [4, 4])), new Set([0, 1, 3]));
  assert.equal(selectByHypervolume(points, 9, [4, 4]).length, 4);
  assert.equal(selectByHypervolume(points, 9, [4, 4])[3], 2);
});

test("large fronts of three and four objectives are the sum of their exclusive slabs by brute force", () => {
  for (const objectives of [3, 4]) {
    const sphere = randomPoints(60, objectives, 400 + objectives).map((point) => {
      const norm = Math.hypot(...point);
      return point.map((value) => 1 - value / norm);
    });
    const reference = new Array<number>(objectives).fill(1);
    const front = paretoFront(
      sphere,
      reference.map(() => "minimize"),
    );
    assert.ok(front.length > 50);
    // Slicing along the last objective, the definition of a volume.
    const byLast = [...sphere].sort((a, b) => a[objectives - 1] - b[objectives - 1]);
    let sliced = 0;
    for (const [k, point] of byLast.entries()) {
      const top = byLast[k + 1]?.[objectives - 1] ?? 1;
      const below = byLast.slice(0, k + 1).map((other) => other.slice(0, -1));
      sliced += (top - point[objectives - 1]) * hypervolume(below, reference.slice(0, -1));
    }
    assertClose(hypervolume(sphere, reference), sliced, 1e-12);
  }
});
