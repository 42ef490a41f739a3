import assert from "node:assert/strict";
import { test } from "node:test";
import { syntheticFront } from "../../test/fixtures/synthetic-front.ts";
import type { Front } from "../study/front.ts";
import { searchLines } from "./search-lines.ts";

const older = syntheticFront(3, 8);
const front: Front = {
  ...older,
  reference: [
    { objective: "accuracy", value: 0.9, scale: "linear", source: "given" },
    { objective: "energy", value: 305_163, scale: "log", source: "ann" },
    { objective: "drop", value: 0.02, scale: "linear", source: "requirement" },
  ],
};

test("the reference point is told by value and origin, with what was reached from there", () => {
  assert.deepEqual(searchLines({ ...front, hypervolume: [{ trial: 0, hypervolume: 0.01234 }] }), [
    "Trials count from the reference point on: accuracy 90.00 % (as the study says), energy 305 nJ (the int8 ANN's, made worse), drop 2.00 % (the requirement's limit); energy by its logarithm.",
    "Hypervolume from there after 1 trial: 0.0123.",
  ]);
});

test("a search that found nothing within the reference point says so, and what to do", () => {
  const [, line] = searchLines({ ...front, hypervolume: [{ trial: 0, hypervolume: 0 }] });
  assert.match(line, /^No trial .* search\.reference\.$/);
});

test("a search that stalled says after how many trials of how many, others say nothing", () => {
  const stalled = { trials: 48, budgetTrials: 200, window: 30 };
  const line = "The search ended after 48 of 200 trials: the last 30 brought";
  assert.ok(searchLines({ ...front, stalled }).some((text) => text.startsWith(line)));
  assert.ok(!searchLines(front).some((text) => text.includes("ended")));
  assert.deepEqual(searchLines(older), []);
});

test("a search by halving says how many trials stopped where, and what that saved", () => {
  const halving = {
    trials: 41,
    rungs: [
      { images: 63, reached: 40, stopped: 30 },
      { images: 250, reached: 10, stopped: 7 },
      { images: 1000, reached: 3, stopped: 0 },
    ],
    failed: 1,
    imagesSpent: 6703,
    imagesWithout: 41_000,
  };
  const line =
    "Halving: of 41 trials 30 stopped at 63 images, 7 stopped at 250 images, 3 had all 1,000, 1 failed; 6,703 image evaluations in place of 41,000.";
  assert.ok(searchLines({ ...front, halving }).includes(line), searchLines({ ...front, halving }).join("\n"));
  const stalled = { trials: 48, budgetTrials: 200, window: 30 };
  const ended =
    "The search ended after 48 measurements, before a budget of 200 full evaluations: the last 30";
  assert.ok(searchLines({ ...front, halving, stalled }).some((text) => text.startsWith(ended)));
});

test("a race says what is beaten, what stands, what is open, and how sure that is", () => {
  const race = {
    designs: [0, 1, 2, 5, 8, 9],
    beaten: [1, 9],
    settled: [0, 2, 5],
    kept: [0, 2, 5, 8],
    measurements: 31,
    mostMeasurements: 48,
    images: 250,
    level: 0.1,
  };
  assert.deepEqual(searchLines({ ...older, race }), [
    "Race for the front: of 6 designs 2 were beaten, 3 stand for certain and 1 are not decided and taken by their means, which leaves 4; after 31 of at most 48 measurements on 250 further validation images each. Chance of a wrong decision about a design: at most 10.00 %, all rivals and looks counted, as far as differences are normal.",
  ]);
});
