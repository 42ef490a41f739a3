import assert from "node:assert/strict";
import { test } from "node:test";
import { madeEvaluation, madeSettings, madeTrial } from "../../test/made-trials.ts";
import { MemoryStorage } from "./memory-storage.ts";
import { referencePoint } from "./reference-point.ts";
import { stallOf, stopsHere } from "./stall.ts";
import { StudyJudge } from "./study-judge.ts";

const images = 1_000_000; // so that errors are small beside what is gained
const judgeOf = (search: string) => {
  const settings = madeSettings(search, images);
  const { context } = new StudyJudge(settings, new Map());
  return new StudyJudge(settings, new Map(), { reference: referencePoint(settings, [], context) });
};
/** Trials with so many thousandths right, all of one energy. */
const history = (...right: readonly number[]) =>
  right.map((share, number) =>
    madeTrial(number, {}, share === 0 ? null : madeEvaluation(share * 1000, images, 1000)),
  );
const opened = async (): Promise<MemoryStorage> => {
  const storage = new MemoryStorage(() => 0);
  await storage.createStudy({ key: "made", settings: null, budgetTrials: 100 });
  return storage;
};
/** Numbers of trials at which the search would stop, asked before each. */
async function stops(judge: StudyJudge, right: readonly number[]): Promise<readonly number[]> {
  const found: number[] = [];
  for (let count = 0; count <= right.length; count++) {
    if (await stopsHere(await opened(), judge, history(...right.slice(0, count)))) found.push(count);
  }
  return found;
}

test("a search stops when so many trials have added nothing, and not before", async () => {
  const judge = judgeOf("startTrials: 1, stopWhenStalled: 3");
  assert.deepEqual(await stops(judge, [600, 700, 650, 0, 640, 690]), [5, 6]);
  assert.deepEqual(await stops(judge, [600, 700, 650, 0, 800, 600]), []);
});

test("a search without the setting never stops, nor one that has found nothing that counts", async () => {
  assert.deepEqual(await stops(judgeOf("startTrials: 1"), [600, 600, 600, 600, 600]), []);
  assert.deepEqual(await stops(judgeOf("startTrials: 1, stopWhenStalled: 2"), [400, 400, 0, 400, 400]), []);
});

test("the trials that start a search do not count", async () => {
  const judge = judgeOf("startTrials: 4, stopWhenStalled: 2");
  assert.deepEqual(await stops(judge, [600, 600, 600, 600, 600, 600]), [6]);
});

test("a growth within its error is none", async () => {
  const judge = judgeOf("startTrials: 1, stopWhenStalled: 2");
  assert.deepEqual(await stops(judge, [600, 600, 600.1]), [3]); // errors of 0.5 thousandths
  assert.deepEqual(await stops(judge, [600, 600, 610]), []);
});

test("a stop is kept: the same budget stops there again, a larger one counts anew", async () => {
  const storage = await opened();
  const [small, large] = [8, 9].map((trials) =>
    judgeOf(`trials: ${trials}, startTrials: 1, stopWhenStalled: 2`),
  );
  const flat = (count: number) => history(...Array.from({ length: count }, () => 600));
  assert.equal(await stopsHere(storage, small, flat(3)), true);
  assert.equal(await stopsHere(storage, small, flat(3)), true);
  assert.equal(
    await stopsHere(storage, small, flat(2)),
    true,
    "asked asynchronously, with a trial under way",
  );
  assert.deepEqual(await stallOf(storage, small), { trials: 3, budgetTrials: 8 });
  assert.equal(await stallOf(storage, large), null);
  assert.equal(await stopsHere(storage, large, flat(3)), false);
  assert.equal(await stopsHere(storage, large, flat(4)), false);
  assert.equal(await stopsHere(storage, large, flat(5)), true);
  const events = await storage.listEvents("made", 0);
  assert.deepEqual(
    events.map(({ kind, data }) => [kind, data]),
    [
      ["search-stalled", { trials: 3, budgetTrials: 8, window: 2 }],
      ["search-stalled", { trials: 5, budgetTrials: 9, window: 2 }],
    ],
  );
});
