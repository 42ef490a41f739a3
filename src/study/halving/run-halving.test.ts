// A search by halving on designs whose worth is known: what it runs, in what order, and what a crash may change.

import assert from "node:assert/strict";
import { test } from "node:test";
import { madeEvaluation, madeSettings } from "../../../test/made-trials.ts";
import { Random } from "../../base/random.ts";
import type { PastTrial } from "../../optimize/sampler.ts";
import type { EvaluationTally } from "../../pipeline/evaluation-tally.ts";
import type { EvaluationTask, Executor } from "../../pipeline/evaluation-task.ts";
import { exportStudy } from "../exchange/export-study.ts";
import { pastTrials } from "../exchange/past-trials.ts";
import { MemoryStorage } from "../memory-storage.ts";
import { referencePoint } from "../reference-point.ts";
import { searchDesigns } from "../search-designs.ts";
import { stallOf } from "../stall.ts";
import type { Storage } from "../storage.ts";
import { StudyJudge } from "../study-judge.ts";
import type { StudyPorts, StudyProgress } from "../study-ports.ts";
import { readJobs } from "./halving-jobs.ts";
import { readRungs } from "./kept-rungs.ts";

const budgetTrials = 10;
const settings = (more = "sampler: random", trials = budgetTrials) =>
  madeSettings(`trials: ${trials}, batch: 3, halving: { minImages: 62, factor: 4 }, ${more}`);

interface Measured {
  readonly trial: number;
  readonly images: number;
  readonly before: number;
}

/** More steps are more accurate and dearer; few images see it with an error. Trial 7 cannot be run. */
class MadeExecutor implements Executor {
  readonly slots: number;
  readonly measured: Measured[] = [];

  constructor(slots: number) {
    this.slots = slots;
  }

  async evaluate({ network, images, trial, faults, before, keepsTally }: EvaluationTask) {
    for (let turn = 0; turn <= (7 * trial) % 5; turn++) await new Promise((go) => setImmediate(go));
    if (trial === 7) throw new Error("dead layer");
    assert.ok(faults.every((plan) => plan.images === images));
    this.measured.push({ trial, images, before: before?.images ?? 0 });
    const steps = Number(network.design?.steps ?? 1);
    const random = new Random({ seed: 5, trial, purpose: "made-error", index: images });
    const accuracy = 1 - 0.4 / steps + (random.uniform() - 0.5) / Math.sqrt(images);
    const evaluation = madeEvaluation(Math.round(Math.min(1, accuracy) * images), images, 1000 * steps);
    const tally = { images } as EvaluationTally;
    return { evaluation, file: new Uint8Array(), ...(keepsTally && { tally }) };
  }
}

interface Run {
  readonly storage?: Storage;
  readonly slots?: number;
  readonly isAsync?: boolean;
  readonly trials?: number;
  readonly more?: string;
  readonly past?: readonly PastTrial[];
}

async function start(): Promise<MemoryStorage> {
  const storage = new MemoryStorage(() => 0);
  await storage.createStudy({ key: "made", settings: null, budgetTrials });
  return storage;
}

async function search({ slots = 2, isAsync = false, trials, more, storage, past }: Run) {
  const kept = storage ?? (await start());
  const executor = new MadeExecutor(slots);
  const told: StudyProgress[] = [];
  const ports = {
    storage: kept,
    blobs: { put: async () => "" },
    signal: new AbortController().signal,
    onProgress: (progress: StudyProgress) => told.push(progress),
  } as unknown as StudyPorts;
  const studied = settings(more, trials);
  const { context } = new StudyJudge(studied, new Map());
  const reference = referencePoint(studied, [], context);
  const judge = new StudyJudge(studied, new Map(), past === undefined ? { reference } : { past, reference });
  await searchDesigns(ports, { executor, judge, isAsync });
  return { storage: kept, measured: executor.measured, told };
}

async function outcome(storage: Storage) {
  const trials = await storage.listTrials("made");
  return {
    jobs: await readJobs(storage, "made"),
    trials: trials.map(({ number, state, design, result }) => ({ number, state, design, result })),
    values: (await storage.listDetails("made")).map(({ values }) => values),
  };
}

const imagesOf = (measured: readonly Measured[]) =>
  measured.reduce((sum, { images, before }) => sum + images - before, 0);

test("the budget buys more designs than whole evaluations would, is kept, and the best go on from where they stopped", async () => {
  const { storage, measured, told } = await search({});
  const trials = await storage.listTrials("made");
  assert.ok(trials.length > 3 * budgetTrials, String(trials.length));
  // The one that failed costs its 63 images, too.
  assert.ok(imagesOf(measured) + 63 <= 1000 * budgetTrials);
  assert.ok(imagesOf(measured) > 1000 * (budgetTrials - 1));
  assert.equal(told.at(-1)?.done, Math.round((imagesOf(measured) + 63) / 10) / 100);
  for (const { images, before } of measured)
    assert.equal(before, { 63: 0, 250: 63, 1000: 250 }[images], String(images));
  const stepsOf = ({ design }: (typeof trials)[number]) => (design as { steps: number }).steps;
  const full = trials.filter(({ result }) => (result as { images?: number } | null)?.images === 1000);
  assert.ok(full.length >= 3, String(full.length));
  assert.ok(!full.some(({ number }) => number === 7));
  assert.equal(trials[7].state, "failed");
  assert.ok(full.every((trial) => stepsOf(trial) >= 1));
});

test("values of every rung a trial was on are kept with their share of the images", async () => {
  const { storage } = await search({});
  const details = await storage.listDetails("made");
  const shares = details.map(({ values }) =>
    values.filter(({ objective }) => objective === "accuracy").map(({ fidelity }) => fidelity),
  );
  assert.ok(shares.some((of) => of.length === 3));
  for (const of of shares) assert.deepEqual(of, [0.063, 0.25, 1].slice(0, of.length));
});

test("one and three workers do the same jobs and find the same", async () => {
  const one = await outcome((await search({ slots: 1 })).storage);
  assert.deepEqual(await outcome((await search({ slots: 3 })).storage), one);
  assert.ok(one.jobs.some(({ rung }) => rung === 2));
});

test("a budget granted in parts is the budget granted at once", async () => {
  const whole = await search({});
  const storage = await start();
  const parts: Measured[] = [];
  for (const trials of [1, 2, 5, budgetTrials]) parts.push(...(await search({ storage, trials })).measured);
  assert.deepEqual(await outcome(storage), await outcome(whole.storage));
  assert.equal(parts.length, whole.measured.length);
});

/** Passes everything on until so many writes were made; then the process is dead, before or after the last. */
function dying(storage: MemoryStorage, writes: number, isAfter: boolean): Storage {
  let left = writes;
  return new Proxy(storage, {
    get(target, name: keyof Storage) {
      const method = (target[name] as (...values: unknown[]) => unknown).bind(target);
      if (/^(get|list)/.test(name)) return method;
      return async (...values: unknown[]) => {
        left--;
        if (left < 0 || (left === 0 && !isAfter)) throw new Error("dead");
        const result = await method(...values);
        if (left === 0) throw new Error("dead");
        return result;
      };
    },
  });
}

for (const isAfter of [false, true]) {
  test(`killed ${isAfter ? "after" : "before"} any write, a search goes on as if it never was, and repeats nothing that it kept`, async () => {
    const whole = await search({});
    const expected = await outcome(whole.storage);
    let isOver = false;
    for (let writes = 1; !isOver; writes += 53) {
      const storage = await start();
      const before = await search({ storage: dying(storage, writes, isAfter) }).then(
        () => true,
        (error: Error) => error.message !== "dead",
      );
      const kept = new Set<string>();
      for (const { number } of await storage.listTrials("made"))
        for (const { images } of (await readRungs(storage, "made", number)).evaluations)
          kept.add(`${number}/${images}`);
      const { measured } = await search({ storage });
      for (const { trial, images } of measured) assert.ok(!kept.has(`${trial}/${images}`));
      assert.deepEqual(await outcome(storage), expected, `write ${writes}`);
      isOver = before;
    }
  });
}

test("a search that stalls ends before its budget, at the same job for any number of workers, and goes on with more", async () => {
  const more = "sampler: random, startTrials: 1, stopWhenStalled: 20";
  const stalled = await search({ more, trials: 40, slots: 1 });
  const { jobs } = await outcome(stalled.storage);
  const spent = imagesOf(stalled.measured);
  assert.ok(spent > 2000 && spent < 30_000, String(spent));
  const judge = new StudyJudge(settings(more, 40), new Map());
  assert.equal((await stallOf(stalled.storage, judge))?.trials, jobs.length);
  assert.deepEqual((await outcome((await search({ more, trials: 40, slots: 3 })).storage)).jobs, jobs);
  assert.deepEqual((await search({ more, trials: 40, storage: stalled.storage })).measured, []);
  const further = await search({ more, trials: 60, storage: stalled.storage });
  assert.ok(further.measured.length >= 18, String(further.measured.length));
});

test("asked asynchronously, nothing is measured twice and the budget is kept", async () => {
  for (const slots of [1, 3]) {
    const { measured, storage } = await search({ isAsync: true, slots });
    assert.equal(new Set(measured.map(({ trial, images }) => `${trial}/${images}`)).size, measured.length);
    assert.ok(imagesOf(measured) + 63 <= 1000 * budgetTrials);
    assert.ok(imagesOf(measured) > 1000 * (budgetTrials - 1));
    assert.ok((await storage.listTrials("made")).every(({ state }) => state !== "running"));
    // In blocks it goes on from there, when there is more to spend.
    const further = await search({ storage, trials: budgetTrials + 5 });
    assert.ok(imagesOf(further.measured) > 4000);
  }
});

test("partial trials are exported as pruned, and known to the next study by their share of the images", async () => {
  const { storage } = await search({});
  const kept = new Proxy(storage, {
    get: (target, name: keyof Storage) =>
      name === "getStudy"
        ? async () => ({ key: "made", settings: { settings: settings() }, budgetTrials })
        : (target[name] as (...values: unknown[]) => unknown).bind(target),
  });
  const study = await exportStudy(kept, "made");
  const states = study.trials.map(({ state }) => state);
  const full = (await storage.listTrials("made")).filter(
    ({ result }) => (result as { images?: number } | null)?.images === 1000,
  );
  assert.equal(states.filter((state) => state === "complete").length, full.length);
  assert.equal(states.filter((state) => state === "failed").length, 1);
  const judge = new StudyJudge(settings(), new Map());
  const { past } = pastTrials(study, judge.space, judge.objectives);
  assert.equal(past.length, study.trials.length);
  assert.deepEqual(new Set(past.map(({ fidelity }) => fidelity)), new Set([0.063, 0.25, undefined]));
  // Told of all of them, a sampler of shares begins with what they say; others see whole trials only.
  for (const sampler of ["tpe", "nsga2"]) {
    const next = (known: typeof past) => {
      const more = settings(`sampler: ${sampler}, startTrials: 1`);
      return new StudyJudge(more, new Map(), { past: known }).ask([5], []);
    };
    const whole = past.filter(({ fidelity }) => fidelity === undefined);
    if (sampler === "nsga2") assert.deepEqual(next(past), next(whole));
    else assert.notDeepEqual(next(past), next(whole));
    // And a search by halving goes on from either.
    const begun = await start();
    const { measured } = await search({ storage: begun, past, trials: 3, more: `sampler: ${sampler}` });
    assert.ok(measured.length > 10);
  }
});

for (const sampler of ["nsga2", "tpe"]) {
  test(`with ${sampler} the same holds for one and two workers, in parts and after a crash`, async () => {
    const of = async (run: Run) =>
      outcome((await search({ more: `sampler: ${sampler}, startTrials: 6`, trials: 4, ...run })).storage);
    const whole = await of({ slots: 1 });
    assert.deepEqual(await of({ slots: 2 }), whole);
    const storage = await start();
    for (const trials of [1, 2, 3]) await of({ storage, trials });
    assert.deepEqual(await of({ storage }), whole);
    const killed = await start();
    await assert.rejects(of({ storage: dying(killed, 40, true) }), /dead/);
    assert.deepEqual(await of({ storage: killed }), whole);
  });
}

test("gp is told of partial trials as such, and finds the same with one and two workers", async () => {
  const of = async (slots: number) =>
    outcome((await search({ more: "sampler: gp, startTrials: 8", trials: 1, slots })).storage);
  const one = await of(1);
  assert.ok(one.trials.length > 8 && one.jobs.some(({ rung }) => rung > 0));
  assert.deepEqual(await of(2), one);
});
