// Objectives on made-up evaluations, against figures worked out by hand.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { profiles } from "../energy/profiles.ts";
import type { Evaluation, FaultResult } from "./evaluation.ts";
import type { Objective, ObjectiveContext } from "./objective.ts";
import { type ObjectiveName, objectives } from "./objectives.ts";

const context: ObjectiveContext = {
  profile: profiles["horowitz-45nm-compute"],
  accounting: "mac-once",
  bitErrorRate: 0.01,
  bitErrorRates: [0.001, 0.01, 0.1],
};

const result = (
  bitErrorRate: number,
  corrects: readonly number[],
  more: Partial<FaultResult> = {},
): FaultResult => ({
  fault: "weight-bit-flip",
  format: "int8",
  bitErrorRate,
  cleanCorrect: 90,
  images: 100,
  seeds: corrects.map((correct, index) => ({ index, correct, flippedBits: 1, changed: 100 - correct })),
  ...more,
});

const of = (faults: readonly FaultResult[], more: Partial<Evaluation> = {}): Evaluation =>
  ({ faults, ...more }) as Evaluation;
const score = (name: ObjectiveName, evaluation: Evaluation, given: Partial<ObjectiveContext> = {}) =>
  objectives[name].score(evaluation, { ...context, ...given });
const near = (a: number, b: number): void => assert.ok(Math.abs(a - b) < 1e-12, `${a} is not ${b}`);

const layers = [
  result(0.01, [88, 86], { layer: "one" }),
  result(0.01, [70, 60], { layer: "two" }),
  result(0.1, [0, 0], { layer: "two" }),
];
const curve = [result(0.1, [10, 20]), result(0.001, [90, 80]), result(0.01, [60, 70])];
const biases = [result(0.01, [1, 1], { target: "bias", fault: "bit-flip" })];
const everything = of([...biases, ...layers, ...curve, result(0.5, [0, 0]), result(0, [90, 90])], {
  noise: {
    kind: "gaussian",
    dose: 0.1,
    cleanCorrect: 80,
    images: 100,
    seeds: [70, 60, 65].map((correct, index) => ({ index, correct })),
  },
});

test("the registry lists objectives by their names, each with what it is", () => {
  for (const [name, objective] of Object.entries<Objective>(objectives)) {
    assert.equal(objective.name, name);
    assert.match(objective.about, /^[a-z].*[a-z]$/);
  }
});

test("every figure lies in its interval, which tells the unit of sampling", () => {
  const units = { drop: /fault seeds$/, worstLayer: /fault seeds, B/, criticalRate: /fault seeds$/ };
  const all = { ...units, faultArea: /curves through fault seeds$/, noise: /draws of the noise$/ };
  for (const [name, unit] of Object.entries(all)) {
    const { value, low, high, method } = score(name as ObjectiveName, everything);
    assert.ok(low <= value && value <= high, name);
    assert.match(method, unit);
  }
});

describe("drop", () => {
  test("is read at the study's rate, all layers struck, whatever else was evaluated", () => {
    near(score("drop", everything).value, 0.25);
    near(score("drop", everything, { bitErrorRate: 0.1 }).value, 0.75);
  });

  test("is read at the highest rate where the study's was not evaluated", () => {
    near(score("drop", of(curve), { bitErrorRate: 0.3 }).value, 0.75);
  });

  test("needs faults in all layers at once", () => {
    assert.throws(() => score("drop", of(layers)), { message: /^evaluation\.faults must hold at least one/ });
  });
});

describe("worstLayer", () => {
  test("is the largest drop of a layer at the study's rate", () => {
    near(score("worstLayer", everything).value, 0.25);
    near(score("worstLayer", of([layers[0]])).value, 0.03);
  });

  test("has the interval of a drop for one layer, and a wider one for the worst of two", () => {
    const { low, high } = score("worstLayer", of([result(0.01, [80, 82, 84], { layer: "one" })]));
    const drop = score("drop", of([result(0.01, [80, 82, 84])]));
    assert.deepEqual([low, high], [drop.low, drop.high]);
    const two = ["one", "two"].map((layer) => result(0.01, [80, 82, 84], { layer }));
    const wider = score("worstLayer", of(two));
    assert.ok(wider.low < low && wider.high > high);
  });

  test("is at least as high as what any layer's interval reaches", () => {
    const steady = result(0.01, [60, 60, 60], { layer: "steady" });
    const noisy = result(0.01, [90, 60, 70], { layer: "noisy" });
    const { value, low, high } = score("worstLayer", of([steady, noisy]));
    near(value, 0.3);
    near(low, 0.3);
    assert.ok(high > 0.3);
  });

  test("needs layers struck alone", () => {
    assert.throws(() => score("worstLayer", of(curve)), { message: /a layer struck alone/ });
  });
});

describe("criticalRate", () => {
  test("is the mean over masks of the decisions changed, at the study's rate", () => {
    near(score("criticalRate", everything).value, 0.35);
  });

  test("is refused where changes were not counted", () => {
    const uncounted = { ...curve[2], seeds: curve[2].seeds.map(({ changed: _, ...seed }) => seed) };
    assert.throws(() => score("criticalRate", of([uncounted])), { message: /isDetailed/ });
  });
});

describe("faultArea", () => {
  test("is the accuracy where it is the same at all rates", () => {
    const flat = [0.001, 0.01, 0.1].map((rate) => result(rate, [40, 50, 60]));
    const area = score("faultArea", of(flat));
    near(area.value, 0.5);
    // The areas of the three curves are 0.4, 0.5 and 0.6.
    const reference = score("criticalRate", of([result(0.01, [40, 50, 60])]));
    near(area.high - area.low, reference.high - reference.low);
  });

  test("weighs rates by the decades around them, in any order, and reads the study's only", () => {
    near(score("faultArea", everything).value, (0.85 / 2 + 0.65 + 0.15 / 2) / 2);
    const uneven = [result(0.001, [90, 90]), result(0.1, [60, 60]), result(1, [0, 0])];
    near(score("faultArea", of(uneven), { bitErrorRates: [1, 0.1, 0.001] }).value, (2 * 0.75 + 0.3) / 3);
  });

  test("needs two rates above 0, with as many masks each", () => {
    for (const faults of [
      [],
      [result(0.01, [1, 2])],
      [result(0, [1, 2]), result(0.01, [1, 2])],
      [result(0.1, [1, 2]), result(0.01, [1])],
    ])
      assert.throws(() => score("faultArea", of(faults)), { message: /at least 2 bit-error rates above 0/ });
  });
});

describe("noise", () => {
  test("is the accuracy lost, mean over draws", () => near(score("noise", everything).value, 0.15));

  test("is refused where no noise was run", () => {
    assert.throws(() => score("noise", of(curve)), { message: /^evaluation\.noise must hold/ });
  });
});
