import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../base/random.ts";
import { equivalenceTest } from "./equivalence-test.ts";
import { meanEstimate, unpairedDifference } from "./mean-estimate.ts";
import { normalQuantile } from "./quantiles.ts";

const settings = { margin: 1, range: [-100, 100], what: "pairs" } as const;

test("the p of a hand-computed sample is the tail of Student's t beyond the nearer margin", () => {
  // Mean 0.5, standard error √(1/3)/2: t = 0.5 / 0.288675 = 1.732051 with ν = 3; P(t₃ > √3) = 0.0908451.
  const difference = meanEstimate([0, 0, 1, 1]);
  const { p, isEquivalent } = equivalenceTest(difference, settings);
  assert.ok(Math.abs(p - 0.0908450569) < 1e-9, String(p));
  assert.equal(isEquivalent, false);
});

test("a test is passed exactly when the interval of confidence 1 − 2α lies inside the margins", () => {
  const random = new Random({ seed: 3, trial: -1, purpose: "equivalence", index: 0 });
  let passed = 0;
  for (let i = 0; i < 300; i++) {
    const values = Array.from({ length: 3 + (i % 6) }, () => 3 * random.uniform() - 1.2);
    const { isEquivalent, interval } = equivalenceTest(meanEstimate(values), settings);
    assert.ok(Math.abs(interval.confidence - 0.9) < 1e-12);
    assert.equal(isEquivalent, -1 < interval.low && interval.high < 1);
    if (isEquivalent) passed++;
  }
  assert.ok(passed > 30 && passed < 270);
});

test("networks that differ by the margin are called equivalent in at most 5 % of experiments", () => {
  const random = new Random({ seed: 4, trial: -1, purpose: "equivalence-level", index: 0 });
  const trials = 2000;
  let wrong = 0;
  for (let i = 0; i < trials; i++) {
    const values = Array.from({ length: 10 }, () => 1 + 0.5 * normalQuantile(random.uniform()));
    if (equivalenceTest(meanEstimate(values), settings).isEquivalent) wrong++;
  }
  assert.ok(
    wrong / trials < 0.05 + 3 * Math.sqrt(0.05 / trials) && wrong / trials > 0.03,
    String(wrong / trials),
  );
});

test("few values show nothing, however alike they are; values without spread are what they are", () => {
  const one = equivalenceTest(meanEstimate([0]), settings);
  assert.deepEqual([one.isEquivalent, one.p, one.interval.low, one.interval.high], [false, 1, -100, 100]);
  assert.equal(equivalenceTest(meanEstimate([0.5, 0.5]), settings).isEquivalent, true);
  assert.equal(equivalenceTest(meanEstimate([1, 1]), settings).isEquivalent, false);
});

test("samples that are not paired are tested with Welch's difference", () => {
  const { isEquivalent, interval } = equivalenceTest(
    unpairedDifference([5, 5.1, 4.9], [5, 5.2, 4.8, 5]),
    settings,
  );
  assert.equal(isEquivalent, true);
  assert.match(interval.method, /Welch t, 3 and 4/);
});

test("a margin of 0 or below is refused, as nothing could be equivalent", () => {
  const difference = meanEstimate([0, 1]);
  assert.throws(() => equivalenceTest(difference, { ...settings, margin: 0 }), /margin must be above 0/);
  assert.throws(() => equivalenceTest(difference, { ...settings, margin: NaN }), /margin must be above 0/);
  assert.throws(() => equivalenceTest(difference, { ...settings, confidence: 0.4 }), /must be above 0.5/);
});
