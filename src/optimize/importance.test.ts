import assert from "node:assert/strict";
import { test } from "node:test";
import { optunaCases } from "../../test/optuna-cases.ts";
import { Random } from "../base/random.ts";
import { adjacency, cellsOf } from "../space/adjacency.ts";
import { float } from "../space/field.ts";
import { space } from "../space/space.ts";
import { designAt, freeFields } from "../space/unit-map.ts";
import { importances } from "./importance.ts";
import type { PastTrial } from "./sampler.ts";

for (const { name, space: of, directions, history, importances: given = {} } of optunaCases()) {
  for (const [target, expected] of Object.entries(given)) {
    test(`importances are those of Optuna 5's PED-ANOVA to 1e-6: ${name}, ${target}`, () => {
      const found = importances({
        space: of,
        directions,
        history,
        of: target === "front" ? "front" : Number(target),
      });
      assert.equal(found.length, Object.keys(expected).length);
      for (const { name: setting, divergence } of found) {
        const error = Math.abs(divergence - expected[setting]);
        assert.ok(
          error <= 1e-6 * Math.max(1e-3, expected[setting]),
          `${setting}: ${divergence}, ${expected[setting]}`,
        );
      }
    });
  }
}

const about = "a setting";
const few = space({
  matters: float({ about, unit: "1", low: 0, high: 1, default: 0.5 }),
  alsoMatters: float({ about, unit: "1", low: 0.01, high: 1, scale: "log", default: 0.5 }),
  idle: float({ about, unit: "1", low: 0, high: 1, default: 0.5 }),
  skips: adjacency({ about, layers: 3, cells: ["none", "add"] }),
});

function drawn(count: number, objectives: (design: PastTrial["design"]) => number[]): readonly PastTrial[] {
  const names = freeFields(few);
  return Array.from({ length: count }, (_, number) => {
    const random = new Random({ seed: 4, trial: number, purpose: "importance-test", index: 0 });
    const design = designAt(
      few,
      names,
      names.map(() => random.uniform()),
    );
    return { number, design, objectives: objectives(design), violation: 0 };
  });
}

test("what decides an objective is important for it, what decides nothing is not; a cell counts for its matrix", () => {
  const history = drawn(200, ({ matters, alsoMatters, skips }) => [
    matters as number,
    Math.log(alsoMatters as number),
    cellsOf(few.fields.skips, skips as string)[1].kind + 0.001 * (matters as number),
  ]);
  const directions = ["minimize", "minimize", "maximize"] as const;
  const most = (of: number) => importances({ space: few, directions, history, of })[0];
  assert.equal(most(0).name, "matters");
  assert.equal(most(1).name, "alsoMatters");
  assert.ok(most(0).share > 0.6 && most(1).share > 0.6);
  const found = importances({
    space: few,
    directions: ["maximize"],
    history: drawn(200, ({ skips }) => [cellsOf(few.fields.skips, skips as string)[1].kind]),
  });
  assert.equal(found[0].name, "skips");
  const two = history.map((trial) => ({ ...trial, objectives: trial.objectives?.slice(0, 2) ?? null }));
  const front = importances({ space: few, directions: ["minimize", "minimize"], history: two });
  assert.deepEqual(new Set(front.slice(0, 2).map(({ name }) => name)), new Set(["matters", "alsoMatters"]));
  assert.ok(Math.abs(front.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-12);
});

test("the direction of an objective turns what is best around", () => {
  const up = drawn(100, ({ matters }) => [matters as number]);
  const down = up.map((trial) => ({
    ...trial,
    objectives: trial.objectives?.map((value) => -value) ?? null,
  }));
  assert.deepEqual(
    importances({ space: few, directions: ["maximize"], history: up }),
    importances({ space: few, directions: ["minimize"], history: down }),
  );
});

test("of equal values all are among the best, whichever were first", () => {
  const history = drawn(60, ({ matters }) => [Number((matters as number) > 0.4)]);
  const renumbered = history.map((trial) => ({ ...trial, number: 59 - trial.number }));
  const given = { space: few, directions: ["minimize"] } as const;
  const [first] = importances({ ...given, history });
  const [again] = importances({ ...given, history: renumbered });
  assert.equal(first.name, "matters");
  assert.ok(Math.abs(first.divergence - again.divergence) < 1e-12);
});

test("failed, partial and infinite trials count nothing, and without trials all settings are alike", () => {
  const history = drawn(60, ({ matters }) => [matters as number]);
  const others: readonly PastTrial[] = drawn(20, () => [0]).map((trial, i) => ({
    ...trial,
    number: 100 + i,
    ...[{ objectives: null }, { fidelity: 0.5 }, { objectives: [-Infinity] }, { objectives: [Number.NaN] }][
      i % 4
    ],
  }));
  assert.deepEqual(
    importances({ space: few, directions: ["minimize"], history: [...others, ...history] }),
    importances({ space: few, directions: ["minimize"], history }),
  );
  for (const { divergence, share } of importances({
    space: few,
    directions: ["minimize"],
    history: others,
  })) {
    assert.equal(divergence, 0);
    assert.equal(share, 0.25);
  }
});

test("shares out of order and objectives that do not exist are refused", () => {
  const given = { space: few, directions: ["minimize"], history: [] } as const;
  assert.throws(() => importances({ ...given, bestShare: 0.5, regionShare: 0.5 }), {
    message: "importance must have 0 < bestShare < regionShare <= 1, but got [0.5, 0.5].",
  });
  assert.throws(
    () => importances({ ...given, of: 1 }),
    /importance.of must be below 1 objectives, but got 1/,
  );
});
