import assert from "node:assert/strict";
import { test } from "node:test";
import { syntheticFront } from "../../test/fixtures/synthetic-front.ts";
import { noCounts } from "../energy/no-counts.ts";
import { profiles } from "../energy/profiles.ts";
import type { Evaluation } from "../pipeline/evaluation.ts";
import { objectives } from "../pipeline/objectives.ts";
import { referencePoint, saysReference } from "./reference-point.ts";
import { readStudyFile } from "./study-file.ts";
import { StudyJudge } from "./study-judge.ts";

const settingsOf = (rest: string) => readStudyFile(`schema: spikefront.study/1\n${rest}`, "s.yaml");
const [{ evaluation }] = syntheticFront(3).networks;
const { images } = evaluation;
/** One dense layer of 1,000 products an image. */
const layer = {
  ...noCounts("dense1"),
  multiplications: { int8x8: 1000 * images },
  additions: { int32: 1000 * images },
  denseProducts: 1000 * images,
};
const ann: Evaluation = { ...evaluation, counts: { ...evaluation.counts, steps: 1, layers: [layer] } };
const { context } = new StudyJudge(settingsOf(""), new Map());
const { accuracy, energy, drop } = objectives;

test("what is given goes before the requirement's limit, and that before the ANN", () => {
  const settings = settingsOf(
    "search: { reference: { drop: 0.07 } }\nrequirements: { minAccuracy: 0.9, maxDrop: 0.05 }",
  );
  assert.equal(saysReference(settings), false);
  assert.deepEqual(referencePoint(settings, [ann], context), [
    { objective: "accuracy", value: 0.9, source: "requirement" },
    { objective: "energy", value: 10 * energy.score(ann, context).value, source: "ann" },
    { objective: "drop", value: 0.07, source: "given" },
  ]);
});

test("without a word of the study, shares are a tenth worse than the ANN's and energy is ten times as much", () => {
  const point = referencePoint(settingsOf(""), [ann], context).map(({ value }) => value);
  const [accurate, dear, lost] = [accuracy, energy, drop].map((one) => one.score(ann, context).value);
  assert.deepEqual(point, [accurate - 0.1, 10 * dear, lost + 0.1]);
});

test("of several ANNs the one that asks least decides, objective by objective", () => {
  const [right = 0] = ann.correctPerStep;
  const worse = { ...ann, correctPerStep: [right - 10] };
  const dearer = { ...ann, counts: { ...ann.counts, images: ann.counts.images / 2 } };
  const settings = settingsOf("objectives: [accuracy, energy]");
  const alone = (of: Evaluation) => referencePoint(settings, [of], context);
  assert.deepEqual(referencePoint(settings, [ann, worse, dearer], context), [
    alone(worse)[0],
    alone(dearer)[1],
  ]);
  assert.notDeepEqual(alone(worse)[0], alone(ann)[0]);
});

test("a study that says every value asks no ANN", () => {
  const settings = settingsOf("objectives: [energy, drop]\nsearch: { reference: { energy: 5, drop: 0.5 } }");
  assert.equal(saysReference(settings), true);
  assert.deepEqual(
    referencePoint(settings, [], context).map(({ value }) => value),
    [5, 0.5],
  );
});

for (const profile of Object.values(profiles)) {
  test(`under ${profile.name} the ANN has an energy to be measured by`, () => {
    const [, { value }] = referencePoint(settingsOf(""), [ann], { ...context, profile });
    assert.ok(value > 0 && Number.isFinite(value));
  });
}

test("chips that cannot multiply do a synaptic operation a product", () => {
  const profile = profiles["loihi-keras-spiking"];
  const [, { value }] = referencePoint(settingsOf(""), [ann], { ...context, profile });
  assert.equal(value, 10 * 1000 * 27.1);
});
