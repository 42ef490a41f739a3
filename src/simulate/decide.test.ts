import assert from "node:assert/strict";
import { test } from "node:test";
import { decide } from "./decide.ts";
import { noClass } from "./simulation-result.ts";

test("the highest score decides, the lowest index among equals, NaN never", () => {
  const { NaN: nan, NEGATIVE_INFINITY: low, POSITIVE_INFINITY: high } = Number;
  const cases: readonly (readonly [readonly number[], number])[] = [
    [[0, 3, 3, 1], 1],
    [[0, 0, 0], 0],
    [[-2, -1, -1], 1],
    [[nan, -5, nan, -4], 3],
    [[7, nan, 7], 0],
    [[low, low], 0],
    [[nan, low], 1],
    [[1, high, high], 1],
    [[nan, nan], noClass],
    [[], noClass],
  ];
  for (const [scores, expected] of cases) {
    assert.equal(decide(scores, 0, scores.length), expected, String(scores));
    assert.equal(decide([99, ...scores, 99], 1, scores.length), expected, `${scores} inside others`);
  }
});
