// The search loop: ask a batch, run it, tell the results, until the budget is spent.
//
// A batch is a block of trial numbers [k·batch, (k+1)·batch). It is asked when every trial of the
// blocks before it is finished and sees exactly those, so the same seed gives the same trials for
// any number of workers, after any interruption, and whether the budget was granted at once or in
// parts. `isAsync` gives that up: a new trial is asked as soon as a worker is free, with those under way in mind.

import { CancelledError } from "../base/errors.ts";
import type { DesignValues } from "../space/space.ts";
import { nextTrial, owner, runSlots, type TrialOptions } from "./run-trial.ts";
import type { Json, TrialRecord } from "./storage.ts";
import type { StudyPorts } from "./study-ports.ts";

export interface SearchOptions extends TrialOptions {
  /** Trials that can run at the same time. */
  readonly slots: number;
  readonly budgetTrials: number;
  readonly batch: number;
  readonly isAsync: boolean;
  /** Designs for these trial numbers, seeing this history and the trials under way. Pure: asked twice, the same. */
  readonly ask: (
    numbers: readonly number[],
    history: readonly TrialRecord[],
    pending: readonly TrialRecord[],
  ) => readonly DesignValues[];
  /** Whether to end before the budget is spent: asked before `ask`, with the history that would see. */
  readonly isOver: (history: readonly TrialRecord[]) => Promise<boolean>;
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
    if (trials.some(isOpen)) {
      await runOpenTrials(ports, options);
    } else if (trials.length >= options.budgetTrials || !(await askBlock(ports, options, trials))) {
      return;
    }
  }
}

/** @returns false when the search is over */
async function askBlock(
  { storage }: StudyPorts,
  options: SearchOptions,
  trials: readonly TrialRecord[],
): Promise<boolean> {
  const { key, batch, budgetTrials, ask, isOver } = options;
  const start = Math.floor(trials.length / batch) * batch;
  const numbers = Array.from({ length: batch }, (_, i) => start + i);
  const history = trials.filter(({ number }) => number < start);
  if (await isOver(history)) return false;
  const designs = ask(numbers, history, []);
  const asked = numbers
    .map((number, i) => ({ number, design: designs[i] as unknown as Json }))
    .filter(({ number }) => number >= trials.length && number < budgetTrials);
  await storage.addTrials(key, asked);
  await storage.appendEvent(key, "trials-asked", { trials: asked.map(({ number }) => number) });
  return true;
}

/** Ask one trial more, from whatever is finished: the asynchronous mode. @returns false when the search is over */
async function askOne({ storage }: StudyPorts, options: SearchOptions): Promise<boolean> {
  const { key, budgetTrials, ask, isOver } = options;
  const trials = await storage.listTrials(key);
  const number = trials.length;
  if (number >= budgetTrials) return false;
  const finished = trials.filter((trial) => !isOpen(trial));
  if (await isOver(finished)) return false;
  const [design] = ask([number], finished, trials.filter(isOpen));
  await storage.addTrials(key, [{ number, design: design as unknown as Json }]);
  await storage.appendEvent(key, "trials-asked", { trials: [number] });
  return true;
}

async function runOpenTrials(ports: StudyPorts, options: SearchOptions): Promise<void> {
  // One asks at a time, or two would ask for the same number.
  let asking: Promise<boolean> = Promise.resolve(true);
  const askNext = (): Promise<boolean> => {
    asking = asking.then(() => askOne(ports, options));
    return asking;
  };
  await runSlots(options.slots, async () => {
    while (!ports.signal.aborted) {
      if (await nextTrial(ports, options)) options.onTrial(await ports.storage.listTrials(options.key));
      else if (!options.isAsync || !(await askNext())) return;
    }
  });
}

function isOpen({ state }: TrialRecord): boolean {
  return state === "waiting" || state === "running";
}

/** @throws {CancelledError} when the signal is aborted */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new CancelledError("the study");
}
