// A worker: takes trials from the queue, measures them, tells what came of them, until it is told to stop. It keeps
// nothing: whatever becomes of it, another goes on.
//
//   measured                       the result, its figures and its documents, in one transaction
//   cannot be measured             the trial has failed, as it would have on one machine
//   memory, or a fault of ours     back to the queue, a little later; in the end a dead letter
//   no longer ours                 it is given up: another has it
//   the worker ends                first no new trials, after `drainMs` those that run go back to the queue

import { isExpected } from "../base/errors.ts";
import { keepTrained } from "../study/keep-trained.ts";
import { measureTrial } from "../study/measure-trial.ts";
import type { DocumentStore, Json } from "../study/storage.ts";
import type { BlobStore } from "../study/study-ports.ts";
import { trialFigures } from "../study/trial-figures.ts";
import { isDatabaseError } from "./postgres-errors.ts";
import type { PostgresStorage } from "./postgres-storage.ts";
import type { WorkerBench, WorkerBenches } from "./worker-bench.ts";
import type { TakenTrial, WorkerClaims } from "./worker-claims.ts";

/** What became of a trial that a worker took. Lost: another has it now. */
export interface WorkedTrial {
  readonly study: string;
  readonly trial: number;
  readonly attempt: number;
  readonly end: "complete" | "failed" | "retried" | "given back" | "lost";
  /** Why it failed or is to be tried again, else "". */
  readonly error: string;
}

export interface WorkerOptions {
  readonly storage: PostgresStorage;
  readonly blobs: BlobStore;
  readonly claims: WorkerClaims;
  readonly benches: Pick<WorkerBenches, "open">;
  /** Queues, the most wanted first. */
  readonly queues: readonly string[];
  /** Trials at a time, one thread each. */
  readonly slots: number;
  /** Without a trial for so long the worker ends; Infinity: never. */
  readonly idleMs: number;
  readonly drainMs: number;
  readonly signal: AbortSignal;
  readonly onTrial: (trial: WorkedTrial) => void;
}

const shortestPauseMs = 20;
const longestPauseMs = 5_000;

/**
 * Work until the signal is aborted, or nothing comes any more.
 *
 * @throws {StateError} when the database no longer answers, or a study's data cannot be had
 */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const slots = Array.from({ length: options.slots }, () => new Slot({ ...options, signal }));
  const ended = await Promise.allSettled(
    slots.map((slot) =>
      slot.run().catch((error: unknown) => {
        stop.abort(); // what stops one would stop the others; they end what they have
        throw error;
      }),
    ),
  );
  for (const slot of ended) if (slot.status === "rejected") throw slot.reason;
}

class Slot {
  readonly #options: WorkerOptions;
  #bench: { readonly key: string; readonly bench: WorkerBench } | null = null;

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const { claims, queues, signal, idleMs, onTrial } = this.#options;
    let lastMs = performance.now();
    try {
      while (!signal.aborted) {
        const taken = await claims.take(queues);
        if (taken === null) {
          const quietMs = performance.now() - lastMs;
          if (quietMs > idleMs) return;
          await pause(Math.min(longestPauseMs, Math.max(shortestPauseMs, quietMs / 10)), signal);
          continue;
        }
        onTrial(await this.#work(taken));
        lastMs = performance.now();
      }
    } finally {
      await this.#drop();
    }
  }

  async #work(taken: TakenTrial): Promise<WorkedTrial> {
    const { claims, signal, drainMs } = this.#options;
    const {
      job: { key },
      trial: { number, attempt },
    } = taken;
    const ends = (end: WorkedTrial["end"], error = ""): WorkedTrial => ({
      study: key,
      trial: number,
      attempt,
      end,
      error,
    });
    let isLost = false;
    const pulse = startPulse(claims, taken, () => {
      isLost = true;
      this.#bench?.bench.cancel();
    });
    let drain: NodeJS.Timeout | undefined;
    const onAbort = (): void => {
      drain = setTimeout(() => this.#bench?.bench.cancel(), drainMs);
    };
    signal.addEventListener("abort", onAbort);
    try {
      const bench = await this.#benchOf(key);
      const { measured, problem } = await measure(this.#options, bench, taken);
      if (measured !== null) return ends((await claims.complete(taken, measured)) ? "complete" : "lost");
      const { name, message } = problem;
      if (name === "CancelledError") {
        await this.#drop();
        if (isLost) return ends("lost");
        await claims.giveBack(taken);
        return ends("given back");
      }
      if (isExpected(problem) && name !== "ResourceError")
        return ends((await claims.fail(taken, message)) ? "failed" : "lost", message);
      await this.#drop(); // a thread that has died takes its bench along
      await claims.retry(taken, message);
      return ends("retried", message);
    } catch (error) {
      await claims.giveBack(taken).catch(() => {}); // where the database is gone, silence tells the same
      throw error;
    } finally {
      clearTimeout(drain);
      signal.removeEventListener("abort", onAbort);
      pulse.stop();
    }
  }

  async #benchOf(key: string): Promise<WorkerBench> {
    if (this.#bench?.key === key) return this.#bench.bench;
    await this.#drop();
    const bench = await this.#options.benches.open(key);
    this.#bench = { key, bench };
    return bench;
  }

  async #drop(): Promise<void> {
    const old = this.#bench;
    this.#bench = null;
    await old?.bench.close();
  }
}

type Measured =
  | { readonly measured: Parameters<WorkerClaims["complete"]>[1]; readonly problem: null }
  | { readonly measured: null; readonly problem: Error };

/** @throws what the database says; what the trial itself does wrong is returned */
async function measure(
  { storage, blobs }: WorkerOptions,
  { study: { judge }, executor }: WorkerBench,
  { job, trial }: TakenTrial,
): Promise<Measured> {
  const documents = new Map<string, Json>();
  try {
    const ports = { storage: holdingBack(storage, documents), blobs };
    const keeping = keepTrained(executor, { storage, blobs }, job.key);
    const evaluation = await measureTrial(ports, { executor: keeping, judge }, trial);
    const figures = trialFigures(judge, evaluation);
    return { measured: { result: evaluation as unknown as Json, figures, documents }, problem: null };
  } catch (error) {
    if (isDatabaseError(error)) throw error;
    return { measured: null, problem: error instanceof Error ? error : new Error(String(error)) };
  }
}

/** What is put is kept back until the result is accepted, for a worker that is late must not write. */
function holdingBack(storage: DocumentStore, documents: Map<string, Json>): DocumentStore {
  return {
    getDocument: (key, name) => storage.getDocument(key, name),
    putDocument: async (_, name, value) => void documents.set(name, value),
  };
}

/** Tell again and again that a trial is being worked on. */
function startPulse(
  claims: WorkerClaims,
  taken: TakenTrial,
  onLost: () => void,
): { readonly stop: () => void } {
  let isTelling = false;
  const timer = setInterval(async () => {
    if (isTelling) return;
    isTelling = true;
    try {
      if (!(await claims.beat(taken))) {
        clearInterval(timer);
        onLost();
      }
    } catch {
      // The database does not answer: the queue will take the trial back, and say so later.
    } finally {
      isTelling = false;
    }
  }, claims.leaseMs / 4);
  return { stop: () => clearInterval(timer) };
}

/** Ends early when the signal is aborted. */
async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, durationMs);
    signal.addEventListener("abort", end);
  });
}
