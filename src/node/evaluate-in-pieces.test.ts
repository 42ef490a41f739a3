// Where an evaluation is cut, and what becomes of what was kept. That cutting changes no bit is the tally's own test.

import assert from "node:assert/strict";
import { test } from "node:test";
import { madeEvaluation } from "../../test/made-trials.ts";
import { CancelledError } from "../base/errors.ts";
import type { EvaluationTally } from "../pipeline/evaluation-tally.ts";
import type { EvaluationTask, Executor } from "../pipeline/evaluation-task.ts";
import { EvaluationPace, inPieces } from "./evaluate-in-pieces.ts";

const fault = { bitErrorRate: 0.1, seeds: 1, trial: 0, purpose: "fault-search" } as const;
const task = {
  network: { kind: "snn" },
  split: "validation",
  images: 1600,
  faults: [{ ...fault, images: 500 }],
  explainImages: 3,
  seed: 1,
  trial: 0,
} as unknown as EvaluationTask;

/** A thread that takes so long an image, and says what it ran: from, to, and damaged images. */
function slot(msPerImage: number, { failsAfter = Infinity } = {}) {
  let nowMs = 0;
  const ran: string[] = [];
  const executor: Executor = {
    slots: 1,
    async evaluate({ before, images, faults, keepsTally = false, explainImages }) {
      if (ran.length >= failsAfter) throw new CancelledError("the evaluation");
      const from = before?.images ?? 0;
      nowMs += (images - from) * msPerImage;
      ran.push(`${from} to ${images}, ${faults[0].images} damaged, ${explainImages} explained`);
      const evaluation = madeEvaluation(images, images, 1);
      const tally = { images } as unknown as EvaluationTally;
      return { evaluation, file: new Uint8Array(), ...(keepsTally && { tally }) };
    },
  };
  return { executor, ran, pace: new EvaluationPace(10_000, () => nowMs) };
}

function keeper(isOurs = true) {
  const kept: { tally: EvaluationTally | null } = { tally: null };
  const read = async (): Promise<EvaluationTally | null> => kept.tally;
  const keep = async (tally: EvaluationTally): Promise<boolean> => {
    if (isOurs) kept.tally = tally;
    return isOurs;
  };
  return { kept, read, keep };
}

test("a short evaluation is cut once, to learn how long it takes, and none after it", async () => {
  const { executor, ran, pace } = slot(1);
  const goingOn = inPieces(executor, pace, keeper());
  await goingOn.evaluate(task);
  assert.deepEqual(ran.splice(0), [
    "0 to 100, 100 damaged, 0 explained",
    "100 to 1600, 500 damaged, 3 explained",
  ]);
  await inPieces(executor, pace, keeper()).evaluate(task);
  assert.deepEqual(ran, ["0 to 1600, 500 damaged, 3 explained"]);
});

test("a long one is cut where a piece's time is over, and another goes on from what was kept last", async () => {
  const place = keeper();
  const lost = slot(20, { failsAfter: 2 });
  await assert.rejects(inPieces(lost.executor, lost.pace, place).evaluate(task), { name: "CancelledError" });
  assert.equal(place.kept.tally?.images, 600);
  const next = slot(20);
  const { evaluation } = await inPieces(next.executor, next.pace, place).evaluate(task);
  assert.deepEqual(
    next.ran.map((line) => line.split(",")[0]),
    ["600 to 663", "663 to 1163", "1163 to 1600"],
  );
  assert.equal(evaluation.images, 1600);
});

test("counts of a rung below are gone on from where they are further than what was kept", async () => {
  const { executor, ran, pace } = slot(0.01);
  const place = keeper();
  place.kept.tally = { images: 300 } as unknown as EvaluationTally;
  const before = { images: 1599 } as unknown as EvaluationTally;
  await inPieces(executor, pace, place).evaluate({ ...task, before });
  place.kept.tally = { images: 1600 } as unknown as EvaluationTally; // of a task with more images than this
  await inPieces(executor, pace, place).evaluate(task);
  assert.deepEqual(
    ran.map((line) => line.split(",")[0]),
    ["1599 to 1600", "0 to 1600"],
  );
});

test("who has lost the trial stops at the end of the piece, and networks without counts run whole", async () => {
  const { executor, ran, pace } = slot(20);
  await assert.rejects(inPieces(executor, pace, keeper(false)).evaluate(task), { name: "CancelledError" });
  assert.equal(ran.length, 1);
  const network = { kind: "ann" } as unknown as EvaluationTask["network"];
  await inPieces(executor, pace, keeper()).evaluate({ ...task, network });
  assert.deepEqual(ran.slice(1), ["0 to 1600, 500 damaged, 3 explained"]);
});
