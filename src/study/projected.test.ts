import assert from "node:assert/strict";
import { test } from "node:test";
import { madeEvaluation, madeSettings, madeTrial } from "../../test/made-trials.ts";
import { projected } from "./projected.ts";
import { StudyJudge } from "./study-judge.ts";

const settings = { ...madeSettings(), requirements: { minAccuracy: 0.9 } };
const judge = new StudyJudge(settings, new Map());
const violationOf = (correct: number, images: number): number =>
  judge.judge([madeTrial(0, {}, madeEvaluation(correct, images, 10))])[0].violation;

test("a partial evaluation meets what the whole one would if the rest went the same", () => {
  assert.equal(violationOf(62, 67), violationOf(925, 1000));
  assert.equal(violationOf(62, 67), 0);
  assert.equal(violationOf(57, 63), violationOf(905, 1000));
  assert.ok(violationOf(57, 63) > 0 && violationOf(57, 63) < violationOf(50, 63));
});

test("what is known of a partial evaluation stays as uncertain as it is", () => {
  const [partial, whole] = [madeEvaluation(57, 63, 10), madeEvaluation(905, 1000, 10)].map(
    (evaluation) => judge.judge([madeTrial(0, {}, evaluation)])[0],
  );
  assert.equal(partial.fidelity, 0.063);
  assert.equal(whole.fidelity, 1);
  const width = ({ intervals: [{ low, high }] }: typeof partial) => high - low;
  assert.ok(width(partial) > 3 * width(whole));
  const evaluation = madeEvaluation(905, 1000, 10);
  assert.equal(projected(evaluation, 1000), evaluation);
});
