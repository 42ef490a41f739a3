// The command line on a study small enough to be run many times: one epoch, few trials, few images of
// a part of the real MNIST. Processes stop when their progress says so, not after a time.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { writeSmallData } from "../small-data.ts";

const launcher = resolve(import.meta.dirname, "../../bin/spikefront.cjs");

export const tinyStudy = `schema: spikefront.study/1
name: tiny
seed: 3
networks: [{ name: mlp, hidden: [16] }]
training: { epochs: 1 }
space: { steps: { low: 1, high: 6 } }
search: { trials: 12, startTrials: 6 }
evaluation: { images: 1000, faultSeeds: 2, bitErrorRate: 0.01 }
confirm: { images: 300 }
final: { images: 300, points: 3, faultImages: 100, faultSeeds: 2, bitErrorRates: [0.01] }
`;

/** A folder of the test's own, with the tiny study in it. */
export function studyPlace(): { readonly folder: string; readonly study: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "spikefront study "));
  const study = join(folder, "tiny.yaml");
  writeSmallData(join(folder, "small"));
  writeFileSync(study, onSmallData(tinyStudy, folder));
  return { folder, study, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The study on the small data that is in the folder. */
function onSmallData(study: string, folder: string): string {
  return `${study}data: ${JSON.stringify(join(folder, "small"))}\n`;
}

/** When to stop a process: at the progress event of this phase with at least this many done. */
export interface StopAt {
  readonly phase: string;
  readonly done: number;
  readonly signal: "SIGINT" | "SIGKILL";
}

/** Kill the process so long after its start, wherever it then is. */
export interface KillAfter {
  readonly afterMs: number;
}

export interface Ended {
  readonly code: number | null;
  readonly killedBy: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Run `spikefront` to its end, or until it is to be stopped. */
export async function spikefront(
  words: readonly string[],
  { stopAt, killAfter }: { stopAt?: StopAt; killAfter?: KillAfter } = {},
): Promise<Ended> {
  const { child, ended } = start(words, stopAt);
  const timer = killAfter && setTimeout(() => child.kill("SIGKILL"), killAfter.afterMs);
  const end = await ended;
  clearTimeout(timer);
  return end;
}

/** Start `spikefront`, which stops by itself when it is to be stopped. */
export function start(
  words: readonly string[],
  stopAt?: StopAt,
): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const program = stopAt === undefined ? [launcher, ...words] : [...stopping(stopAt), ...words, "--events"];
  const child = spawn(process.execPath, program, {
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk;
  });
  const ended = once(child, "close").then(([code, killedBy]) => ({ code, killedBy, stdout, stderr }));
  return { child, ended };
}

/**
 * The launcher in a process that sends itself the signal when it has told the event: one that must first be heard by
 * another process may have ended before that gets its turn.
 */
function stopping({ phase, done, signal }: StopAt): readonly string[] {
  const program = `
    import { isMainThread } from "node:worker_threads";
    const told = process.stderr.write;
    let isStopped = !isMainThread;
    process.stderr.write = function (line, ...rest) {
      const isTaken = told.call(this, line, ...rest);
      if (isStopped) return isTaken;
      const { event, phase, done } = JSON.parse(line);
      isStopped = event === "progress" && phase === ${JSON.stringify(phase)} && done >= ${done};
      if (isStopped) process.kill(process.pid, "${signal}");
      return isTaken;
    };`;
  return ["--import", `data:text/javascript,${encodeURIComponent(program)}`, launcher];
}

/** What the store knows of each trial. */
export function storedTrials(
  out: string,
): ReadonlyMap<
  number,
  { readonly state: string; readonly design: string; readonly attempt: number; readonly result: string }
> {
  const store = new DatabaseSync(join(out, "study.sqlite"), { readOnly: true });
  try {
    const rows = store.prepare("SELECT number, state, design, attempt, result FROM trial").all();
    return new Map(
      rows.map(({ number, state, design, attempt, result }) => [
        Number(number),
        { state: String(state), design: String(design), attempt: Number(attempt), result: String(result) },
      ]),
    );
  } finally {
    store.close();
  }
}

/** `front.json` without how often the test images were used and what the versions were. */
export function frontOf(out: string): Readonly<Record<string, unknown>> {
  const { testUses, versions, ...front } = JSON.parse(readFileSync(join(out, "front.json"), "utf8"));
  return front;
}
