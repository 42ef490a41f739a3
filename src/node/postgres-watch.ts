// The trials of a study as an explorer waits for them while workers run them. It asks the store again and again, sooner
// after something has happened; and it keeps the queue right: trials that were given up fail, those without a job get
// one.

import type { Evaluation } from "../pipeline/evaluation.ts";
import type { RemoteTrials } from "../study/study-ports.ts";
import type { TrialEnd } from "../study/trial-end.ts";
import type { QueuedStorage } from "./postgres-queued-storage.ts";
import { all } from "./sql-steps.ts";
import { readTrialsOf } from "./sql-trials.ts";

interface Awaited {
  readonly resolve: (end: TrialEnd) => void;
  readonly reject: (error: unknown) => void;
}

const shortestPauseMs = 20;
const longestPauseMs = 1_000;
/** Between looks at the queue. */
const careMs = 5_000;

export class WatchedTrials implements RemoteTrials {
  readonly slots: number;
  readonly #storage: QueuedStorage;
  readonly #signal: AbortSignal;
  readonly #awaited = new Map<number, Awaited>();
  #picking: Promise<unknown> = Promise.resolve();
  #isWatching = false;
  #lastEnd = performance.now();
  #lastCare = Number.NEGATIVE_INFINITY;

  /** @param signal - aborted: nothing is waited for any more; workers go on with what they have */
  constructor(storage: QueuedStorage, slots: number, signal: AbortSignal) {
    this.#storage = storage;
    this.slots = slots;
    this.#signal = signal;
  }

  async next(key: string): Promise<TrialEnd | null> {
    // One picks at a time, or two would wait for the same.
    const picked = this.#picking.then(() => this.#pick(key));
    this.#picking = picked.catch(() => {});
    return (await picked)?.ended ?? null;
  }

  async #pick(key: string): Promise<{ readonly ended: Promise<TrialEnd> } | null> {
    const sql =
      "SELECT number FROM trial WHERE study_key = ? AND state IN ('waiting', 'running') ORDER BY number";
    const open = await this.#storage.database.perform(() => all(sql, key));
    const number = open.map((row) => Number(row["number"])).find((one) => !this.#awaited.has(one));
    if (number === undefined) return null;
    const ended = new Promise<TrialEnd>((resolve, reject) => {
      this.#awaited.set(number, { resolve, reject });
    });
    ended.catch(() => {}); // told to whoever waits, who may not do so yet
    if (!this.#isWatching) void this.#watch(key);
    return { ended };
  }

  async #watch(key: string): Promise<void> {
    this.#isWatching = true;
    try {
      while (this.#awaited.size > 0 && !this.#signal.aborted) {
        if (!(await this.#look(key))) await this.#pause();
        if (performance.now() - this.#lastCare > careMs) await this.#care(key);
      }
      for (const [trial, { resolve }] of this.#awaited)
        resolve({ trial, state: "released", evaluation: null });
    } catch (error) {
      for (const { reject } of this.#awaited.values()) reject(error);
    } finally {
      this.#awaited.clear();
      this.#isWatching = false;
    }
  }

  /** @returns whether a trial has ended */
  async #look(key: string): Promise<boolean> {
    const numbers = [...this.#awaited.keys()];
    const places = numbers.map(() => "?").join(", ");
    const sql = `SELECT number FROM trial
      WHERE study_key = ? AND state IN ('complete', 'failed') AND number IN (${places})`;
    const ended = await this.#storage.database.perform(() => all(sql, key, ...numbers));
    if (ended.length === 0) return false;
    const endedNumbers = ended.map(({ number }) => Number(number));
    for (const trial of await this.#storage.database.perform(() => readTrialsOf(key, endedNumbers))) {
      const { number, state, result } = trial;
      if (state !== "complete" && state !== "failed") continue;
      const evaluation = state === "complete" ? (result as unknown as Evaluation) : null;
      this.#awaited.get(number)?.resolve({ trial: number, state, evaluation });
      this.#awaited.delete(number);
    }
    this.#lastEnd = performance.now();
    return true;
  }

  async #care(key: string): Promise<void> {
    while (await this.#storage.failDead());
    await this.#storage.enqueueWaiting(key);
    this.#lastCare = performance.now();
  }

  async #pause(): Promise<void> {
    const quietMs = performance.now() - this.#lastEnd;
    const pauseMs = Math.min(longestPauseMs, Math.max(shortestPauseMs, quietMs / 10));
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, pauseMs);
      this.#signal.addEventListener("abort", end);
    });
  }
}
