// One trial claimed, measured and told: its result is accepted once, whatever becomes of this process.

import type { Evaluation } from "../pipeline/evaluation.ts";
import type { Json, TrialFigures, TrialRecord } from "./storage.ts";
import type { StudyPorts } from "./study-ports.ts";
import type { TrialEnd } from "./trial-end.ts";

export interface TrialOptions {
  /** Of the study. */
  readonly key: string;
  /** @throws {CancelledError} when cancelled in the middle */
  readonly measure: (trial: TrialRecord) => Promise<Evaluation>;
  /** What is kept of an evaluation beside it. */
  readonly figuresOf: (evaluation: Evaluation) => TrialFigures;
}

/** Owner of all claims of this engine: one explorer at a time holds the study's folder. */
export const owner = "explore";
const leaseMs = 60_000;

/**
 * Claim the next waiting trial and run it. What is cancelled goes back to waiting; what cannot be measured has failed.
 *
 * @returns null when there was none
 */
export async function runNextTrial(
  { storage }: Pick<StudyPorts, "storage">,
  { key, measure, figuresOf }: TrialOptions,
): Promise<TrialEnd | null> {
  const trial = await storage.claimTrial(key, owner, leaseMs);
  if (trial === null) return null;
  const { number, attempt } = trial;
  const heart = setInterval(() => void storage.heartbeat(key, number, attempt, leaseMs), leaseMs / 4);
  try {
    const evaluation = await measure(trial);
    const result = evaluation as unknown as Json;
    if (await storage.completeTrial(key, number, attempt, result, figuresOf(evaluation)))
      await storage.appendEvent(key, "trial-complete", { trial: number });
    return { trial: number, state: "complete", evaluation };
  } catch (error) {
    if (error instanceof Error && error.name === "CancelledError") {
      await storage.releaseTrial(key, number, attempt);
      return { trial: number, state: "released", evaluation: null };
    }
    const message = error instanceof Error ? error.message : String(error);
    await storage.failTrial(key, number, attempt, message);
    await storage.appendEvent(key, "trial-failed", { trial: number, error: message });
    return { trial: number, state: "failed", evaluation: null };
  } finally {
    clearInterval(heart);
  }
}

/** The next trial that ends: run by others where there are some, else claimed and run here. */
export function nextTrial(
  ports: Pick<StudyPorts, "storage" | "remote">,
  options: TrialOptions,
): Promise<TrialEnd | null> {
  return ports.remote?.next(options.key) ?? runNextTrial(ports, options);
}

/** Run so many things at once until all have ended. @throws the first error, after all have ended */
export async function runSlots(slots: number, run: () => Promise<void>): Promise<void> {
  const ended = await Promise.allSettled(Array.from({ length: slots }, run));
  for (const slot of ended) if (slot.status === "rejected") throw slot.reason;
}
