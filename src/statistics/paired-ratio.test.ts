import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../base/random.ts";
import { meanInterval } from "./mean-interval.ts";
import { pairedRatio } from "./paired-ratio.ts";
import { normalQuantile } from "./quantiles.ts";

const isClose = (a: number, b: number, tolerance: number): boolean => Math.abs(a - b) <= tolerance;
const range = [-100, 100] as const;
const numerator = [11, 9, 10, 11, 9];
const denominator = [6, 6, 5, 4, 4];

test("Fieller's interval of a case worked by hand", () => {
  // Means 10 and 5, variances of both means 0.2, covariance 0, t₄ = 2.776445: g = t² · 0.2 = 1.541729;
  // θ = (50 ± √(50² − (25 − g)(100 − g))) / (25 − g) = (50 ± 13.79635) / 23.45827.
  const { ratio, reason } = pairedRatio({ numerator, denominator, range });
  assert.ok(ratio !== null && reason === null);
  assert.equal(ratio.value, 2);
  assert.ok(
    isClose(ratio.low, 1.54332, 1e-5) && isClose(ratio.high, 2.71957, 1e-5),
    `${ratio.low} ${ratio.high}`,
  );
});

test("at the ends of Fieller's interval, numerator − θ denominator is just not told from 0", () => {
  const [a, b] = [
    [3.1, 2.7, 4.0, 3.6, 2.9, 3.3],
    [1.2, 1.0, 1.9, 1.4, 1.3, 1.1],
  ];
  const { ratio } = pairedRatio({ numerator: a, denominator: b, range });
  assert.ok(ratio !== null);
  const atLow = meanInterval(
    a.map((x, i) => x - ratio.low * b[i]),
    range,
    "",
  );
  const atHigh = meanInterval(
    a.map((x, i) => x - ratio.high * b[i]),
    range,
    "",
  );
  assert.ok(isClose(atLow.low, 0, 1e-9) && isClose(atHigh.high, 0, 1e-9));
});

test("the log-ratio interval of the same case is 2 · exp(±t √(0.2/100 + 0.2/25))", () => {
  const { ratio } = pairedRatio({ numerator, denominator, range, kind: "log-ratio" });
  assert.ok(ratio !== null);
  const factor = Math.exp(2.776445 * Math.sqrt(0.002 + 0.008));
  assert.ok(isClose(ratio.low, 2 / factor, 1e-6) && isClose(ratio.high, 2 * factor, 1e-6));
});

test("the ratio upside down has the ends upside down, by both methods", () => {
  for (const kind of ["fieller", "log-ratio"] as const) {
    const there = pairedRatio({ numerator, denominator, range, kind }).ratio;
    const back = pairedRatio({ numerator: denominator, denominator: numerator, range, kind }).ratio;
    assert.ok(there !== null && back !== null);
    assert.ok(isClose(there.low * back.high, 1, 1e-9) && isClose(there.high * back.low, 1, 1e-9), kind);
  }
});

test("values in proportion have an exact ratio, as pairs share their spread", () => {
  const { ratio } = pairedRatio({ numerator: [2, 4, 6], denominator: [1, 2, 3].map((x) => x + 9), range });
  const exact = pairedRatio({ numerator: [22, 24, 26], denominator: [11, 12, 13], range }).ratio;
  assert.ok(ratio === null, "the numerator of three values spreads too far");
  assert.ok(exact !== null && isClose(exact.low, 2, 1e-6) && isClose(exact.high, 2, 1e-6));
});

test("where a mean may be 0 there is a reason in place of the ratio, and the difference still", () => {
  const small = [1, -1, 2, -1, 1];
  const below = pairedRatio({ numerator, denominator: small, range });
  assert.equal(below.ratio, null);
  assert.match(below.reason ?? "", /interval of the denominator includes 0/);
  assert.ok(isClose(below.difference.value, 9.6, 1e-12) && below.difference.low > 5);
  const above = pairedRatio({ numerator: small, denominator, range });
  assert.match(above.reason ?? "", /interval of the numerator includes 0/);
  const negative = pairedRatio({ numerator, denominator: denominator.map((x) => -x), range });
  assert.match(negative.reason ?? "", /denominator lies below 0/);
});

test("one pair, and none, have no ratio and the widest difference", () => {
  for (const values of [[], [3]]) {
    const { ratio, reason, difference } = pairedRatio({
      numerator: values,
      denominator: values,
      range: [-1, 1],
    });
    assert.equal(ratio, null);
    assert.match(reason ?? "", /too few/);
    assert.deepEqual([difference.low, difference.high], [-2, 2]);
  }
});

test("both methods cover the true ratio of correlated drops in about 95 % of experiments of 20 pairs", () => {
  const random = new Random({ seed: 8, trial: -1, purpose: "ratio-coverage", index: 0 });
  const normal = (): number => normalQuantile(random.uniform());
  const trials = 600;
  const covered = { fieller: 0, "log-ratio": 0 };
  for (let trial = 0; trial < trials; trial++) {
    const shared = Array.from({ length: 20 }, normal);
    const a = shared.map((x) => 0.19 + 0.05 * x + 0.03 * normal());
    const b = shared.map((x) => 0.1 + 0.03 * x + 0.03 * normal());
    for (const kind of ["fieller", "log-ratio"] as const) {
      const { ratio } = pairedRatio({ numerator: a, denominator: b, range: [-1, 1], kind });
      if (ratio !== null && ratio.low <= 1.9 && 1.9 <= ratio.high) covered[kind]++;
    }
  }
  for (const [kind, times] of Object.entries(covered)) {
    assert.ok(times / trials > 0.925 && times / trials < 0.975, `${kind} covers ${times / trials}`);
  }
});

test("values that are not numbers and lists that are not paired are refused", () => {
  assert.throws(() => pairedRatio({ numerator: [1, NaN], denominator: [1, 2], range }), /numerator\[1\]/);
  assert.throws(
    () => pairedRatio({ numerator: [1, 2], denominator: [1, Infinity], range }),
    /denominator\[1\]/,
  );
  assert.throws(() => pairedRatio({ numerator: [1], denominator: [1, 2], range }), /as long as numerator/);
});
