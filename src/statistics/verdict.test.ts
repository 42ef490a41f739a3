import assert from "node:assert/strict";
import { test } from "node:test";
import { type Claim, readClaim } from "./claim.ts";
import { equivalenceTest } from "./equivalence-test.ts";
import type { Interval } from "./interval.ts";
import { pairedDifference } from "./mean-estimate.ts";
import { pairedRatio } from "./paired-ratio.ts";
import { decisiveConfidence, type Evidence, verdict } from "./verdict.ts";

const estimand = "accuracy of the SNN − accuracy of the ANN";
const comparable = readClaim("claim", { kind: "comparable", estimand });
const ratio = readClaim("claim", { kind: "ratio at least", estimand: "drop ratio", margin: 1.9 });
const smaller = readClaim("claim", { kind: "smaller", estimand: "energy difference" });

const interval = (claim: Claim, low: number, high: number): Interval => ({
  value: (low + high) / 2,
  low,
  high,
  confidence: decisiveConfidence(claim),
  method: "by hand",
});
const judge = (claim: Claim, low: number, high: number): string =>
  verdict(claim, { test: claim.test, interval: interval(claim, low, high) }).verdict;

test("a claim has its usual margin, test and confidence when it states none", () => {
  assert.deepEqual(comparable, {
    kind: "comparable",
    estimand,
    margin: 0.01,
    test: "tost",
    confidence: 0.95,
  });
  assert.deepEqual([ratio.test, smaller.test, smaller.margin], ["fieller", "student", 0]);
  assert.deepEqual(readClaim("claim", JSON.parse(JSON.stringify(ratio))), ratio);
});

test("comparable: inside the margins supported, outside contradicted, else inconclusive", () => {
  assert.equal(judge(comparable, -0.009, 0.009), "supported");
  assert.equal(judge(comparable, -0.01, 0.009), "inconclusive");
  assert.equal(judge(comparable, -0.009, 0.01), "inconclusive");
  assert.equal(judge(comparable, 0.002, 0.02), "inconclusive");
  assert.equal(judge(comparable, 0.01, 0.02), "contradicted");
  assert.equal(judge(comparable, -0.03, -0.011), "contradicted");
});

test("ratio at least: at or above supported, below contradicted", () => {
  assert.equal(judge(ratio, 1.9, 2.5), "supported");
  assert.equal(judge(ratio, 1.89, 2.5), "inconclusive");
  assert.equal(judge(ratio, 1.2, 1.899), "contradicted");
  assert.equal(judge(ratio, 1.2, 1.9), "inconclusive");
});

test("no larger: below the margin supported, from it on contradicted", () => {
  const noLarger = readClaim("claim", { kind: "no larger", estimand });
  assert.equal(noLarger.margin, 0.01);
  assert.equal(judge(noLarger, -2, 0.009), "supported");
  assert.equal(judge(noLarger, 0.002, 0.02), "inconclusive");
  assert.equal(judge(noLarger, -2, 0.01), "inconclusive");
  assert.equal(judge(noLarger, 0.01, 0.02), "contradicted");
});

test("smaller: below 0 supported, from 0 on contradicted; with a margin, below minus the margin", () => {
  assert.equal(judge(smaller, -2, -1e-9), "supported");
  assert.equal(judge(smaller, -2, 0), "inconclusive");
  assert.equal(judge(smaller, 0, 3), "contradicted");
  const byTwo = { ...smaller, margin: 2 };
  assert.equal(judge(byTwo, -3, -2.1), "supported");
  assert.equal(judge(byTwo, -3, -1), "inconclusive");
  assert.equal(judge(byTwo, -2, -1), "contradicted");
});

test("nothing run, another test run, or another confidence is not a test of the claim", () => {
  assert.equal(verdict(ratio, null).verdict, "not tested");
  const other = verdict(ratio, { test: "bootstrap", interval: interval(ratio, 5, 6) });
  assert.deepEqual(
    [other.verdict, other.why],
    ["not tested", "The claim states the test fieller, but bootstrap was run."],
  );
  const wide: Evidence = { test: "tost", interval: { ...interval(comparable, 0, 0.001), confidence: 0.8 } };
  assert.match(verdict(comparable, wide).why, /interval of 90 %, but got 80 %/);
  assert.equal(judge(ratio, NaN, NaN), "not tested");
});

test("a ratio that does not exist is inconclusive, with the reason", () => {
  const values = [1, -1, 2, -1, 1];
  const evidence = pairedRatio({ numerator: [11, 9, 10, 11, 9], denominator: values, range: [-100, 100] });
  const { verdict: answer, why } = verdict(ratio, {
    test: "fieller",
    interval: evidence.ratio,
    reason: evidence.reason,
  });
  assert.equal(answer, "inconclusive");
  assert.match(why, /interval of the denominator includes 0/);
});

test("the verdict on equivalence is that of the two one-sided tests", () => {
  const ann = [0.981, 0.979, 0.983, 0.98, 0.982];
  for (const [loss, expected] of [
    [0.001, "supported"],
    [0.0095, "inconclusive"],
    [0.05, "contradicted"],
  ] as const) {
    const snn = ann.map((x, i) => x - loss + 0.0006 * (i - 2));
    const tested = equivalenceTest(pairedDifference(snn, ann), {
      margin: 0.01,
      range: [-1, 1],
      what: "networks",
    });
    const { verdict: answer, why } = verdict(comparable, { test: "tost", interval: tested.interval });
    assert.equal(answer, expected);
    assert.equal(answer === "supported", tested.isEquivalent);
    assert.match(
      why,
      /^accuracy of the SNN − accuracy of the ANN: -0\.\d+ \(.*90 %; paired Student t, 5 networks\)/,
    );
  }
});

test("claims that cannot be judged are refused where they stand", () => {
  const read = (data: unknown) => () => readClaim("study.yaml:7", data);
  assert.throws(read("better"), /study\.yaml:7 must be a claim/);
  assert.throws(
    read({ kind: "better", estimand }),
    /kind must be one of comparable, ratio at least, smaller, no larger/,
  );
  assert.throws(read({ kind: "smaller" }), /estimand must say what is estimated/);
  assert.throws(read({ kind: "ratio at least", estimand }), /margin must be a number above 0, but got null/);
  assert.throws(
    read({ kind: "comparable", estimand, margin: 0 }),
    /margin must be a number above 0, but got 0/,
  );
  assert.throws(read({ kind: "smaller", estimand, margin: NaN }), /margin must be a number of at least 0/);
  assert.throws(read({ kind: "comparable", estimand, test: "student" }), /test must be one of tost/);
  assert.throws(read({ kind: "comparable", estimand, confidence: "0.95" }), /confidence must be a number/);
  assert.throws(read({ kind: "smaller", estimand, confidence: 0.5 }), /confidence .* between 0.5 and 1/);
  assert.throws(read({ kind: "comparable", estimand, margins: 1 }), /no fields but kind.* but got "margins"/);
});
