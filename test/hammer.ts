// Processes that hammer one study store, killed (-9) at random moments: what any of them was told is done must be
// there, once, and the file sound. A small share runs with the tests, the rest in the soak.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Random } from "../src/base/random.ts";
import { SqliteStorage } from "../src/node/sqlite-storage.ts";

export interface Hammered {
  readonly kills: number;
  /** Trials some process was told are complete. */
  readonly acknowledged: number;
  /** Trials that are complete: those, and what was committed just before a kill. */
  readonly complete: number;
}

/** One process: adds trials, claims, completes with figures, and says so only when it is told so. */
const program = `
  import { writeSync } from "node:fs";
  const [, module, path, owner] = process.argv;
  const { SqliteStorage } = await import(module);
  const storage = new SqliteStorage(path);
  await storage.createStudy({ key: "s", settings: {}, budgetTrials: 1e9 });
  for (let turn = 0; ; turn++) {
    const trial = await storage.claimTrial("s", owner, 300);
    if (trial === null) {
      const last = (await storage.listTrials("s")).length;
      await storage.addTrials("s", Array.from({ length: 8 }, (_, i) => ({ number: last + i, design: { x: last + i } })));
      continue;
    }
    const { number, attempt } = trial;
    const value = { objective: "x", fidelity: 1, repeat: 0, seed: attempt, value: number, standardError: null };
    const figures = { values: [value], metrics: [], artefacts: {} };
    const result = { owner, turn, text: "x".repeat(1000 + 40 * (number % 100)) };
    if (await storage.completeTrial("s", number, attempt, result, figures))
      writeSync(1, JSON.stringify({ number, owner, turn }) + "\\n");
    if (turn % 16 === 0) await storage.appendEvent("s", "turn", { owner, turn });
  }`;

/**
 * Hammer a new store at `path` with three processes; each is replaced when it is killed.
 *
 * @throws {Error} naming the first trial that was lost, done twice or half written, or what the file has wrong
 */
export async function hammer(path: string, kills: number, random: Random): Promise<Hammered> {
  const acknowledged = new Map<number, string>();
  const done: Promise<void>[] = [];
  /** What went wrong, told when all have ended: errors of listeners reach nobody. */
  const complaints: string[] = [];
  let owner = 0;
  const start = (): { readonly child: ChildProcess; readonly said: () => number } => {
    const name = `process ${owner++}`;
    const module = new URL("../src/node/sqlite-storage.ts", import.meta.url).href;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program, module, path, name], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [line, said, complaint] = ["", 0, ""];
    child.stderr.on("data", (chunk: Buffer) => {
      complaint += chunk;
    });
    child.stdout.on("data", (chunk: Buffer) => {
      const lines = (line + chunk).split("\n");
      line = lines.pop() ?? "";
      said += lines.length;
      for (const text of lines) {
        const { number, owner: by, turn } = JSON.parse(text);
        if (acknowledged.has(number)) complaints.push(`trial ${number} was acknowledged twice`);
        acknowledged.set(number, `${by}, turn ${turn}`);
      }
    });
    done.push(
      once(child, "close").then(([code, signal]) => {
        if (signal !== "SIGKILL") complaints.push(`${name} ended by itself with ${code}: ${complaint}`);
      }),
    );
    return { child, said: () => said };
  };
  const processes = [start(), start(), start()];
  for (let kill = 0; kill < kills; kill++) {
    const victim = random.integer(processes.length);
    const { child, said } = processes[victim];
    // Not before it has begun to work: a process killed at its start tests nothing.
    const isBusy = (): boolean => said() > 0 || child.exitCode !== null;
    while (!isBusy()) await pause(2);
    await pause(random.integer(40));
    child.kill("SIGKILL");
    processes[victim] = start();
  }
  for (const { child } of processes) child.kill("SIGKILL");
  await Promise.all(done);
  if (complaints.length > 0) throw new Error(complaints.join("; "));
  return { kills: kills + processes.length, ...(await verify(path, acknowledged)) };
}

async function verify(
  path: string,
  acknowledged: ReadonlyMap<number, string>,
): Promise<Pick<Hammered, "acknowledged" | "complete">> {
  const storage = new SqliteStorage(path);
  try {
    const faults = await storage.checkIntegrity();
    if (faults.length > 0) throw new Error(`${path}: ${faults.join("; ")}`);
    const details = await storage.listDetails("s");
    const complete = (await storage.listTrials("s")).filter(({ state }) => state === "complete");
    const kept = new Map(
      complete.map(({ number, result }) => {
        const { owner, turn, text } = result as { owner: string; turn: number; text: string };
        if (text.length !== 1000 + 40 * (number % 100) || details[number].values[0]?.value !== number)
          throw new Error(`trial ${number} is half written`);
        return [number, `${owner}, turn ${turn}`];
      }),
    );
    for (const [number, by] of acknowledged) {
      if (kept.get(number) !== by) throw new Error(`trial ${number}, acknowledged to ${by}, was lost`);
    }
    return { acknowledged: acknowledged.size, complete: kept.size };
  } finally {
    await storage.close();
  }
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
