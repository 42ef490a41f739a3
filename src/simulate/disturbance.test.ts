import assert from "node:assert/strict";
import { test } from "node:test";
import { disturbedSpikes } from "./disturbance.ts";

test("a disturbance that changes nothing keeps spikes that stand several times", () => {
  const keep = (...[, , , , value]: readonly [unknown, unknown, unknown, unknown, number]): number => value;
  assert.deepEqual(disturbedSpikes(keep, "input", "input", 6, 0, [1, 1, 4]), [1, 1, 4]);
});

test("a spike that is struck goes with all its repeats, a new one comes once", () => {
  const strike = (...[, , element, , value]: readonly [unknown, unknown, number, unknown, number]): number =>
    element < 3 ? 1 - value : value;
  assert.deepEqual(disturbedSpikes(strike, "input", "input", 6, 0, [1, 1, 4]), [0, 2, 4]);
});
