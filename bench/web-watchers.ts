// Those who watch a study: how long a server takes to tell all of them the whole study, and then that a trial has
// finished; and the memory it takes. The server is the command line's, in a process of its own.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { StudyInFolder } from "../test/served-study.ts";

export interface WatcherTimes {
  /** Until all watchers know the whole study. */
  readonly wholeMs: number;
  /** From a trial's result in the store until all watchers know of it, one a trial. */
  readonly tellMs: readonly number[];
  /** Of the server: without watchers, and with them after all was told. null: this system does not tell. */
  readonly memoryMib: { readonly before: number; readonly after: number } | null;
}

export class ServedProcess {
  readonly #process: ChildProcess;
  readonly url: string;

  private constructor(child: ChildProcess, url: string) {
    this.#process = child;
    this.url = url;
  }

  static async open(folder: string): Promise<ServedProcess> {
    const root = join(import.meta.dirname, "..");
    const words = [
      "--conditions=source",
      join(root, "bin", "spikefront.cjs"),
      "serve",
      folder,
      "--port",
      "0",
    ];
    const child = spawn(process.execPath, words, { stdio: "pipe" });
    let said = "";
    child.stderr.on("data", (chunk) => {
      said += String(chunk);
    });
    for await (const chunk of child.stdout) {
      said += String(chunk);
      const url = /http:\S+/.exec(said)?.[0];
      if (url !== undefined) return new ServedProcess(child, url);
    }
    throw new Error(`serve ended before it said where it is: ${said}`);
  }

  /** Resident memory, MiB; null where the system has no /proc. */
  memoryMib(): number | null {
    try {
      const status = readFileSync(`/proc/${this.#process.pid}/status`, "utf8");
      return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
    } catch {
      return null;
    }
  }

  async close(): Promise<void> {
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGINT");
    await ended;
  }
}

/**
 * @param next - number of the first trial that is not finished yet
 * @param events - trials that finish one after the other
 */
export async function watcherTimes(
  served: ServedProcess,
  study: StudyInFolder,
  { watchers, next, events }: { readonly watchers: number; readonly next: number; readonly events: number },
): Promise<WatcherTimes> {
  const before = served.memoryMib();
  const stop = new AbortController();
  const lines = Array.from({ length: watchers }, () => new Watcher());
  const startMs = performance.now();
  for (const line of lines) line.listen(`${served.url}events`, stop.signal);
  await Promise.all(lines.map((line) => line.told(1)));
  const wholeMs = performance.now() - startMs;
  const tellMs: number[] = [];
  for (let i = 0; i < events; i++) {
    const heard = lines.map((line) => line.hears(next + i));
    await study.finish(next + i, next + i + 1);
    const writtenMs = performance.now();
    await Promise.all(heard);
    tellMs.push(performance.now() - writtenMs);
  }
  const after = served.memoryMib();
  stop.abort();
  return { wholeMs, tellMs, memoryMib: before === null || after === null ? null : { before, after } };
}

/** One that listens, and keeps nothing but what it waits for. */
class Watcher {
  #events = 0;
  #wait: { readonly isIt: (block: string) => boolean; readonly resolve: () => void } | null = null;

  listen(url: string, signal: AbortSignal): void {
    this.#read(url, signal).catch((error: Error) => {
      if (!signal.aborted) throw error;
    });
  }

  /** Resolves after so many events. */
  told(events: number): Promise<void> {
    return this.#until(() => this.#events >= events);
  }

  /** Resolves when a trial is told. */
  hears(trial: number): Promise<void> {
    return this.#until((block) => block.includes(`"number":${trial},`));
  }

  #until(isIt: (block: string) => boolean): Promise<void> {
    if (isIt("")) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wait = { isIt, resolve };
    });
  }

  async #read(url: string, signal: AbortSignal): Promise<void> {
    const response = await fetch(url, { signal });
    const decoder = new TextDecoder();
    let text = "";
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      text += decoder.decode(chunk, { stream: true });
      if (!text.endsWith("\n\n")) continue;
      if (text.includes("data: ")) this.#events++;
      if (this.#wait?.isIt(text)) {
        this.#wait.resolve();
        this.#wait = null;
      }
      text = "";
    }
  }
}
