// A list of evaluations, each kept under a name as it finishes, so that an interrupted stage
// continues where it stopped. Looking at the test split is recorded before it happens.

import type { Evaluation } from "../pipeline/evaluation.ts";
import type { EvaluationTask, Executor } from "../pipeline/evaluation-task.ts";
import { throwIfAborted } from "./run-search.ts";
import type { Json } from "./storage.ts";
import type { StudyPhase, StudyPorts } from "./study-ports.ts";

export interface NamedTask {
  /** Unique in the study, e.g. `final/p3`. */
  readonly name: string;
  readonly task: EvaluationTask;
}

/**
 * Run all tasks, `executor.slots` at a time.
 *
 * @returns evaluations in the order of the tasks
 * @throws {CancelledError} when the study is stopped; what has finished is kept
 */
export async function runEvaluations(
  ports: Pick<StudyPorts, "storage" | "blobs" | "signal" | "onProgress">,
  executor: Executor,
  key: string,
  phase: StudyPhase,
  tasks: readonly NamedTask[],
): Promise<readonly Evaluation[]> {
  const evaluations: Evaluation[] = new Array(tasks.length);
  let done = 0;
  let next = 0;
  const report = (): void => ports.onProgress({ phase, done, total: tasks.length, best: "" });
  report();
  const runSlot = async (): Promise<void> => {
    while (next < tasks.length) {
      throwIfAborted(ports.signal);
      const index = next++;
      evaluations[index] = await runOne(ports, executor, key, tasks[index]);
      done++;
      report();
    }
  };
  const slots = await Promise.allSettled(Array.from({ length: executor.slots }, runSlot));
  for (const slot of slots) if (slot.status === "rejected") throw slot.reason;
  return evaluations;
}

async function runOne(
  { storage, blobs }: Pick<StudyPorts, "storage" | "blobs">,
  executor: Executor,
  key: string,
  { name, task }: NamedTask,
): Promise<Evaluation> {
  const asked = JSON.stringify(task);
  const kept = (await storage.getDocument(key, name)) as { task: string; evaluation: Evaluation } | undefined;
  if (kept !== undefined && kept.task === asked) return kept.evaluation;
  if (task.split === "test") await storage.recordTestUse(key, name, task.images);
  const { evaluation, file } = await executor.evaluate(task);
  await blobs.put(file);
  await storage.putDocument(key, name, { task: asked, evaluation } as unknown as Json);
  return evaluation;
}
