import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { madeSpace, madeStudy } from "../../../test/made-study.ts";
import { canonical, type DesignValues } from "../../space/space.ts";
import { designAt } from "../../space/unit-map.ts";
import type { Json } from "../storage.ts";
import { distributionFromJson, fromInternal, toInternal } from "./optuna-distribution.ts";
import { readJournal, writeJournal } from "./optuna-journal.ts";
import { designOf, parametersOf } from "./parameters.ts";
import { pastTrials } from "./past-trials.ts";
import { fromPythonJson, toPythonJson } from "./python-json.ts";
import { timeFromText, timeText } from "./time-text.ts";

const names = Object.keys(madeSpace.fields);
const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const designs = fc
  .array(place, { minLength: names.length, maxLength: names.length })
  .map((places) => canonical(madeSpace, designAt(madeSpace, names, places)));

test("a design's parameters lead back to the design, inactive settings left out", () => {
  fc.assert(
    fc.property(designs, (design) => {
      const parameters = parametersOf(madeSpace, design);
      assert.equal("dose" in parameters, design["clip"]);
      assert.equal(
        parameters["skips[0,2]"].value,
        ["none", "add", "concat"][Number(String(design["skips"])[0])],
      );
      assert.deepEqual(designOf(madeSpace, parameters), design);
    }),
  );
});

test("a design of an older release, without a setting or with an option that is no more, has its parameters", () => {
  const design: DesignValues = { ...canonical(madeSpace, designAt(madeSpace, [], [])), size: "huge" };
  const { rate: _, ...older } = design;
  const parameters = parametersOf(madeSpace, older);
  assert.ok(!("rate" in parameters));
  const { value, distribution } = parameters["size"];
  assert.equal(fromInternal("size", distribution, toInternal(distribution, value)), "huge");
});

test("parameters outside the space are no design, and those left out are at their defaults", () => {
  assert.equal(designOf(madeSpace, { bits: { value: 3 } }), null);
  assert.equal(designOf(madeSpace, { rate: { value: "high" } }), null);
  assert.equal(designOf(madeSpace, { "skips[0,2]": { value: "mul" } }), null);
  assert.deepEqual(designOf(madeSpace, { size: { value: 12 }, clip: { value: "true" } }), {
    ...canonical(madeSpace, designAt(madeSpace, [], [])),
    size: "12",
    clip: true,
  });
});

const legacy: readonly (readonly [name: string, attributes: Json, expected: object])[] = [
  ["UniformDistribution", { low: 0, high: 2 }, { kind: "float", low: 0, high: 2, log: false, step: null }],
  ["LogUniformDistribution", { low: 1, high: 2 }, { kind: "float", low: 1, high: 2, log: true, step: null }],
  [
    "DiscreteUniformDistribution",
    { low: 0, high: 2, q: 0.5 },
    { kind: "float", low: 0, high: 2, log: false, step: 0.5 },
  ],
  [
    "IntUniformDistribution",
    { low: 0, high: 4, step: 2 },
    { kind: "int", low: 0, high: 4, log: false, step: 2 },
  ],
  ["IntLogUniformDistribution", { low: 1, high: 4 }, { kind: "int", low: 1, high: 4, log: true, step: 1 }],
];
test("the distributions of Optuna before version 3 are read", () => {
  for (const [name, attributes, expected] of legacy)
    assert.deepEqual(distributionFromJson("x", { name, attributes }), expected);
  for (const wrong of [
    null,
    {},
    { name: "FloatDistribution" },
    { name: "Other", attributes: { low: 0, high: 1 } },
  ])
    assert.throws(
      () => distributionFromJson("t.db: trial 3", wrong),
      /^FormatError: t\.db: trial 3 must be a distribution/,
    );
  assert.throws(
    () => fromInternal("x", { kind: "categorical", choices: ["a"] }, 1),
    /x must be the index of one of 1 choices, but got 1/,
  );
});

test("Python's NaN and Infinity are read and written, and left alone inside texts", () => {
  const value = { a: [Number.NaN, Infinity, -Infinity, 1.5], 'NaN: "Infinity"': "-Infinity, \\" };
  assert.equal(
    toPythonJson(value),
    String.raw`{"a":[NaN,Infinity,-Infinity,1.5],"NaN: \"Infinity\"":"-Infinity, \\"}`,
  );
  assert.deepEqual(fromPythonJson("x", toPythonJson(value)), value);
  fc.assert(
    fc.property(fc.jsonValue(), (any) => {
      assert.deepEqual(fromPythonJson("x", toPythonJson(any as Json)), JSON.parse(JSON.stringify(any)));
    }),
  );
});

test("moments keep their microseconds, and zones count", () => {
  assert.equal(timeFromText("2026-01-31 23:59:58.007001"), Date.UTC(2026, 0, 31, 23, 59, 58, 7) + 0.001);
  assert.equal(timeFromText("2026-02-01T01:59:58+02:00"), Date.UTC(2026, 0, 31, 23, 59, 58));
  assert.equal(timeFromText("2026-01-31T23:59:58.25"), Date.UTC(2026, 0, 31, 23, 59, 58, 250));
  assert.ok(Number.isNaN(timeFromText("yesterday")));
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: 0, max: 999 }), (ms, microseconds) => {
      const text = timeText(ms + microseconds / 1000);
      assert.equal(timeText(timeFromText(text)), text);
    }),
  );
});

test("a journal that was cut off at any place holds what was whole", () => {
  const text = writeJournal([madeStudy(8)]);
  const whole = readJournal("x", text)[0].trials;
  for (let end = text.indexOf("\n") + 1; end < text.length; end += 97) {
    const { trials } = readJournal("x", text.slice(0, end))[0];
    assert.deepEqual(trials, whole.slice(0, trials.length));
  }
});

test("a study that was deleted is gone, and what follows a trial's end is passed over", () => {
  const lines = [
    { op_code: 0, study_name: "gone", directions: [1] },
    { op_code: 0, study_name: "kept", directions: [0] },
    { op_code: 4, study_id: 1, datetime_start: null },
    { op_code: 6, trial_id: 0, state: 1, values: [2] },
    { op_code: 6, trial_id: 0, state: 3, values: null },
    { op_code: 8, trial_id: 0, user_attr: { late: 1 } },
    { op_code: 1, study_id: 0 },
    { op_code: 10, anything: true },
  ];
  const [study, ...others] = readJournal("x", lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  assert.deepEqual(others, []);
  assert.deepEqual([study.name, study.directions], ["kept", ["minimize"]]);
  assert.deepEqual(
    [study.trials[0].state, study.trials[0].values, study.trials[0].attributes],
    ["complete", [2], {}],
  );
});

test("finished trials whose designs are in the space are known, the others are counted", () => {
  const study = madeStudy(25);
  const objectives = [
    { name: "energy, pJ", direction: "minimize" },
    { name: "accuracy", direction: "maximize" },
  ] as const;
  const { past, outside } = pastTrials(study, madeSpace, objectives);
  const finished = study.trials.filter(({ state }) => state === "complete" || state === "failed");
  assert.equal(outside, 0);
  assert.deepEqual(
    past.map(({ number }) => number),
    finished.map((_, i) => i - finished.length),
  );
  for (const [i, { objectives: told, violation, constraints }] of past.entries()) {
    const { values, systemAttributes } = finished[i];
    assert.deepEqual(told, values && [values[1], values[0]]);
    const listed = systemAttributes["constraints"] as readonly number[] | undefined;
    assert.deepEqual(constraints, values === null ? undefined : listed);
    const sum = listed?.reduce((total, x) => total + Math.max(0, x), 0);
    assert.equal(violation, values === null ? Infinity : sum);
  }
  const bits = { ...madeSpace.fields.bits, high: 5, default: 5 };
  const narrow = { ...madeSpace, fields: { ...madeSpace.fields, bits } };
  const fewer = pastTrials(study, narrow, objectives);
  assert.ok(fewer.outside > 0 && fewer.outside + fewer.past.length === finished.length);
  assert.throws(
    () => pastTrials(study, madeSpace, [{ name: "drop", direction: "minimize" }]),
    /study made ✓ must have the objective drop, but got "accuracy, energy, pJ"/,
  );
  assert.throws(
    () => pastTrials(study, madeSpace, [{ name: "accuracy", direction: "minimize" }]),
    /study made ✓ must minimize accuracy, but got "maximize"/,
  );
});
