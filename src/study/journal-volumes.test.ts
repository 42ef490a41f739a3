import assert from "node:assert/strict";
import { test } from "node:test";
import { madeEvaluation, madeSettings, madeTrial } from "../../test/made-trials.ts";
import { journalVolumes } from "./journal-volumes.ts";
import { MemoryStorage } from "./memory-storage.ts";
import { referencePoint } from "./reference-point.ts";
import { StudyJudge } from "./study-judge.ts";

const settings = madeSettings();
const { context } = new StudyJudge(settings, new Map());
const judge = new StudyJudge(settings, new Map(), { reference: referencePoint(settings, [], context) });

/** From accuracy 0.5 and 10⁶ pJ: what is beyond in accuracy, times the decades saved. */
const volume = (accuracy: number, additions: number): number => {
  const evaluation = madeEvaluation(1000 * accuracy, 1000, additions);
  return (accuracy - 0.5) * (6 - Math.log10(judge.objectives[1].score(evaluation, context).value));
};

test("the hypervolume is kept where it grows, on the objectives' scales, and told when there are more trials", async () => {
  const storage = new MemoryStorage(() => 0);
  await storage.createStudy({ key: "made", settings: null, budgetTrials: 9 });
  const history = [600, 550, 0, 700].map((correct, number) =>
    madeTrial(number, {}, correct === 0 ? null : madeEvaluation(correct, 1000, 1000)),
  );
  for (const count of [0, 2, 2, 4, 4]) await journalVolumes(storage, judge, history.slice(0, count));
  const { trials, steps } = (await storage.getDocument("made", "hypervolume")) as unknown as {
    trials: number;
    steps: readonly { trial: number; hypervolume: number }[];
  };
  assert.equal(trials, 4);
  assert.deepEqual(
    steps.map(({ trial }) => trial),
    [0, 3],
  );
  for (const [i, accuracy] of [0.6, 0.7].entries())
    assert.ok(Math.abs(steps[i].hypervolume / volume(accuracy, 1000) - 1) < 1e-12);
  const told = (await storage.listEvents("made", 0)).map(({ kind, data }) => [kind, data]);
  assert.deepEqual(told, [
    ["hypervolume", { trials: 2, hypervolume: steps[0].hypervolume }],
    ["hypervolume", { trials: 4, hypervolume: steps[1].hypervolume }],
  ]);
});
