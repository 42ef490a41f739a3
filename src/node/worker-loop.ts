// A worker: takes trials and tasks from the queue, does them, tells what came of them, until it is told to stop. It keeps
// nothing: whatever becomes of it, another goes on.
//
//   done                           the result, a trial's figures and documents with it, in one transaction
//   cannot be done                 it has failed, as it would have on one machine
//   memory, or a fault of ours     back to the queue, a little later; in the end a dead letter
//   under way for long             what was counted so far, whence another goes on (evaluate-in-pieces.ts)
//   no longer ours                 it is given up: another has it
//   the worker ends                first nothing new, after `drainMs` what runs goes back to the queue

import { isExpected, ResourceError } from "../base/errors.ts";
import type { EvaluationTally } from "../pipeline/evaluation-tally.ts";
import { keepTrained } from "../study/keep-trained.ts";
import { measureTrial } from "../study/measure-trial.ts";
import type { DocumentStore, Json } from "../study/storage.ts";
import type { BlobStore } from "../study/study-ports.ts";
import { trialFigures } from "../study/trial-figures.ts";
import { EvaluationPace, inPieces, type TallyKeeper } from "./evaluate-in-pieces.ts";
import { evaluateShard } from "./evaluate-shard.ts";
import { isDatabaseError } from "./postgres-errors.ts";
import type { PostgresStorage } from "./postgres-storage.ts";
import type { Shard } from "./shard.ts";
import type { ShardBench, ShardBenches } from "./shard-bench.ts";
import { requireRelease } from "./shard-release.ts";
import type { WorkerBench, WorkerBenches } from "./worker-bench.ts";
import { leaseMsOf, type Taken, type TakenTrial, type WorkerClaims } from "./worker-claims.ts";

type WorkEnd = "complete" | "failed" | "retried" | "given back" | "lost";

/** What became of a trial that a worker took. Lost: another has it now. */
export interface WorkedTrial {
  readonly study: string;
  readonly trial: number;
  readonly attempt: number;
  readonly end: WorkEnd;
  /** Why it failed or is to be tried again, else "". */
  readonly error: string;
}

/** The same of a task. */
export interface WorkedTask {
  readonly kind: string;
  /** SHA-256 of what was asked. */
  readonly task: string;
  readonly attempt: number;
  readonly end: WorkEnd;
  readonly error: string;
}

export interface WorkerOptions {
  readonly storage: PostgresStorage;
  readonly blobs: BlobStore;
  readonly claims: WorkerClaims;
  readonly benches: Pick<WorkerBenches, "open">;
  readonly shards: Pick<ShardBenches, "open">;
  /** Queues, the most wanted first. */
  readonly queues: readonly string[];
  /** Trials and tasks at a time, one thread each. */
  readonly slots: number;
  /** Without work for so long the worker ends; Infinity: never. */
  readonly idleMs: number;
  readonly drainMs: number;
  readonly signal: AbortSignal;
  readonly onTrial: (trial: WorkedTrial) => void;
  readonly onTask?: (task: WorkedTask) => void;
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

/** So much of a trial is lost with a worker at most, or one image. */
const pieceMs = 15_000;

class Slot {
  readonly #options: WorkerOptions;
  readonly #pace = new EvaluationPace(pieceMs);
  /** That of the last work: for a study, or for shards. */
  #bench:
    | { readonly study: string; readonly bench: WorkerBench }
    | { readonly study: null; readonly bench: ShardBench }
    | null = null;

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const { claims, queues, signal, idleMs } = this.#options;
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
        const { end, error } = await this.#work(taken);
        this.#tell(taken, end, error);
        lastMs = performance.now();
      }
    } finally {
      await this.#drop();
    }
  }

  #tell(taken: Taken, end: WorkEnd, error: string): void {
    const { onTrial, onTask } = this.#options;
    if ("task" in taken) {
      const { key, asked, attempt } = taken.task;
      onTask?.({ kind: asked.kind, task: key, attempt, end, error });
    } else {
      const { job, trial } = taken;
      onTrial({ study: job.key, trial: trial.number, attempt: trial.attempt, end, error });
    }
  }

  async #work(taken: Taken): Promise<{ readonly end: WorkEnd; readonly error: string }> {
    const { claims, signal, drainMs } = this.#options;
    const ends = (end: WorkEnd, error = "") => ({ end, error });
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
      const { isTold, problem } = await this.#do(taken);
      if (problem === null) return ends(isTold ? "complete" : "lost");
      const { name, message } = problem;
      if (name === "CancelledError") {
        await this.#drop();
        if (isLost) return ends("lost");
        return ends((await claims.giveBack(taken)) ? "given back" : "lost");
      }
      if (isExpected(problem) && name !== "ResourceError")
        return ends((await claims.fail(taken, problem)) ? "failed" : "lost", message);
      await this.#drop(); // a thread that has died takes its bench along
      await claims.retry(taken, problem);
      return ends("retried", message);
    } catch (error) {
      await claims.giveBack(taken).catch(() => {}); // where the database is gone, silence tells the same
      throw error;
    } finally {
      clearTimeout(drain);
      signal.removeEventListener("abort", onAbort);
      pulse.stop();
      if (isLost) await this.#drop(); // cancelled, however the work has ended
    }
  }

  async #do(taken: Taken): Promise<Done> {
    const { claims } = this.#options;
    if (!("task" in taken)) {
      const bench = await this.#benchOf(taken.job.key);
      const { measured, problem } = await measure(this.#options, bench, taken, this.#pace);
      return problem === null ? { isTold: await claims.complete(taken, measured), problem } : { problem };
    }
    let result: Json;
    try {
      result = await this.#doTask(taken.task.asked as unknown as Shard);
    } catch (error) {
      if (isDatabaseError(error)) throw error;
      return { problem: error instanceof Error ? error : new Error(String(error)) };
    }
    return { isTold: await claims.completeTask(taken, result), problem: null };
  }

  async #doTask(shard: Shard): Promise<Json> {
    requireRelease(shard);
    if (shard.kind === "evaluation")
      return evaluateShard(this.#options, await this.#benchOf(shard.study), shard);
    const bench = await this.#shardBench();
    try {
      return await bench.run(shard);
    } catch (error) {
      // The thread's death says nothing about the shard.
      throw bench.isBroken() ? new ResourceError((error as Error).message) : error;
    }
  }

  async #benchOf(study: string): Promise<WorkerBench> {
    if (this.#bench !== null && this.#bench.study === study) return this.#bench.bench;
    await this.#drop();
    const bench = await this.#options.benches.open(study);
    this.#bench = { study, bench };
    return bench;
  }

  async #shardBench(): Promise<ShardBench> {
    if (this.#bench !== null && this.#bench.study === null) return this.#bench.bench;
    await this.#drop();
    const bench = this.#options.shards.open();
    this.#bench = { study: null, bench };
    return bench;
  }

  async #drop(): Promise<void> {
    const old = this.#bench;
    this.#bench = null;
    await old?.bench.close();
  }
}

/** `isTold`: whether the result was accepted. */
type Done =
  | { readonly isTold: boolean; readonly problem: null }
  | { readonly isTold?: never; readonly problem: Error };

type Measured =
  | { readonly measured: Parameters<WorkerClaims["complete"]>[1]; readonly problem: null }
  | { readonly measured: null; readonly problem: Error };

/** @throws what the database says; what the trial itself does wrong is returned */
async function measure(
  { storage, blobs, claims }: WorkerOptions,
  { study: { judge }, executor }: WorkerBench,
  taken: TakenTrial,
  pace: EvaluationPace,
): Promise<Measured> {
  const { job, trial } = taken;
  const documents = new Map<string, Json>();
  let isPartKept = false;
  const keeper: TallyKeeper = {
    read: async () => {
      const part = (await claims.readPart(taken)) as unknown as EvaluationTally | null;
      isPartKept = part !== null;
      return part;
    },
    keep: (tally) => {
      isPartKept = true;
      return claims.keepPart(taken, tally as unknown as Json);
    },
  };
  try {
    const ports = { storage: holdingBack(storage, documents), blobs };
    const keeping = keepTrained(executor, { storage, blobs }, job.key);
    const goingOn = inPieces(keeping, pace, keeper);
    const evaluation = await measureTrial(ports, { executor: goingOn, judge }, trial);
    const figures = trialFigures(judge, evaluation);
    const result = evaluation as unknown as Json;
    return { measured: { result, figures, documents, isPartKept }, problem: null };
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

/** Tell again and again that something is being worked on. */
function startPulse(claims: WorkerClaims, taken: Taken, onLost: () => void): { readonly stop: () => void } {
  let isTelling = false;
  let isOver = false; // a sign of life on its way finds the work ended, not lost
  const timer = setInterval(async () => {
    if (isTelling) return;
    isTelling = true;
    try {
      if (!(await claims.beat(taken)) && !isOver) {
        clearInterval(timer);
        onLost();
      }
    } catch {
      // The database does not answer: the queue will take the trial back, and say so later.
    } finally {
      isTelling = false;
    }
  }, leaseMsOf(taken.job) / 4);
  const stop = (): void => {
    isOver = true;
    clearInterval(timer);
  };
  return { stop };
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
