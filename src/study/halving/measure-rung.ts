// A trial measured on the images of one rung, going on from where the rung below stopped.

import type { Evaluation } from "../../pipeline/evaluation.ts";
import type { EvaluationTask, Executor } from "../../pipeline/evaluation-task.ts";
import type { DesignValues } from "../../space/space.ts";
import type { DocumentStore, TrialRecord } from "../storage.ts";
import type { StudyJudge } from "../study-judge.ts";
import type { BlobStore } from "../study-ports.ts";
import { keepRungs, readRungs } from "./kept-rungs.ts";
import type { Ladder } from "./ladder.ts";

/** What a measurement reads and keeps besides its result. */
export interface MeasurePorts {
  readonly storage: DocumentStore;
  readonly blobs: BlobStore;
}

export interface RungOptions {
  /** Of the study. */
  readonly key: string;
  readonly ladder: Ladder;
  readonly judge: StudyJudge;
  readonly executor: Executor;
}

/** @throws {CancelledError} when cancelled in the middle; the rungs below are kept */
export async function measureRung(
  { storage, blobs }: MeasurePorts,
  { key, judge, ladder, executor }: RungOptions,
  { number, design }: TrialRecord,
  rung: number,
): Promise<Evaluation> {
  const { evaluations, tally } = await readRungs(storage, key, number);
  // Kept just before the process was killed, and never told.
  if (evaluations.length > rung) return evaluations[rung];
  const whole = judge.taskOf(number, design as DesignValues);
  const isLast = rung === ladder.images.length - 1;
  const task: EvaluationTask = {
    ...onImages(whole, ladder.images[rung]),
    ...(tally !== null && { before: tally }),
    ...(!isLast && { keepsTally: true }),
  };
  const outcome = await executor.evaluate(task);
  await blobs.put(outcome.file);
  await keepRungs(storage, key, number, {
    evaluations: [...evaluations, outcome.evaluation],
    tally: outcome.tally ?? null,
  });
  return outcome.evaluation;
}

/** The task on the first so many of its images, damage included. */
export function onImages(task: EvaluationTask, images: number): EvaluationTask {
  return {
    ...task,
    images,
    faults: task.faults.map((plan) => ({ ...plan, images: Math.min(plan.images, images) })),
    ...(task.noise && { noise: { ...task.noise, images: Math.min(task.noise.images, images) } }),
  };
}
