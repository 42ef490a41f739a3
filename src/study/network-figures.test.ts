import assert from "node:assert/strict";
import { test } from "node:test";
import { syntheticFront } from "../../test/fixtures/synthetic-front.ts";
import { profiles } from "../energy/profiles.ts";
import type { Evaluation, FaultResult } from "../pipeline/evaluation.ts";
import type { NetworkPlan } from "../pipeline/evaluation-task.ts";
import { objectives } from "../pipeline/objectives.ts";
import { networkFigures } from "./network-figures.ts";

const seeds = [80, 90].map((correct, index) => ({ index, correct, flippedBits: 4, changed: 10 + index }));
const fault = { fault: "weight-bit-flip", format: "int8", bitErrorRate: 0.01, cleanCorrect: 95, images: 100 };
const weights = { ...fault, storedBits: 5000, seeds } as FaultResult;

const figures = (faults: readonly FaultResult[], named: readonly (keyof typeof objectives)[] = []) => {
  const [{ evaluation }] = syntheticFront(2).networks;
  return networkFigures({
    id: "one",
    label: "one",
    role: "ann",
    evaluation: { ...evaluation, faults } as Evaluation,
    profiles: Object.values(profiles),
    objectives: named.map((name) => objectives[name]),
    context: { profile: profiles["horowitz-45nm-compute"], accounting: "mac-once", bitErrorRate: 0.01 },
  });
};

test("a dose says how many flips a device sees where the cells were counted", () => {
  const { storedBits: _, ...uncounted } = weights;
  assert.equal(figures([weights]).doses[0].expectedUpsets, 50);
  assert.ok(!("expectedUpsets" in figures([uncounted]).doses[0]));
});

test("doses are of all weights at once; biases stand apart, layers struck alone are no doses", () => {
  const bias: FaultResult = { ...weights, fault: "bit-flip", target: "bias", format: "float32" };
  const { doses, parameterDoses } = figures([weights, { ...weights, layer: "dense1" }, bias]);
  assert.equal(doses.length, 1);
  assert.deepEqual(
    parameterDoses?.map(({ target, format }) => [target, format]),
    [["bias", "float32"]],
  );
  assert.ok(!("parameterDoses" in figures([weights])));
});

test("only objectives that have no other place among the figures stand under their names", () => {
  assert.ok(!("objectives" in figures([weights], ["accuracy", "energy", "drop"])));
  const { objectives: further } = figures([weights], ["accuracy", "criticalRate"]);
  assert.deepEqual(Object.keys(further ?? {}), ["criticalRate"]);
  assert.ok(Math.abs((further?.["criticalRate"].value ?? 0) - 0.105) < 1e-12);
});

test("an SNN is told to be trained directly or on its events by its plan, and converted without a word", () => {
  const [{ evaluation }] = syntheticFront(2).networks;
  const of = (kind: NetworkPlan["kind"]) =>
    networkFigures({
      ...{ id: "one", label: "one", role: "snn", evaluation, plan: { kind }, profiles: [], objectives: [] },
      context: { profile: profiles["horowitz-45nm-compute"], accounting: "mac-once", bitErrorRate: 0.01 },
    }).training;
  assert.deepEqual(
    [of("snn"), of("ann"), of("skips"), of("ttfs")],
    [undefined, undefined, "direct", "event"],
  );
});
