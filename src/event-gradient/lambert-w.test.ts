import assert from "node:assert/strict";
import { test } from "node:test";
import { onePlusLambertW } from "./lambert-w.ts";

test("W has its known values", () => {
  // −W(−x) = Σ n^(n−1)/n! xⁿ for x below 1/e (Corless et al. 1996, 3.1); 1/5 needs 250 terms to the last digit.
  for (const x of [0.01, 0.1, 0.2]) {
    let power = 1;
    let sum = 0;
    for (let n = 1; n < 250; n++) {
      power *= x * (n === 1 ? 1 : (n / (n - 1)) ** (n - 2));
      sum += power;
    }
    const w = 1 - onePlusLambertW(-Math.log(x) - 1);
    assert.ok(Math.abs(w - sum) < 1e-15, `−W(${-x}) is ${sum}, not ${w}`);
  }
  // W(−ln 2 / 2) = −ln 2.
  const half = onePlusLambertW(-Math.log(Math.LN2 / 2) - 1);
  assert.ok(Math.abs(half - (1 - Math.LN2)) < 1e-15);
});

test("the branches meet at −1/e, and W rises from there to 0", () => {
  assert.equal(onePlusLambertW(0), 0);
  let before = 0;
  for (let depth = 1e-18; depth < 800; depth *= 1.07) {
    const w = onePlusLambertW(depth);
    assert.ok(w > before || w === 1, `1 + W at depth ${depth} is ${w} after ${before}`);
    assert.ok(w <= 1);
    before = w;
  }
});

test("1 + W solves its equation, near the branch point to all digits", () => {
  for (let depth = 1e-16; depth < 30; depth *= 1.21) {
    const w = onePlusLambertW(depth);
    // −w − ln(1 − w) as a series where the logarithm cancels.
    const solved =
      w < 0.01
        ? w *
          w *
          (1 / 2 + w * (1 / 3 + w * (1 / 4 + w * (1 / 5 + w * (1 / 6 + w * (1 / 7 + w * (1 / 8 + w / 9)))))))
        : -w - Math.log1p(-w);
    // One digit of w moves the logarithm by 1/w digits near the branch point, and by more where 1 − w is small.
    const rounding = w < 0.01 ? 1e-15 * depth : (4e-16 * w) / (1 - w);
    assert.ok(Math.abs(solved - depth) <= rounding + 1e-15 * depth, `depth ${depth} is solved as ${solved}`);
  }
});
