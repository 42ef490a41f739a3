import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../base/random.ts";
import { hypervolume, referencePointOf } from "./hypervolume.ts";
import { crowdingDistance, dominates, minimised, nonDominatedRanks, paretoFront } from "./pareto.ts";
import { braninCurrin, dtlz2, zdt1, zdt2, zdt3 } from "./test-functions.ts";

function randomPoints(count: number, dimensions: number, index: number, levels = 0): number[][] {
  const random = new Random({ seed: 5, trial: -1, purpose: "pareto-test", index });
  const draw = () => (levels > 0 ? random.integer(levels) / levels : random.uniform());
  return Array.from({ length: count }, () => Array.from({ length: dimensions }, draw));
}

/** Share of the box [0, 1]^m below the reference that is dominated, on the cells of a grid. */
function gridVolume(points: readonly (readonly number[])[], dimensions: number, levels: number): number {
  let cells = 0;
  for (let cell = 0; cell < levels ** dimensions; cell++) {
    const corner = Array.from(
      { length: dimensions },
      (_, i) => (Math.floor(cell / levels ** i) % levels) / levels,
    );
    if (points.some((point) => point.every((value, i) => value <= corner[i]))) cells++;
  }
  return cells / levels ** dimensions;
}

test("a point dominates another when it is nowhere worse and somewhere better", () => {
  assert.ok(dominates([1, 2], [1, 3]));
  assert.ok(!dominates([1, 2], [1, 2]));
  assert.ok(!dominates([1, 3], [2, 2]));
});

test("the front minds directions, keeps equal points and never holds NaN beside a number", () => {
  const points = [
    [1, 1],
    [2, 5],
    [2, 5],
    [3, 4],
    [Number.NaN, 9],
    [0, 0],
  ];
  assert.deepEqual(paretoFront(points, ["minimize", "maximize"]), [0, 1, 2, 4, 5]);
  assert.deepEqual(paretoFront(points, ["minimize", "minimize"]), [5]);
  assert.deepEqual(
    paretoFront(
      [
        [Number.NaN, 1],
        [1, 1],
      ],
      ["maximize", "minimize"],
    ),
    [1],
  );
  assert.deepEqual(paretoFront([], ["minimize"]), []);
});

test("ranks peel fronts: the front of what is left is the next rank", () => {
  const points = randomPoints(60, 3, 0, 4);
  const ranks = nonDominatedRanks(points);
  for (let rank = 0; rank <= Math.max(...ranks); rank++) {
    const left = [...points.keys()].filter((i) => ranks[i] >= rank);
    const front = paretoFront(
      left.map((i) => points[i]),
      ["minimize", "minimize", "minimize"],
    );
    assert.deepEqual(
      front.map((k) => left[k]),
      left.filter((i) => ranks[i] === rank),
    );
  }
});

test("crowding is infinite at the ends and the neighbours' gap between them", () => {
  assert.deepEqual(
    crowdingDistance([
      [0, 4],
      [1, 2],
      [4, 0],
    ]),
    [Infinity, 2, Infinity],
  );
  assert.deepEqual(crowdingDistance([[1, 1]]), [Infinity]);
  assert.deepEqual(crowdingDistance([]), []);
  const [, middle] = crowdingDistance([
    [0, Infinity],
    [1, 2],
    [4, 0],
  ]);
  assert.equal(middle, 1);
});

test("the hypervolume of one point is its box, of a staircase the sum of its steps", () => {
  assert.equal(hypervolume([[1, 2, 3]], [2, 4, 6]), 6);
  assert.equal(
    hypervolume(
      [
        [0, 2],
        [1, 1],
        [2, 0],
      ],
      [3, 3],
    ),
    6,
  );
  assert.equal(hypervolume([], [1, 1]), 0);
  assert.equal(hypervolume([[1, 0]], [1, 1]), 0);
  for (const m of [1, 2, 3, 4]) {
    assert.equal(hypervolume([new Array<number>(m).fill(0)], new Array<number>(m).fill(10)), 10 ** m);
  }
});

for (const m of [2, 3, 4]) {
  test(`the hypervolume of ${m} objectives is what cells of a grid count`, () => {
    for (let index = 0; index < 10; index++) {
      const points = randomPoints(12, m, index, 6);
      const volume = hypervolume(points, new Array<number>(m).fill(1));
      assert.ok(Math.abs(volume - gridVolume(points, m, 6)) < 1e-12);
    }
  });

  test(`the hypervolume of ${m} objectives minds neither order, copies, dominated points, NaN nor ∞`, () => {
    const reference = new Array<number>(m).fill(1);
    const points = randomPoints(15, m, 20);
    const volume = hypervolume(points, reference);
    const worse = points.map((point) => point.map((value) => value + 0.01));
    const odd = [
      new Array<number>(m).fill(Number.NaN),
      new Array<number>(m).fill(Infinity),
      [Infinity, ...reference.slice(1)],
    ];
    const again = hypervolume([...odd, ...worse, ...points, ...points].reverse(), reference);
    assert.ok(Math.abs(again - volume) < 1e-12);
    assert.ok(hypervolume([...points, new Array<number>(m).fill(0)], reference) > volume);
  });
}

test("the reference point lies beyond the worst finite value of either sign", () => {
  const [a, b, c, d] = referencePointOf([
    [10, -10, 0, Infinity],
    [5, -20, -1, Number.NaN],
  ]);
  assert.ok(Math.abs(a - 11) < 1e-12);
  assert.ok(Math.abs(b + 9) < 1e-12);
  assert.ok(c > 0 && c < 1e-9);
  assert.ok(Number.isFinite(d));
});

test("minimised turns maximised objectives around and NaN into the worst", () => {
  assert.deepEqual(
    minimised(
      [
        [1, 2],
        [Number.NaN, Number.NaN],
      ],
      ["minimize", "maximize"],
    ),
    [
      [1, -2],
      [Infinity, Infinity],
    ],
  );
});

/** Points of the true fronts, of the variable that runs along them. */
const fronts = [zdt1(4), zdt2(4), zdt3(4)].map((problem) => ({
  problem,
  points: Array.from({ length: 800 }, (_, i) => problem.objectives([i / 799, 0, 0, 0])),
}));
fronts.push({
  problem: dtlz2(4, 2),
  points: Array.from({ length: 800 }, (_, i) => dtlz2(4, 2).objectives([i / 799, 0.5, 0.5, 0.5])),
});
fronts.push({
  problem: dtlz2(4, 3),
  points: Array.from({ length: 900 }, (_, i) =>
    dtlz2(4, 3).objectives([(i % 30) / 29, Math.floor(i / 30) / 29, 0.5, 0.5]),
  ),
});
fronts.push({
  problem: braninCurrin,
  points: Array.from({ length: 90_000 }, (_, i) =>
    braninCurrin.objectives([(i % 300) / 299, Math.floor(i / 300) / 299]),
  ).filter(([f0, f1]) => f0 < 18 && f1 < 6),
});

for (const { problem, points } of fronts) {
  test(`points along the front of ${problem.name} fill 94 to 100 % of its best hypervolume`, () => {
    const share = hypervolume(thinned(points), problem.reference) / problem.bestHypervolume;
    assert.ok(share > 0.94 && share <= 1 + 1e-9, `${share}`);
  });
}

/** Two objectives: the lowest staircase alone, which has the same volume. */
function thinned(points: readonly (readonly number[])[]): readonly (readonly number[])[] {
  if (points[0].length !== 2) return points;
  let least = Infinity;
  return [...points]
    .sort(([a], [b]) => a - b)
    .filter(([, second]) => {
      if (second >= least) return false;
      least = second;
      return true;
    });
}
