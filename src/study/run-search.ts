// The search loop: ask a batch, run it, tell the results, until the budget is spent.
//
// A batch is a block of trial numbers [k·batch, (k+1)·batch). It is asked when every trial of the
// blocks before it is finished and sees exactly those, so the same seed gives the same trials for
// any number of workers, after any interruption, and whether the budget was granted at once or in
// parts. `isAsync` gives that up: a new trial is asked as soon as a worker is free.

import { CancelledError } from "../base/errors.ts";
import type { Evaluation } from "../pipeline/evaluation.ts";
import type { EvaluationTask, Executor } from "../pipeline/evaluation-task.ts";
import type { Json, TrialFigures, TrialRecord } from "./storage.ts";
import type { StudyDesign } from "./study-design.ts";
import type { StudyPorts } from "./study-ports.ts";

export interface SearchOptions {
  readonly executor: Executor;
  readonly key: string;
  readonly budgetTrials: number;
  readonly batch: number;
  readonly isAsync: boolean;
  /** Designs for these trial numbers, seeing this history. Pure: asked twice, the same. */
  readonly ask: (numbers: readonly number[], history: readonly TrialRecord[]) => readonly StudyDesign[];
  readonly taskOf: (trial: number, design: StudyDesign) => EvaluationTask;
  /** What is kept of an evaluation beside it. */
  readonly figuresOf: (evaluation: Evaluation) => TrialFigures;
  readonly onTrial: (trials: readonly TrialRecord[]) => void;
}

/** Owner of all claims of this engine: one explorer at a time holds the study's folder. */
const owner = "explore";
const leaseMs = 60_000;

/**
 * Run the search to the end of its budget, or until the signal is aborted. Interrupted trials go
 * back to waiting and run again with the same streams.
 */
export async function runSearch(ports: StudyPorts, options: SearchOptions): Promise<void> {
  const { storage, signal } = ports;
  await storage.releaseOwner(options.key, owner);
  while (!signal.aborted) {
    const trials = await storage.listTrials(options.key);
    const hasOpen = trials.some(({ state }) => state === "waiting" || state === "running");
    if (hasOpen) {
      await runOpenTrials(ports, options);
    } else if (trials.length < options.budgetTrials) {
      await askBlock(ports, options, trials);
    } else {
      return;
    }
  }
}

async function askBlock(
  { storage }: StudyPorts,
  options: SearchOptions,
  trials: readonly TrialRecord[],
): Promise<void> {
  const { key, batch, budgetTrials, ask } = options;
  const start = Math.floor(trials.length / batch) * batch;
  const numbers = Array.from({ length: batch }, (_, i) => start + i);
  const designs = ask(
    numbers,
    trials.filter(({ number }) => number < start),
  );
  const asked = numbers
    .map((number, i) => ({ number, design: designs[i] as unknown as Json }))
    .filter(({ number }) => number >= trials.length && number < budgetTrials);
  await storage.addTrials(key, asked);
}

/** Ask one trial more, from whatever is finished: the asynchronous mode. */
async function askOne({ storage }: StudyPorts, options: SearchOptions): Promise<void> {
  const trials = await storage.listTrials(options.key);
  if (trials.length >= options.budgetTrials) return;
  const finished = trials.filter(({ state }) => state === "complete" || state === "failed");
  const [design] = options.ask([trials.length], finished);
  await storage.addTrials(options.key, [{ number: trials.length, design: design as unknown as Json }]);
}

async function runOpenTrials(ports: StudyPorts, options: SearchOptions): Promise<void> {
  const runSlot = async (): Promise<void> => {
    while (!ports.signal.aborted) {
      const trial = await ports.storage.claimTrial(options.key, owner, leaseMs);
      if (trial === null) return;
      await runTrial(ports, options, trial);
      options.onTrial(await ports.storage.listTrials(options.key));
      if (options.isAsync) await askOne(ports, options);
    }
  };
  const slots = await Promise.allSettled(Array.from({ length: options.executor.slots }, runSlot));
  for (const slot of slots) if (slot.status === "rejected") throw slot.reason;
}

async function runTrial(
  { storage, blobs }: StudyPorts,
  options: SearchOptions,
  trial: TrialRecord,
): Promise<void> {
  const { key, executor } = options;
  const { number, attempt } = trial;
  const heart = setInterval(() => void storage.heartbeat(key, number, attempt, leaseMs), leaseMs / 4);
  try {
    const { evaluation, file } = await executor.evaluate(
      options.taskOf(number, trial.design as unknown as StudyDesign),
    );
    await blobs.put(file);
    const result = evaluation as unknown as Json;
    await storage.completeTrial(key, number, attempt, result, options.figuresOf(evaluation));
  } catch (error) {
    if (error instanceof Error && error.name === "CancelledError") {
      await storage.releaseTrial(key, number, attempt);
      return;
    }
    const message = error instanceof Error ? error.message : String(error);
    await storage.failTrial(key, number, attempt, message);
    await storage.appendEvent(key, "trial-failed", { trial: number, error: message });
  } finally {
    clearInterval(heart);
  }
}

/** @throws {CancelledError} when the signal is aborted */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new CancelledError("the study");
}
