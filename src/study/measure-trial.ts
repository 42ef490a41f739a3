// A trial measured, given nothing but what the study keeps: any process that has its data and networks can do it.

import type { Evaluation } from "../pipeline/evaluation.ts";
import type { Executor } from "../pipeline/evaluation-task.ts";
import type { DesignValues } from "../space/space.ts";
import { readJobs } from "./halving/halving-jobs.ts";
import { ladderOf } from "./halving/ladder.ts";
import { type MeasurePorts, measureRung } from "./halving/measure-rung.ts";
import type { TrialRecord } from "./storage.ts";
import type { StudyJudge } from "./study-judge.ts";

export interface TrialMeasure {
  readonly executor: Executor;
  readonly judge: StudyJudge;
}

/** Under successive halving on the highest rung that was decided for it, else on all images. */
export async function measureTrial(
  ports: MeasurePorts,
  { executor, judge }: TrialMeasure,
  trial: TrialRecord,
): Promise<Evaluation> {
  const ladder = ladderOf(judge.settings);
  if (ladder === null) return measureWhole(ports, { executor, judge }, trial);
  const key = judge.settings.name;
  const decided = (await readJobs(ports.storage, key)).filter((job) => job.trial === trial.number);
  const rung = Math.max(0, ...decided.map((job) => job.rung));
  return measureRung(ports, { key, ladder, judge, executor }, trial, rung);
}

/** On all images. */
export async function measureWhole(
  { blobs }: Pick<MeasurePorts, "blobs">,
  { executor, judge }: TrialMeasure,
  { number, design }: TrialRecord,
): Promise<Evaluation> {
  const task = judge.taskOf(number, design as DesignValues);
  const { evaluation, file } = await executor.evaluate(task);
  await blobs.put(file);
  return evaluation;
}
