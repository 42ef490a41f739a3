import assert from "node:assert/strict";
import { test } from "node:test";
import { madeEvaluation, madeSettings, madeTrial } from "../../test/made-trials.ts";
import { canonicalJson } from "./canonical-json.ts";
import { type ReferencePoint, referencePoint } from "./reference-point.ts";
import type { Json, TrialRecord } from "./storage.ts";
import { StudyJudge } from "./study-judge.ts";

const judgeOf = (sampler: string, reference: ReferencePoint | null) =>
  new StudyJudge(madeSettings(`sampler: ${sampler}, startTrials: 8`), new Map(), {
    ...(reference && { reference }),
  });
const { context, settings } = judgeOf("random", null);
const near = referencePoint(settings, [], context);
const far: ReferencePoint = near.map((one) => (one.objective === "energy" ? { ...one, value: 300 } : one));
const asText = (designs: readonly unknown[]): readonly string[] =>
  designs.map((design) => canonicalJson("design", design as Json));

/** Ten trials: more steps cost more and are right more often. */
const history: readonly TrialRecord[] = judgeOf("random", null)
  .ask(
    Array.from({ length: 10 }, (_, number) => number),
    [],
  )
  .map((design, number) => {
    const steps = Number(design["steps"]);
    const correct = Math.round(1000 * (0.95 - 0.4 / steps));
    return madeTrial(number, design as unknown as Json, madeEvaluation(correct, 1000, 500 * steps));
  });

test("a model is led by the reference point, evolution is not", () => {
  const asked = (sampler: string, reference: ReferencePoint) =>
    asText(judgeOf(sampler, reference).ask([10, 11], history));
  assert.notDeepEqual(asked("gp", near), asked("gp", far));
  assert.deepEqual(asked("gp", near), asked("gp", near));
  assert.deepEqual(asked("nsga2", near), asked("nsga2", far));
});

test("a model knows the trials under way and asks for others", () => {
  const judge = judgeOf("gp", near);
  const [alone] = judge.ask([10], history);
  const running: TrialRecord = {
    ...madeTrial(10, alone as unknown as Json, null),
    state: "running",
    error: "",
  };
  const [next] = judge.ask([11], history, [running]);
  assert.notDeepEqual(asText([next]), asText([alone]));
  assert.deepEqual(asText([next]), asText(judge.ask([10, 11], history).slice(1)));
});
