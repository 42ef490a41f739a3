import assert from "node:assert/strict";
import { test } from "node:test";
import type { ObjectiveName } from "../pipeline/objectives.ts";
import { damagePlans } from "./damage-plans.ts";
import { readStudyFile } from "./study-file.ts";
import { describeDifference, type StudySettings } from "./study-settings.ts";

const read = (lines: string): StudySettings =>
  readStudyFile(`schema: spikefront.study/1\n${lines}`, "s.yaml");
const study = (...objectives: readonly ObjectiveName[]): StudySettings => ({
  ...read("final: { bitErrorRates: [0.01, 0.1] }"),
  objectives,
});
const size = { seeds: 3, images: 50, trial: 7 };
const search = { phase: "search", ...size } as const;
const mask = { seeds: 3, images: 50, trial: 7, purpose: "fault-search" };

test("studies of accuracy, energy and drop strike at one rate and do nothing else", () => {
  assert.deepEqual(damagePlans(study("accuracy", "energy", "drop"), search), {
    faults: [{ ...mask, bitErrorRate: 0.001 }],
  });
});

test("each further objective adds what it needs, and only that", () => {
  const base = { ...mask, bitErrorRate: 0.001 };
  const plans = (name: ObjectiveName) => damagePlans(study("accuracy", name), search);
  assert.deepEqual(plans("worstLayer"), { faults: [base, { ...base, byLayer: true }] });
  assert.deepEqual(plans("criticalRate"), { faults: [{ ...base, isDetailed: true }] });
  assert.deepEqual(plans("faultArea"), {
    faults: [base, { ...mask, bitErrorRate: 0.01 }, { ...mask, bitErrorRate: 0.1 }],
  });
  const noise = { kind: "gaussian", dose: 0.1, ...size, purpose: "noise-search" };
  assert.deepEqual(plans("noise"), { faults: [base], noise });
});

test("at the end all rates are run, the deciding one too where an objective reads it there", () => {
  const rates = (...names: readonly ObjectiveName[]) =>
    damagePlans(study("accuracy", ...names), { ...search, phase: "final" }).faults.map(
      ({ bitErrorRate, purpose }) => `${purpose} ${bitErrorRate}`,
    );
  assert.deepEqual(rates("drop"), ["fault-final 0.01", "fault-final 0.1"]);
  assert.deepEqual(rates("criticalRate")[0], "fault-final 0.001");
  const same = { ...study("criticalRate"), evaluation: { ...study().evaluation, bitErrorRate: 0.1 } };
  assert.equal(damagePlans(same, { ...search, phase: "final" }).faults.length, 2);
});

test("biases and thresholds are struck at the end only, and only when asked", () => {
  const asked = read("final: { bitErrorRates: [0.01, 0.1], strikesParameters: true }");
  const targets = (phase: "search" | "confirm" | "final") =>
    damagePlans(asked, { ...search, phase }).faults.flatMap(({ target = [], bitErrorRate }) =>
      typeof target === "string" ? [`${target} ${bitErrorRate}`] : [],
    );
  assert.deepEqual([targets("search"), targets("confirm")], [[], []]);
  assert.deepEqual(targets("final"), ["bias 0.01", "bias 0.1", "threshold 0.01", "threshold 0.1"]);
});

test("a study that was kept before there was noise may go on, unless it asks for another", () => {
  const now = read("");
  const { noise: _, noiseDose: __, ...evaluation } = now.evaluation;
  const before = { ...now, evaluation } as StudySettings;
  assert.deepEqual(describeDifference(before, now), []);
  assert.deepEqual(describeDifference(before, read("evaluation: { noise: salt-and-pepper }")), [
    'evaluation.noise: not set before, "salt-and-pepper" now',
  ]);
});

test("a dose that the noise does not take is refused with what it takes", () => {
  assert.throws(() => read("evaluation: { noise: occlusion, noiseDose: 2.5 }"), {
    name: "InvalidValueError",
    message: /^s\.yaml:2:\d+: evaluation\.noiseDose must be .*0 to 1024.* for noise: occlusion, but got 2\.5/,
  });
  assert.throws(() => read("evaluation: { noise: occlusion }"), {
    message: /^s\.yaml:2:\d+: .*but got 0\.1/,
  });
  assert.equal(read("evaluation: { noise: occlusion, noiseDose: 9 }").evaluation.noiseDose, 9);
});

test("an area needs more than one rate above 0", () => {
  for (const rates of ["0.01", "0, 0.01", "0.01, 0.01"])
    assert.throws(() => read(`objectives: [accuracy, faultArea]\nfinal: { bitErrorRates: [${rates}] }`), {
      name: "InvalidValueError",
      message: /^s\.yaml:3:\d+: final\.bitErrorRates must hold at least 2 different rates above 0/,
    });
});
