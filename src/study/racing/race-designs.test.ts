// A race among designs whose true worth is known, and what it leaves of a front that luck has made.

import assert from "node:assert/strict";
import { test } from "node:test";
import { madeEvaluation, madeSettings, madeTrial } from "../../../test/made-trials.ts";
import { Random } from "../../base/random.ts";
import type { EvaluationTask, Executor } from "../../pipeline/evaluation-task.ts";
import { resolve } from "../../space/resolve.ts";
import { MemoryStorage } from "../memory-storage.ts";
import { selectPoints } from "../select-points.ts";
import type { Json } from "../storage.ts";
import { StudyJudge } from "../study-judge.ts";
import { studySpace } from "../study-space.ts";
import { firstRaceImage, raceDesigns } from "./race-designs.ts";

const settings = madeSettings("racing: { designs: 6, images: 400, repeats: 8 }");
const { racing } = settings.search;
assert.ok(racing);
const judge = new StudyJudge(settings, new Map());
const { fields } = studySpace(settings);

/** By steps: true accuracy, additions of an inference, and what the search saw. Two and four are behind one and three. */
const truths: Readonly<Record<number, readonly [accuracy: number, additions: number, seen: number]>> = {
  1: [0.8, 1000, 0.79],
  2: [0.7, 1100, 0.81],
  3: [0.95, 4000, 0.93],
  4: [0.85, 4400, 0.94],
  5: [0.5, 9000, 0.5],
};
const trials = judge.judge(
  Object.entries(truths).map(([steps, [, additions, seen]], number) => {
    const design = resolve("design", fields, { steps: Number(steps) }) as unknown as Json;
    return madeTrial(number, design, madeEvaluation(1000 * seen, 1000, additions));
  }),
);

/** Images are right by chance, which all designs share in part. */
class TrueExecutor implements Executor {
  readonly slots = 2;
  readonly tasks: EvaluationTask[] = [];
  readonly #most: number;

  constructor(most = Infinity) {
    this.#most = most;
  }

  async evaluate(task: EvaluationTask) {
    if (this.tasks.length >= this.#most) throw new Error("dead");
    this.tasks.push(task);
    const steps = Number(task.network.design?.steps ?? 1);
    const [accuracy, additions] = truths[steps];
    const shared = new Random({ seed: 1, trial: task.trial, purpose: "shared", index: 0 });
    const own = new Random({ seed: 1, trial: task.trial, purpose: "own", index: steps });
    const error = 0.1 * (shared.uniform() - 0.5) + 0.02 * (own.uniform() - 0.5);
    const correct = Math.round((accuracy + error) * task.images);
    return { evaluation: madeEvaluation(correct, task.images, additions), file: new Uint8Array() };
  }
}

async function race(storage: MemoryStorage, executor: TrueExecutor) {
  const ports = {
    storage,
    blobs: { put: async () => "", get: async () => undefined },
    signal: new AbortController().signal,
    onProgress: () => {},
  };
  assert.ok(racing);
  return raceDesigns(ports, executor, judge, trials, {
    racing,
    firstImage: firstRaceImage(settings, 10_000),
  });
}

async function start(): Promise<MemoryStorage> {
  const storage = new MemoryStorage(() => 0);
  await storage.createStudy({ key: "made", settings: null, budgetTrials: 6 });
  return storage;
}

test("what luck has put on the front is beaten, what belongs there stands, and little is measured", async () => {
  const figures = await race(await start(), new TrueExecutor());
  assert.deepEqual(figures.beaten, [1, 3, 4]);
  assert.deepEqual(figures.settled, [0, 2]);
  assert.deepEqual(figures.kept, [0, 2]);
  assert.deepEqual(figures.designs, [0, 1, 2, 3, 4]);
  assert.equal(figures.mostMeasurements, 40);
  assert.ok(figures.measurements >= 15 && figures.measurements < 35, String(figures.measurements));
  const numbersOf = (points: typeof trials) => points.map(({ trial }) => trial);
  assert.deepEqual(numbersOf(selectPoints(trials, judge, null)), [0, 1, 2, 3]);
  assert.deepEqual(numbersOf(selectPoints(trials, judge, figures)), [0, 2]);
});

test("what is not decided when the repeats are used up is taken by its means", async () => {
  const close = judge.judge(
    [0.9, 0.9002].map((accuracy, number) =>
      madeTrial(
        number,
        resolve("design", fields, { steps: 6 + number }) as unknown as Json,
        madeEvaluation(accuracy * 10_000, 10_000, 5000),
      ),
    ),
  );
  const executor: Executor = {
    slots: 1,
    evaluate: async ({ network, images, trial }) => {
      const own = new Random({ seed: 3, trial, purpose: "close", index: Number(network.design?.steps ?? 1) });
      const right = images * (network.design?.steps === 6 ? 0.91 : 0.9) + 24 * (own.uniform() - 0.5);
      return { evaluation: madeEvaluation(Math.round(right), images, 5000), file: new Uint8Array() };
    },
  };
  const ports = {
    storage: await start(),
    blobs: { put: async () => "", get: async () => undefined },
    signal: new AbortController().signal,
    onProgress: () => {},
  };
  assert.ok(racing);
  const figures = await raceDesigns(ports, executor, judge, close, { racing, firstImage: 6800 });
  assert.deepEqual([figures.beaten, figures.settled, figures.measurements], [[], [], 16]);
  assert.deepEqual(figures.kept, [0]);
});

test("all designs meet the same new images, masks and draws in a repeat, and others in the next", async () => {
  const executor = new TrueExecutor();
  await race(await start(), executor);
  const chances = executor.tasks.map(({ split, firstImage = 0, images, faults, seed, trial }) => {
    assert.ok(split === "validation" && firstImage >= 6800 && firstImage + images <= 10_000);
    assert.ok(faults.every(({ purpose }) => purpose === "fault-race"));
    return JSON.stringify({ firstImage, images, faults, seed, trial });
  });
  const repeats = new Set(chances).size;
  assert.ok(repeats >= 3 && repeats <= 8, String(repeats));
  const firsts = executor.tasks.map(({ firstImage }) => firstImage);
  assert.equal(new Set(firsts).size, repeats);
});

test("a race that was killed goes on, ends the same and repeats nothing", async () => {
  const whole = new TrueExecutor();
  const expected = await race(await start(), whole);
  const storage = await start();
  const killed = new TrueExecutor(9);
  await assert.rejects(race(storage, killed), /dead/);
  const resumed = new TrueExecutor();
  assert.deepEqual(await race(storage, resumed), expected);
  assert.equal(killed.tasks.length + resumed.tasks.length, whole.tasks.length);
});

test("where designs meet the requirements, only they race, and others of the front stay behind them", async () => {
  const missing = trials.map((trial) => ({
    ...trial,
    violation: trial.trial === 1 || trial.trial === 4 ? 1 : 0,
  }));
  const ports = {
    storage: await start(),
    blobs: { put: async () => "", get: async () => undefined },
    signal: new AbortController().signal,
    onProgress: () => {},
  };
  assert.ok(racing);
  const figures = await raceDesigns(ports, new TrueExecutor(), judge, missing, { racing, firstImage: 7000 });
  assert.deepEqual(figures.designs, [0, 2, 3]);
  assert.deepEqual(figures.beaten, [3]);
  assert.deepEqual(
    selectPoints(missing, judge, figures).map(({ trial }) => trial),
    [0, 1, 2],
  );
});

test("a race needs images that the search has not seen", () => {
  assert.equal(firstRaceImage(settings, 10_000), 6800);
  assert.equal(firstRaceImage(settings, 4200), 1000);
  assert.throws(() => firstRaceImage(settings, 4199), {
    name: "InvalidValueError",
    message: /search.racing must have repeats × images of at most 3199, .* but got "?8 × 400/,
  });
});
