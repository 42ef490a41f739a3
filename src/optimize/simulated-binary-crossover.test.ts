import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../base/random.ts";
import { simulatedBinaryChild } from "./simulated-binary-crossover.ts";

function children(a: number, b: number, index: number, count = 20_000): number[] {
  const random = new Random({ seed: 0, trial: 0, purpose: "sbx-test", index });
  return Array.from({ length: count }, () => simulatedBinaryChild(a, b, index, random));
}

test("children stay within the bounds, and in the middle have their parents' mean", () => {
  // None is cut off at a bound: the distribution ends there.
  for (const child of children(0.001, 0.6, 2)) assert.ok(child > 0 && child < 1);
  const wide = children(0.2, 0.6, 2);
  assert.ok(Math.min(...wide) < 0.02 && Math.max(...wide) > 0.95);
  const middle = children(0.45, 0.55, 20);
  const mean = middle.reduce((sum, child) => sum + child / middle.length, 0);
  assert.ok(Math.abs(mean - 0.5) < 1e-3, `${mean}`);
});

test("far from the bounds the spread is that of the distribution: half of the children lie between the parents", () => {
  // P(spread ≤ 1) = ½ and P(spread ≤ s) = ½ s^(η+1) for s below 1.
  const spreads = children(0.49, 0.51, 3).map((child) => Math.abs(child - 0.5) / 0.01);
  const share = (limit: number) => spreads.filter((spread) => spread <= limit).length / spreads.length;
  assert.ok(Math.abs(share(1) - 0.5) < 0.015);
  assert.ok(Math.abs(share(0.9) - 0.5 * 0.9 ** 4) < 0.015);
  assert.ok(Math.abs(share(0.8) - 0.5 * 0.8 ** 4) < 0.015);
  assert.ok(Math.abs(share(1.5) - (1 - 0.5 / 1.5 ** 4)) < 0.015);
});

test("equal parents have that child, and the order of the parents makes no difference", () => {
  assert.deepEqual(new Set(children(0.3, 0.3, 20, 10)), new Set([0.3]));
  assert.deepEqual(children(0.2, 0.7, 20, 50), children(0.7, 0.2, 20, 50));
});
