// The command line on a database: two folders and two machines' worth of processes with nothing shared but the database
// run one study, and what reads folders reads it.

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Readable } from "node:stream";
import { after, before, describe, test } from "node:test";
import { readPortableStudy } from "../src/node/study-exchange.ts";
import { noPostgres, TestPostgres, testPassword } from "./postgres.ts";
import { writeSmallData } from "./small-data.ts";
import { frontOf, tinyStudy } from "./study/explorer.ts";

const launcher = resolve(import.meta.dirname, "../bin/spikefront.cjs");

interface Machine {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
}

describe("the command line on PostgreSQL", { skip: noPostgres }, () => {
  const folder = mkdtempSync(join(tmpdir(), "spikefront machines "));
  let server: TestPostgres;
  before(async () => {
    server = await TestPostgres.start();
  });
  const running = new Set<Machine>();
  after(async () => {
    // Whatever a test that failed has left behind.
    for (const { child } of running) child.kill("SIGKILL");
    await Promise.all([...running].map(({ ended }) => ended));
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  /** A folder, a home and a cache of its own: nothing of another machine is seen. */
  const machine = (name: string, words: readonly string[]): Machine => {
    const home = join(folder, name);
    mkdirSync(home, { recursive: true });
    const child = spawn(process.execPath, [launcher, ...words], {
      cwd: home,
      env: { ...process.env, NODE_OPTIONS: "", HOME: home, XDG_CACHE_HOME: join(home, "cache") },
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk;
    });
    const ended = once(child, "close").then(([code]) => {
      running.delete(one);
      return { code, stdout, stderr };
    });
    const one: Machine = { child, ended };
    running.add(one);
    return one;
  };

  test("two machines that share nothing but the database come to the front of one", async () => {
    const address = await server.create("studies");
    const study = join(folder, "tiny.yaml");
    writeFileSync(study, tinyStudy.replace("name: tiny", "name: tiny\ndata: small"));
    // Only explorers have the data, in their folders: the worker is to fetch it.
    for (const name of ["asks", "alone"]) writeSmallData(join(folder, name, "small"));
    const explore = ["explore", study, "--kernels", "simd"];
    const store = ["--store", address];
    const worker = machine("works", ["worker", ...store, "--slots", "1", "--events"]);
    const asks = await machine("asks", [...explore, ...store, "--only-ask", "--out", "out"]).ended;
    assert.equal(asks.code, 0, asks.stderr);
    const alone = await machine("alone", [...explore, "--workers", "1", "--out", "out"]).ended;
    assert.equal(alone.code, 0, alone.stderr);
    const front = frontOf(join(folder, "alone", "out"));
    assert.deepEqual(frontOf(join(folder, "asks", "out")), front);

    const { trials } = await readPortableStudy(address);
    assert.deepEqual(new Set(trials.map(({ state }) => state)), new Set(["complete"]));
    const [point] = front["points"] as { id: string }[];
    // The copy of the study that a command works on goes with it.
    const again = await machine("asks", ["reproduce", point.id, ...store]).ended;
    assert.match(again.stdout, /equal bit for bit/, again.stderr);

    // An address stands where a folder would.
    const served = machine("asks", ["serve", address, "--port", "0"]);
    const [said] = await once(served.child.stdout as Readable, "data");
    assert.ok(String(said).startsWith(`${address}: http`), String(said));
    const lines = await fetch(new URL("/events", /http:\S+/.exec(String(said))?.[0]));
    let told = "";
    for await (const bytes of lines.body ?? []) {
      told += Buffer.from(bytes).toString();
      if (told.includes("\n\n", told.indexOf("event: "))) break;
    }
    assert.match(told, /event: study\n/);
    assert.match(told, /"trials":\{"count":12,/);
    served.child.kill("SIGINT");
    const { stderr } = await served.ended;
    assert.ok(!stderr.includes(testPassword));

    worker.child.kill("SIGTERM");
    const worked = await worker.ended;
    assert.match(worked.stdout, /12 complete, 0 failed, 0 retried/, worked.stderr);
    // What is no trial: references, the confirmation and the final figures.
    assert.match(worked.stdout, /evaluations: [1-9]\d* complete, 0 failed, 0 retried/);
    for (const { stdout, stderr } of [asks, again, worked])
      assert.ok(!`${stdout}${stderr}`.includes(testPassword));
  });
});
