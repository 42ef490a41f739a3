import assert from "node:assert/strict";
import { test } from "node:test";
import { hasStalled } from "./has-stalled.ts";
import { hypervolume } from "./hypervolume.ts";
import { hypervolumeHistory } from "./hypervolume-history.ts";
import { knee } from "./knee.ts";
import { randomSampler } from "./random-sampler.ts";
import type { PastTrial } from "./sampler.ts";
import { dtlz2 } from "./test-functions.ts";

const trial = (
  number: number,
  objectives: readonly number[] | null,
  given: Partial<PastTrial> = {},
): PastTrial => ({
  number,
  design: {},
  objectives,
  violation: 0,
  ...given,
});

test("the history of the hypervolume is the volume of everything up to each trial", () => {
  const problem = dtlz2(4, 3);
  const numbers = Array.from({ length: 40 }, (_, i) => i);
  const designs = randomSampler({
    space: problem.space,
    directions: ["minimize", "minimize", "minimize"],
    history: [],
    numbers,
    seed: 0,
    startTrials: 1,
  });
  const points = designs.map((design) => problem.objectives(Object.values(design) as number[]));
  // The middle objective told the other way round: its reference turns with it.
  const turned = points.map(([a, b, c]) => [a, -b, c]);
  const curve = hypervolumeHistory(
    turned.map((objectives, number) => trial(number, objectives)).reverse(),
    ["minimize", "maximize", "minimize"],
    [2, -2, 2],
  );
  for (const [i, { number, hypervolume: volume }] of curve.entries()) {
    assert.equal(number, i);
    const direct = hypervolume(points.slice(0, i + 1), [2, 2, 2]);
    assert.ok(Math.abs(volume - direct) < 1e-12);
  }
});

test("failed, partial and infeasible trials add nothing to the history", () => {
  const curve = hypervolumeHistory(
    [
      trial(0, null),
      trial(1, [0, 0], { violation: 1 }),
      trial(2, [0, 0], { fidelity: 0.5 }),
      trial(3, [Number.NaN, 0]),
      trial(4, [0.5, 0.5]),
      trial(5, [0, 2]),
    ],
    ["minimize", "minimize"],
    [1, 1],
  );
  assert.deepEqual(
    curve.map(({ hypervolume: volume }) => volume),
    [0, 0, 0, 0, 0.25, 0.25],
  );
  assert.throws(
    () => hypervolumeHistory([], ["minimize"], [1, 2]),
    /reference must be 1 numbers, but got \[1, 2\]/,
  );
});

test("a search has stalled when the last trials added no more than the share asked, and not before", () => {
  const rule = { trials: 3, leastGain: 0.01 };
  assert.ok(!hasStalled([5, 5, 5], rule));
  assert.ok(hasStalled([5, 5, 5, 5], rule));
  assert.ok(hasStalled([1, 100, 100.2, 100.4, 100.6], rule));
  assert.ok(!hasStalled([1, 98, 99, 99.5, 100], rule));
  assert.ok(!hasStalled([0, 0, 0, 0, 0], rule));
  assert.throws(
    () => hasStalled([], { trials: 0, leastGain: 0 }),
    /stop.trials must be a whole number from 1/,
  );
  assert.throws(() => hasStalled([], { trials: 1, leastGain: -1 }), /stop.leastGain must be at least 0/);
});

test("the knee of a bent line is its corner, in any units, directions and order", () => {
  const bent = [
    [0, 10],
    [1, 3],
    [2, 1],
    [6, 0.5],
    [10, 0],
    [9, 9],
    [Number.NaN, -1],
  ];
  assert.equal(knee(bent, ["minimize", "minimize"]), 2);
  assert.equal(
    knee(
      bent.map(([a, b]) => [-1000 * a, b / 7 + 3]),
      ["maximize", "minimize"],
    ),
    2,
  );
  assert.equal(knee([...bent].reverse(), ["minimize", "minimize"]), 4);
});

test("straight lines, hollow fronts, two points and none have no knee", () => {
  const both = ["minimize", "minimize"] as const;
  assert.equal(
    knee(
      [
        [0, 2],
        [1, 1],
        [2, 0],
      ],
      both,
    ),
    null,
  );
  assert.equal(
    knee(
      [
        [0, 2],
        [1.5, 1.5],
        [2, 0],
      ],
      both,
    ),
    null,
  );
  assert.equal(
    knee(
      [
        [0, 1],
        [1, 0],
        [1, 0],
      ],
      both,
    ),
    null,
  );
  assert.equal(knee([], both), null);
});

test("of three objectives the knee lies nearest the best of all, and one that is the same everywhere plays no part", () => {
  const points = [
    [0, 1, 1],
    [1, 0, 1],
    [1, 1, 0],
    [0.2, 0.3, 0.2],
    [0.1, 0.6, 0.5],
  ];
  assert.equal(knee(points, ["minimize", "minimize", "minimize"]), 3);
  const flat = [
    [0, 10, 4],
    [2, 1, 4],
    [10, 0, 4],
  ];
  assert.equal(knee(flat, ["minimize", "minimize", "maximize"]), 1);
});
