import assert from "node:assert/strict";
import { test } from "node:test";
import { madeEvaluation, madeSettings } from "../../test/made-trials.ts";
import { exportStudy } from "./exchange/export-study.ts";
import type { Evaluated } from "./finalists.ts";
import { MemoryStorage } from "./memory-storage.ts";
import { recordConfirmed } from "./record-confirmed.ts";
import type { Json } from "./storage.ts";
import { StudyJudge } from "./study-judge.ts";
import { completeFigures } from "./trial-figures.ts";

const judge = new StudyJudge(madeSettings(), new Map());
const evaluated = (trial: number, correct: number): Evaluated =>
  ({ id: `p${trial}`, trial, evaluation: madeEvaluation(correct, 1000, 500) }) as unknown as Evaluated;

test("a confirmed trial has both measurements, others one, and exports tell what the search saw and from where it counted", async () => {
  const storage = new MemoryStorage(() => 0);
  const settings = { settings: judge.settings, data: "ab" } as unknown as Json;
  await storage.createStudy({ key: "made", settings, budgetTrials: 2 });
  const designs = judge.ask([0, 1], []) as unknown as readonly Json[];
  await storage.addTrials(
    "made",
    designs.map((design, number) => ({ number, design })),
  );
  for (const correct of [800, 700]) {
    const trial = await storage.claimTrial("made", "me", 1000);
    const result = madeEvaluation(correct, 1000, 1000) as unknown as Json;
    await storage.completeTrial("made", trial?.number ?? 0, 1, result);
  }
  await completeFigures(storage, judge);
  await storage.putDocument("made", "reference", [{ objective: "accuracy", value: 0.5, source: "given" }]);
  for (const correct of [780, 790])
    await recordConfirmed(storage, judge, [evaluated(1, correct), evaluated(-1, 9)]);
  const details = await storage.listDetails("made");
  const accuracies = details.map(({ values }) =>
    values.flatMap(({ objective, repeat, value }) => (objective === "accuracy" ? [[repeat, value]] : [])),
  );
  assert.deepEqual(accuracies, [
    [[0, 0.8]],
    [
      [0, 0.7],
      [1, 0.79],
    ],
  ]);
  const { trials, attributes } = await exportStudy(storage, "made");
  const { reference } = attributes["spikefront:study"] as { readonly reference: Json };
  assert.deepEqual(reference, [{ objective: "accuracy", value: 0.5, source: "given" }]);
  assert.deepEqual(
    trials.map(({ values }) => values?.[0]),
    [0.8, 0.7],
  );
});
