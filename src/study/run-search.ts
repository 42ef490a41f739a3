// The search loop: ask a batch, run it, tell the results, until the budget is spent.
//
// A batch is a block of trial numbers [k·batch, (k+1)·batch). It is asked when every trial of the
// blocks before it is finished and sees exactly those, so the same seed gives the same trials for
// any number of workers, after any interruption, and whether the budget was granted at once or in
// parts. `isAsync` gives that up: a new trial is asked as soon as a worker is free.

import { CancelledError } from "../base/errors.ts";
import { owner, runNextTrial, runSlots, type TrialOptions } from "./run-trial.ts";
import type { Json, TrialRecord } from "./storage.ts";
import type { StudyDesign } from "./study-design.ts";
import type { StudyPorts } from "./study-ports.ts";

export interface SearchOptions extends TrialOptions {
  /** Trials that can run at the same time. */
  readonly slots: number;
  readonly budgetTrials: number;
  readonly batch: number;
  readonly isAsync: boolean;
  /** Designs for these trial numbers, seeing this history. Pure: asked twice, the same. */
  readonly ask: (numbers: readonly number[], history: readonly TrialRecord[]) => readonly StudyDesign[];
  readonly onTrial: (trials: readonly TrialRecord[]) => void;
}

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
  await runSlots(options.slots, async () => {
    while (!ports.signal.aborted && (await runNextTrial(ports, options))) {
      options.onTrial(await ports.storage.listTrials(options.key));
      if (options.isAsync) await askOne(ports, options);
    }
  });
}

/** @throws {CancelledError} when the signal is aborted */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new CancelledError("the study");
}
