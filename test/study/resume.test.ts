// A study as a user runs it, on real MNIST but small: interrupted, killed and continued, with one worker and
// with two, it ends in the same front, and no finished trial is lost or done twice.

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { Random } from "../../src/base/random.ts";
import { SqliteStorage } from "../../src/node/sqlite-storage.ts";
import type { TrialRecord } from "../../src/study/storage.ts";

const folder = mkdtempSync(path.join(tmpdir(), "spikefront-resume-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const launcher = path.resolve(import.meta.dirname, "../../bin/spikefront.cjs");
const workers = Math.min(2, availableParallelism());

const study = `schema: spikefront.study/1
name: small
networks: [{ hidden: [12] }]
training: { epochs: 1 }
search: { trials: 14, startTrials: 6 }
evaluation: { images: 1000, faultSeeds: 2 }
confirm: { images: 300 }
final: { images: 300, faultImages: 100, faultSeeds: 2, points: 3, bitErrorRates: [0.001] }
`;
const studyFile = path.join(folder, "small.yaml");

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

function start(
  name: string,
  more: readonly string[] = [],
): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const words = [launcher, "explore", studyFile, "--out", path.join(folder, name), ...withWorkers(more)];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout?.on("data", (chunk) => (output += chunk));
  child.stderr?.on("data", (chunk) => (output += chunk));
  const ended = new Promise<Ended>((resolve) => child.on("close", (code) => resolve({ code, output })));
  return { child, ended };
}

function withWorkers(words: readonly string[]): readonly string[] {
  return words.includes("--workers") ? words : ["--workers", String(workers), ...words];
}

async function run(name: string, more: readonly string[] = []): Promise<void> {
  const { code, output } = await start(name, more).ended;
  assert.equal(code, 0, output);
}

async function trialsOf(name: string): Promise<readonly TrialRecord[]> {
  const file = path.join(folder, name, "study.sqlite");
  if (!existsSync(file)) return [];
  const storage = new SqliteStorage(file);
  const trials = await storage.listTrials("small");
  assert.deepEqual(await storage.checkIntegrity(), []);
  await storage.close();
  return trials;
}

/** Everything but how often test images were looked at, which interruptions may add to. */
function frontOf(name: string): Record<string, unknown> {
  const { testUses: _, ...front } = JSON.parse(readFileSync(path.join(folder, name, "front.json"), "utf8"));
  return front;
}

before(async () => {
  writeFileSync(studyFile, study);
  await run("whole");
});

test("one worker finds the same front as two", { skip: workers < 2 && "one core" }, async () => {
  await run("alone", ["--workers", "1"]);
  assert.deepEqual(frontOf("alone"), frontOf("whole"));
});

test("killed at any moment and continued, it loses and repeats no finished trial and finds the same front", async () => {
  const random = new Random({ seed: 7, trial: 0, purpose: "kill", index: 0 });
  let finished: readonly TrialRecord[] = [];
  for (let kill = 0; kill < 4; kill++) {
    const { child, ended } = start("killed");
    const timer = setTimeout(() => child.kill("SIGKILL"), 700 + random.integer(1500));
    await ended;
    clearTimeout(timer);
    const trials = await trialsOf("killed");
    for (const before of finished) assert.deepEqual(trials[before.number], before);
    finished = trials.filter(({ state }) => state === "complete");
  }
  await run("killed");
  const trials = await trialsOf("killed");
  for (const before of finished) assert.deepEqual(trials[before.number], before);
  assert.deepEqual(
    trials.map(({ state }) => state),
    new Array(14).fill("complete"),
  );
  assert.deepEqual(frontOf("killed"), frontOf("whole"));
});

test("Ctrl-C in the middle of the search keeps what is finished, exits with 130, and is continued", async () => {
  const { child, ended } = start("interrupted", ["--events"]);
  let seen = "";
  child.stderr?.on("data", (chunk) => {
    seen += chunk;
    if (/"phase":"search","done":[2-9]/.test(seen)) child.kill("SIGINT");
  });
  const { code, output } = await ended;
  assert.equal(code, 130, output);
  const kept = (await trialsOf("interrupted")).filter(({ state }) => state === "complete");
  assert.ok(kept.length >= 2);
  assert.ok((await trialsOf("interrupted")).every(({ state }) => state !== "running"));
  await run("interrupted");
  const trials = await trialsOf("interrupted");
  for (const before of kept) assert.deepEqual(trials[before.number], before);
  assert.deepEqual(frontOf("interrupted"), frontOf("whole"));
});

test("a budget that grows continues to where a larger budget from the start would be", async () => {
  await run("grown", ["--trials", "9"]);
  await run("grown");
  assert.deepEqual(frontOf("grown"), frontOf("whole"));
});

test("other settings, a smaller budget and a folder in use are refused with what to do", async () => {
  const refused = async (more: readonly string[], message: RegExp): Promise<void> => {
    const { code, output } = await start("whole", more).ended;
    assert.equal(code, 1, output);
    assert.match(output, message);
  };
  await refused(["--seed", "5"], /seed: 0 before, 5 now[\s\S]*Only search.trials may grow/);
  await refused(
    ["--trials", "3"],
    /budget of study small may only grow: it is 14 trials, but 3 were asked for/,
  );
  writeFileSync(path.join(folder, "whole", "lock"), `${process.pid} `);
  await refused([], new RegExp(`used by one process at a time, but process ${process.pid} is using it`));
  rmSync(path.join(folder, "whole", "lock"));
});
