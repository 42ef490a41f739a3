import assert from "node:assert/strict";
import { test } from "node:test";
import { kendallTau } from "./rank-stability.ts";

test("the same order is 1, the reverse −1, one swap of neighbours among four is 2/3", () => {
  assert.equal(kendallTau([1, 2, 3, 4], [10, 20, 30, 40]), 1);
  assert.equal(kendallTau([1, 2, 3, 4], [4, 3, 2, 1]), -1);
  assert.ok(Math.abs((kendallTau([1, 2, 3, 4], [1, 3, 2, 4]) ?? 0) - 2 / 3) < 1e-12);
});

test("without two different values there is no order to compare", () => {
  assert.equal(kendallTau([], []), null);
  assert.equal(kendallTau([1], [1]), null);
  assert.equal(kendallTau([2, 2], [1, 3]), null);
});
