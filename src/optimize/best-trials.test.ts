import assert from "node:assert/strict";
import { test } from "node:test";
import { bestTrials, type Judged } from "./best-trials.ts";
import { rankedTrials } from "./ranked-trials.ts";

const trial = (number: number, objectives: readonly number[], violation = 0) => ({
  number,
  design: {},
  objectives,
  violation,
});
const numbers = (trials: readonly Judged[]) => trials.map(({ number }) => number).sort((a, b) => a - b);
const both = ["minimize", "minimize"] as const;

test("those that meet constraints come first, then the smallest violation, never more than asked", () => {
  const trials = [
    trial(4, [0, 0], 3),
    trial(0, [9, 9]),
    trial(1, [8, 8]),
    trial(2, [0, 0], 1),
    trial(3, [0, 0], 2),
  ];
  const expected = [[], [1], [0, 1], [0, 1, 2], [0, 1, 2, 3], [0, 1, 2, 3, 4], [0, 1, 2, 3, 4]];
  for (const [count, best] of expected.entries())
    assert.deepEqual(numbers(bestTrials(trials, count, both)), best, `${count}`);
});

test("whole ranks go first, and of the rank that does not fit those that dominate most together", () => {
  const trials = [
    trial(0, [2, 2]),
    trial(1, [0, 6]),
    trial(2, [6, 0]),
    trial(3, [5.9, 0.5]),
    trial(4, [7, 7]),
    trial(5, [1, 1]),
  ];
  assert.deepEqual(numbers(bestTrials(trials, 4, both)), [1, 2, 3, 5]);
  assert.deepEqual(numbers(bestTrials(trials, 5, both)), [0, 1, 2, 3, 5]);
  // The first is the largest box, and 3 adds least beside it.
  assert.ok(numbers(bestTrials(trials, 1, both)).includes(5));
  assert.deepEqual(numbers(bestTrials(trials, 2, ["minimize", "maximize"])).includes(4), true);
});

test("ranked: violation, then rank, then distance from neighbours, then the earlier one", () => {
  const trials = [
    trial(0, [2.5, 2.5]),
    trial(1, [2.4, 2.6]),
    trial(2, [0, 5]),
    trial(3, [5, 0]),
    trial(4, [0, 0], 1),
    trial(5, [6, 6]),
    trial(6, [1, 4]),
    trial(7, [6, 6]),
  ];
  const order = rankedTrials([...trials].reverse(), both).map(({ number }) => number);
  // On the front the ends, then 0, with 3 as a far neighbour; 1 lies between near ones.
  assert.deepEqual(order.slice(0, 2), [2, 3]);
  assert.ok(order.indexOf(0) < order.indexOf(1));
  assert.ok(order.indexOf(6) < order.indexOf(1));
  assert.deepEqual(order.slice(5), [5, 7, 4]);
});
