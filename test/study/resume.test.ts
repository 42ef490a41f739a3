// Stopped studies go on as if they had never stopped.

import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Random } from "../../src/base/random.ts";
import { SqliteStorage } from "../../src/node/sqlite-storage.ts";
import { spikefront as runHere } from "../cli/command-line.ts";
import { frontOf, type StopAt, spikefront, start, storedTrials, studyPlace } from "./explorer.ts";

const place = studyPlace();
after(() => place.remove());
const at = (name: string): string => join(place.folder, name);
const explore = (out: string, ...words: string[]) => ["explore", place.study, "--out", at(out), ...words];

/** What the study takes on this machine, busy as it is: blind kills are drawn from it. */
let wholeMs = 0;
before(async () => {
  const start = performance.now();
  const { code, stderr } = await spikefront(explore("whole", "--workers", "1"));
  wholeMs = performance.now() - start;
  assert.equal(code, 0, stderr);
});

/** Run until stopped; every trial finished before must still be there, untouched. */
async function stop(out: string, stopAt: StopAt): Promise<void> {
  const finished = finishedOf(out);
  const { code, killedBy, stderr } = await spikefront(explore(out), { stopAt });
  if (stopAt.signal === "SIGKILL") assert.equal(killedBy, "SIGKILL", stderr);
  else assert.equal(code, 130, stderr);
  await requireIntegrity(out);
  const now = finishedOf(out);
  for (const [number, trial] of finished) assert.deepEqual(now.get(number), trial, `trial ${number}`);
  if (stopAt.phase === "search") {
    assert.ok(now.size >= stopAt.done, `${now.size} finished, told of ${stopAt.done}`);
    assert.ok(now.size < 12, "stopped too late to be in mid-search");
    assert.ok(!existsSync(join(at(out), "front.json")));
  }
}

async function requireIntegrity(out: string): Promise<void> {
  const storage = new SqliteStorage(join(at(out), "study.sqlite"));
  try {
    assert.deepEqual(await storage.checkIntegrity(), []);
  } finally {
    await storage.close();
  }
}

function finishedOf(out: string): ReturnType<typeof storedTrials> {
  // A process that was killed early has no store yet.
  if (!existsSync(join(at(out), "study.sqlite"))) return new Map();
  return new Map([...storedTrials(at(out))].filter(([, { state }]) => state === "complete"));
}

/** Go on to the end; the outcome must be that of the study that was never stopped. */
async function finish(out: string): Promise<void> {
  const finished = finishedOf(out);
  const { status, stderr } = await runHere(explore(out));
  assert.equal(status, 0, stderr);
  const trials = storedTrials(at(out));
  for (const [number, trial] of finished) assert.deepEqual(trials.get(number), trial, `trial ${number}`);
  const outcome = (from: string) =>
    [...storedTrials(at(from))].map(([number, { state, design, result }]) => ({
      number,
      state,
      design,
      result,
    }));
  assert.deepEqual(outcome(out), outcome("whole"));
  assert.deepEqual(frontOf(at(out)), frontOf(at("whole")));
}

test("Ctrl-C in mid-search, then again: no finished trial is lost or repeated", async () => {
  await stop("interrupted", { phase: "search", done: 3, signal: "SIGINT" });
  // What ran was let end: a second attempt at a trial would mean that work was thrown away.
  for (const { state } of storedTrials(at("interrupted")).values()) {
    assert.ok(state !== "failed" && state !== "running", state);
  }
  await finish("interrupted");
  for (const [number, { attempt }] of storedTrials(at("interrupted"))) {
    assert.equal(attempt, 1, `trial ${number}`);
  }
});

test("kill -9 in training, search and final phase, then again: no finished trial is lost or repeated", async () => {
  const random = new Random({ seed: 11, trial: -1, purpose: "kill", index: 0 });
  await stop("killed", { phase: "train", done: 0, signal: "SIGKILL" });
  let done = 0;
  for (const least of [1, 6]) {
    done = Math.max(done + 1, least) + random.integer(3);
    await stop("killed", { phase: "search", done, signal: "SIGKILL" });
    done = finishedOf("killed").size;
  }
  await stop("killed", { phase: "final", done: 1 + random.integer(3), signal: "SIGKILL" });
  await finish("killed");
});

// The soak does this many times.
test("kill -9 at moments drawn blindly: no finished trial is lost or repeated", async () => {
  const random = new Random({ seed: 7, trial: -1, purpose: "kill", index: 1 });
  let finished: ReturnType<typeof storedTrials> = new Map();
  for (let kill = 0; kill < 2; kill++) {
    await spikefront(explore("blind"), { killAfter: { afterMs: wholeMs * (0.2 + 0.5 * random.uniform()) } });
    if (!existsSync(join(at("blind"), "study.sqlite"))) continue;
    await requireIntegrity("blind");
    const now = finishedOf("blind");
    for (const [number, trial] of finished) assert.deepEqual(now.get(number), trial, `trial ${number}`);
    finished = now;
  }
  await finish("blind");
});

test("changed settings are refused, the difference named, and nothing is touched", async () => {
  const changed = join(place.folder, "changed.yaml");
  writeFileSync(changed, readFileSync(place.study, "utf8").replace("images: 1000", "images: 1001"));
  const front = readFileSync(join(at("whole"), "front.json"));
  const { status, stderr } = await runHere(["explore", changed, "--out", at("whole")]);
  assert.equal(status, 1);
  assert.match(stderr, /evaluation\.images: 1000 before, 1001 now[\s\S]*Only search\.trials may grow/);
  assert.doesNotMatch(stderr, /bitErrorRate/);
  assert.deepEqual(readFileSync(join(at("whole"), "front.json")), front);
  const otherSeed = await runHere(explore("whole", "--seed", "4"));
  assert.equal(otherSeed.status, 1);
  assert.match(otherSeed.stderr, /seed: 3 before, 4 now/);
});

test("a budget that grows gives the front of the larger budget; one that shrinks is refused", async () => {
  for (const words of [explore("grown", "--trials", "8"), explore("grown")]) {
    const { status, stderr } = await runHere(words);
    assert.equal(status, 0, stderr);
  }
  assert.deepEqual(frontOf(at("grown")), frontOf(at("whole")));
  const { status, stderr } = await runHere(explore("grown", "--trials", "9"));
  assert.equal(status, 1, stderr);
  assert.match(stderr, /budget of study tiny may only grow: it is 12 trials, but 9 were asked for/);
});

test("a folder in use is refused to a second explorer, and the first goes on: two workers to the front of one", async () => {
  const first = start(explore("shared", "--workers", "2"));
  while (!existsSync(join(at("shared"), "study.sqlite")) && first.child.exitCode === null)
    await new Promise((go) => setTimeout(go, 5));
  // Stopped where it is, so that it cannot be through before the other one looks.
  first.child.kill("SIGSTOP");
  const refused = await runHere(explore("shared"));
  first.child.kill("SIGCONT");
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /used by one process at a time, but process \d+ is using it/);
  const { code, stderr } = await first.ended;
  assert.equal(code, 0, stderr);
  assert.deepEqual(frontOf(at("shared")), frontOf(at("whole")));
});
