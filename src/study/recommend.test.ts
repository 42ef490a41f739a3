import assert from "node:assert/strict";
import { test } from "node:test";
import { type Candidate, recommend } from "./recommend.ts";

const candidate = (
  id: string,
  energyPj: number | null,
  margins: Record<string, number>,
  accuracy = 0.9,
): Candidate => ({
  id,
  energyPj,
  accuracy,
  margins,
});
const requirements = { minAccuracy: 0.95, maxDrop: 0.02 };

test("the cheapest network that meets every requirement is chosen, the next one is runner-up", () => {
  const result = recommend(
    [
      candidate("dear", 300, { minAccuracy: 0.02, maxDrop: 0.01 }),
      candidate("cheap", 100, { minAccuracy: 0.01, maxDrop: 0.001 }),
      candidate("cheaper-but-wrong", 50, { minAccuracy: -0.004, maxDrop: 0.01 }),
    ],
    requirements,
  );
  assert.equal(result.choice, "cheap");
  assert.equal(result.runnerUp, "dear");
  assert.match(
    result.bindingConstraint,
    /^cheaper-but-wrong needs less energy but misses minAccuracy 0.95 .* by 0.004$/,
  );
  assert.deepEqual(result.ranking, ["cheap", "dear", "cheaper-but-wrong"]);
});

test("without a cheaper one, the binding constraint is the one with the least room for its size", () => {
  const result = recommend([candidate("only", 1, { minAccuracy: 0.019, maxDrop: 0.001 })], requirements);
  assert.match(result.bindingConstraint, /^minAccuracy 0.95 .* met by 0.019$/);
  assert.equal(result.runnerUp, null);
});

test("when none qualifies the nearest miss is named with all it lacks, and nothing is chosen", () => {
  const result = recommend(
    [
      candidate("near", 10, { minAccuracy: -0.01, maxDrop: 0.01 }),
      candidate("far", 1, { minAccuracy: -0.4, maxDrop: -0.1 }),
      candidate("unknown", 2, { minAccuracy: -Infinity, maxDrop: 0.1 }),
    ],
    requirements,
  );
  assert.equal(result.choice, null);
  assert.equal(result.nearestMiss, "near");
  assert.match(result.bindingConstraint, /minAccuracy 0.95 .* missed by 0.01/);
});

test("a network that cannot be priced is never recommended", () => {
  assert.equal(recommend([candidate("a", null, {}), candidate("b", 5, {})], {}).choice, "b");
  assert.equal(recommend([candidate("a", null, {})], {}).choice, null);
});

test("no networks at all is said, not crashed on", () => {
  assert.equal(recommend([], requirements).choice, null);
});
