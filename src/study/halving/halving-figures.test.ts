import assert from "node:assert/strict";
import { test } from "node:test";
import { madeEvaluation, madeSettings, madeTrial } from "../../../test/made-trials.ts";
import { halvingFigures } from "./halving-figures.ts";
import { imagesOfStep, ladderOf } from "./ladder.ts";

const settings = madeSettings("halving: { minImages: 62, factor: 4 }");
const ladder = ladderOf(settings);
assert.ok(ladder);

test("rungs rise by the factor to all images and begin with no fewer than asked for", () => {
  assert.deepEqual(ladder.images, [63, 250, 1000]);
  assert.deepEqual(ladderOf(madeSettings("halving: {}"))?.images, [111, 333, 1000]);
  assert.equal(ladderOf(madeSettings("trials: 3")), null);
  assert.deepEqual(
    [0, 1, 2].map((rung) => imagesOfStep(ladder, rung)),
    [63, 187, 750],
  );
});

test("what was spent is counted by the rungs that trials have reached, failed ones with the rung they failed on", () => {
  const trial = (number: number, images: number | null) =>
    madeTrial(number, {}, images === null ? null : madeEvaluation(1, images, 1));
  const failedLater = { ...trial(5, 63), state: "failed" as const };
  const waiting = { ...trial(6, null), state: "waiting" as const, error: "" };
  const trials = [
    trial(0, 63),
    trial(1, 250),
    trial(2, 1000),
    trial(3, 63),
    trial(4, null),
    failedLater,
    waiting,
  ];
  assert.deepEqual(halvingFigures(trials, ladder), {
    trials: 6,
    rungs: [
      { images: 63, reached: 5, stopped: 2 },
      { images: 250, reached: 2, stopped: 1 },
      { images: 1000, reached: 1, stopped: 0 },
    ],
    failed: 2,
    imagesSpent: 63 + 250 + 1000 + 63 + 63 + 250,
    imagesWithout: 6000,
  });
});
