import assert from "node:assert/strict";
import { test } from "node:test";
import { readClaimsFile } from "./claims-file.ts";
import { arms, cleanTask, designsOf, faultTask, inferencesOf, pickTask, planOf } from "./claims-plan.ts";
import { type Candidate, pickDesign } from "./pick-design.ts";

const settings = readClaimsFile(
  `schema: spikefront.claims/1
data: [mnist]
networks: [{ name: net }]
designs: { normalisation: [max, percentile], percentile: [99, 100], steps: [1, 2] }
figures: { faultImages: 60, imageBlocks: 3, faultSeeds: 20, bitErrorRates: [0.001, 0.01] }
claims: [{ id: a, measure: accuracy, kind: comparable, estimand: accuracies }]
`,
  "s.yaml",
);
const [design] = designsOf(settings);

test("designs that differ only in a setting nobody reads are tried once", () => {
  // max reads no percentile: 1 × 2 steps, beside 2 percentiles × 2 steps.
  assert.equal(designsOf(settings).length, 6);
});

test("all arms of a network meet the same masks, and networks meet masks of their own", () => {
  const faults = arms.map(
    (arm) => faultTask(settings, { plan: planOf(arm, "int8", "x", design), network: 1 }, 0).faults,
  );
  for (const other of faults) assert.deepEqual(other, faults[0]);
  const next = faultTask(settings, { plan: planOf("ann", "int8", "x", design), network: 2 }, 0).faults;
  assert.notDeepEqual(next, faults[0]);
});

test("blocks of test images lie side by side and are never those of the pick", () => {
  const of = { plan: planOf("snn", "int8", "x", design), network: 0 };
  const blocks = [0, 1, 2].map((block) => faultTask(settings, of, block));
  assert.deepEqual(
    blocks.map(({ firstImage, images }) => [firstImage, images]),
    [
      [0, 20],
      [20, 20],
      [40, 20],
    ],
  );
  for (const task of [...blocks, cleanTask(settings, of)]) assert.equal(task.split, "test");
  const pick = pickTask(settings, of);
  assert.equal(pick.split, "validation");
  const purposes = [pick, ...blocks].map(({ faults: [{ purpose }] }) => purpose);
  assert.deepEqual(purposes, ["fault-search", "fault-final", "fault-final", "fault-final"]);
  assert.equal(inferencesOf(blocks[0]), 20 + 2 * 20 * 20);
});

test("the control of levels has as many as the SNN has steps, at its bounds", () => {
  const plan = planOf("levels", "int8", "x", { ...design, steps: 7 });
  assert.ok(plan.kind === "ann" && plan.activation.kind === "levels" && plan.activation.levels === 7);
  assert.equal(plan.design?.steps, 7);
});

const candidate = (steps: number, accuracy: number, energyPj: number | null, drop: number): Candidate => ({
  design: { ...design, steps },
  accuracy,
  energyPj,
  drop,
});

test("of the designs accurate enough, the pick has the least energy or the least drop", () => {
  const all = [
    candidate(1, 0.5, 1, 0),
    candidate(2, 0.96, 10, 0.2),
    candidate(4, 0.95, 20, 0.1),
    candidate(8, 0.99, null, 0.1),
  ];
  assert.equal(pickDesign(all, "energy", 0.95).design.steps, 2);
  // A drop alike, a price that is known.
  assert.equal(pickDesign(all, "drop", 0.95).design.steps, 4);
  assert.equal(pickDesign(all, "drop", 0.96).design.steps, 8);
});

test("where no design is accurate enough the most accurate is taken, and says so", () => {
  const pick = pickDesign([candidate(1, 0.5, 1, 0), candidate(2, 0.6, 2, 1)], "energy", 0.9);
  assert.deepEqual([pick.design.steps, pick.isWithinMargin], [2, false]);
});
