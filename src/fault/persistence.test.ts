import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../base/random.ts";
import { checkPersistence, drawSteps, type Persistence, stepsFrom } from "./persistence.ts";

const random = new Random({ seed: 1, trial: -1, purpose: "persistence-test", index: 0 });

test("a permanent fault is there in all steps, a transient one in the given step, a burst up to the last", () => {
  assert.equal(drawSteps({ kind: "permanent" }, 8, random), null);
  assert.deepEqual(drawSteps({ kind: "transient", step: 3 }, 8, random), [3]);
  assert.deepEqual(drawSteps({ kind: "burst", from: 2, length: 3 }, 8, random), [2, 3, 4]);
  assert.deepEqual(drawSteps({ kind: "burst", from: 6, length: 3 }, 8, random), [6, 7]);
});

test("steps that are not given are each drawn as often, within five standard deviations", () => {
  const draws = 4_000;
  for (const persistence of [{ kind: "transient" }, { kind: "burst", length: 2 }] as const) {
    const counts = new Array<number>(8).fill(0);
    for (let i = 0; i < draws; i++) counts[drawSteps(persistence, 8, random)?.[0] ?? -1]++;
    const deviation = Math.sqrt((draws / 8) * (7 / 8));
    for (const count of counts) assert.ok(Math.abs(count - draws / 8) < 5 * deviation, `${count}`);
  }
});

test("an intermittent fault is there in its share of the steps, each on its own", () => {
  const counts = new Array<number>(8).fill(0);
  let together = 0;
  const draws = 4_000;
  for (let i = 0; i < draws; i++) {
    const steps = drawSteps({ kind: "intermittent", probability: 0.3 }, 8, random) ?? [];
    for (const step of steps) counts[step]++;
    if (steps.includes(2) && steps.includes(3)) together++;
  }
  const near = (count: number, share: number): void =>
    assert.ok(Math.abs(count - draws * share) < 5 * Math.sqrt(draws * share * (1 - share)), `${count}`);
  for (const count of counts) near(count, 0.3);
  near(together, 0.09);
  assert.deepEqual(drawSteps({ kind: "intermittent", probability: 0 }, 8, random), []);
});

test("struck again while it lasts, a burst lasts from there on and no step counts twice", () => {
  const burst: Persistence = { kind: "burst", length: 3 };
  assert.deepEqual(stepsFrom(burst, [0, 1, 5], 7), [0, 1, 2, 3, 5, 6]);
  assert.deepEqual(stepsFrom(burst, [0, 3], 7), [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(stepsFrom({ kind: "transient" }, [1, 2, 6], 7), [1, 2, 6]);
});

test("durations that cannot be are refused with the valid range", () => {
  const refused = (persistence: object, rule: RegExp): void =>
    assert.throws(() => checkPersistence(persistence as Persistence, 8), rule);
  refused({ kind: "transient", step: 8 }, /persistence\.step must be a step from 0 to 7, but got 8/);
  refused({ kind: "burst", from: -1, length: 2 }, /persistence\.from must be a step from 0 to 7/);
  refused({ kind: "burst", length: 0 }, /persistence\.length must be a whole number of at least 1 step/);
  refused(
    { kind: "intermittent", probability: 1.5 },
    /persistence\.probability must be a number from 0 to 1/,
  );
  refused({ kind: "intermittent", probability: Number.NaN }, /from 0 to 1/);
  refused(
    { kind: "sometimes" },
    /persistence\.kind must be one of permanent, transient, intermittent, burst/,
  );
});
