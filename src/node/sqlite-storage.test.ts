import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { storageContract } from "../../test/contracts/storage.ts";
import { hammer } from "../../test/hammer.ts";
import { Random } from "../base/random.ts";
import { SqliteStorage } from "./sqlite-storage.ts";

const folder = mkdtempSync(join(tmpdir(), "spikefront-storage-"));
after(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, `${name}.sqlite`);

storageContract("SqliteStorage", (place, now) => new SqliteStorage(at(place), { now }));

test("processes that open one new file at once never claim the same trial", async () => {
  const path = at("together");
  const program = `
    import { SqliteStorage } from ${JSON.stringify(new URL("./sqlite-storage.ts", import.meta.url).href)};
    const storage = new SqliteStorage(${JSON.stringify(path)});
    await storage.createStudy({ key: "s", settings: {}, budgetTrials: 100 });
    await storage.addTrials("s", Array.from({ length: 100 }, (_, number) => ({ number, design: number })));
    for (let trial; (trial = await storage.claimTrial("s", "x", 1e6)); ) console.log(trial.number);`;
  const claims = await Promise.all(
    [1, 2, 3].map(async () => {
      const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", program], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let text = "";
      child.stdout.on("data", (chunk: Buffer) => {
        text += chunk;
      });
      const code = await new Promise((resolve) => child.on("close", resolve));
      assert.equal(code, 0);
      return text.split("\n").filter((line) => line !== "");
    }),
  );
  assert.deepEqual(
    claims
      .flat()
      .map(Number)
      .sort((a, b) => a - b),
    Array.from({ length: 100 }, (_, i) => i),
  );
});

test("a log torn at any place still holds every commit before the tear", async () => {
  const storage = new SqliteStorage(at("whole"));
  await storage.createStudy({ key: "s", settings: {}, budgetTrials: 100 });
  for (let number = 0; number < 12; number++) await storage.addTrials("s", [{ number, design: { number } }]);
  const [database, log] = [readFileSync(at("whole")), readFileSync(`${at("whole")}-wal`)];
  await storage.close();
  const kept = [];
  for (let tear = 0; tear < 10; tear++) {
    writeFileSync(at("torn"), database);
    writeFileSync(`${at("torn")}-wal`, log.subarray(0, Math.floor((log.length * (tear + 0.5)) / 10)));
    rmSync(`${at("torn")}-shm`, { force: true });
    const torn = new SqliteStorage(at("torn"));
    assert.deepEqual(await torn.checkIntegrity(), []);
    const trials = await torn.listTrials("s");
    assert.deepEqual(
      trials.map(({ design }) => design),
      trials.map((_, number) => ({ number })),
    );
    kept.push(trials.length);
    await torn.close();
  }
  assert.deepEqual(
    kept,
    kept.toSorted((a, b) => a - b),
  );
  assert.ok(kept[9] > kept[0], `trials kept by place of the tear: ${kept.join(" ")}`);
});

test("kill -9 in the middle of writing loses nothing that was acknowledged", async () => {
  const path = at("killed");
  const program = `
    import { SqliteStorage } from ${JSON.stringify(new URL("./sqlite-storage.ts", import.meta.url).href)};
    const storage = new SqliteStorage(${JSON.stringify(path)});
    await storage.createStudy({ key: "s", settings: {}, budgetTrials: 1e6 });
    for (;;) {
      const number = (await storage.listTrials("s")).length;
      await storage.addTrials("s", [{ number, design: { number } }]);
      const trial = await storage.claimTrial("s", "me", 0);
      await storage.completeTrial("s", trial.number, trial.attempt, { number: trial.number, text: "x".repeat(5000) });
      process.stdout.write(trial.number + "\\n");
    }`;
  let acknowledged = -1;
  for (const lines of [5, 17, 40]) {
    const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    let seen = 0;
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk;
      seen = text.split("\n").length - 1;
      if (seen >= lines) child.kill("SIGKILL");
    });
    await new Promise((resolve) => child.on("close", resolve));
    acknowledged = Number(
      text
        .split("\n")
        .filter((line) => line !== "")
        .at(-1),
    );
    const storage = new SqliteStorage(path);
    const complete = (await storage.listTrials("s")).filter(({ state }) => state === "complete");
    assert.ok(
      complete.length > acknowledged,
      `${complete.length} complete, ${acknowledged} was acknowledged`,
    );
    assert.deepEqual(
      complete.map(({ result }) => (result as { number: number }).number),
      complete.map(({ number }) => number),
    );
    assert.deepEqual(await storage.checkIntegrity(), []);
    await storage.close();
  }
});

test("a store that another process writes, and that has no write-ahead log yet, is waited for", async () => {
  const path = at("read");
  await new SqliteStorage(path).close();
  const reader = new DatabaseSync(path);
  reader.exec("PRAGMA journal_mode = DELETE; BEGIN IMMEDIATE;");
  const program = `
    import { SqliteStorage } from ${JSON.stringify(new URL("./sqlite-storage.ts", import.meta.url).href)};
    console.log("opening");
    await new SqliteStorage(${JSON.stringify(path)}).close();`;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "close");
  await once(child.stdout, "data");
  await new Promise((resolve) => setTimeout(resolve, 100));
  reader.exec("COMMIT");
  assert.deepEqual(await ended, [0, null]);
  reader.close();
  const later = new DatabaseSync(path);
  assert.equal(later.prepare("PRAGMA journal_mode").get()?.["journal_mode"], "wal");
  later.close();
});

test("three processes on one file, killed at random moments, lose and repeat nothing", async () => {
  const random = new Random({ seed: 1, trial: 0, purpose: "hammer", index: 0 });
  const { kills, acknowledged, complete } = await hammer(at("hammered"), 6, random);
  assert.equal(kills, 9);
  assert.ok(
    acknowledged >= 6 && complete >= acknowledged,
    `${acknowledged} acknowledged, ${complete} complete`,
  );
});

test("a file that is no database, another database and another version are refused by name", () => {
  writeFileSync(
    at("text"),
    "not a database, just some text that is long enough to be read as a header\n".repeat(20),
  );
  assert.throws(() => new SqliteStorage(at("text")), {
    name: "FormatError",
    message: /text.sqlite must be a study store/,
  });
  const other = new DatabaseSync(at("other"));
  other.exec("CREATE TABLE x (y INTEGER)");
  other.close();
  const before = readFileSync(at("other"));
  assert.throws(
    () => new SqliteStorage(at("other")),
    /must be a spikefront study store, but got "another database"/,
  );
  assert.ok(readFileSync(at("other")).equals(before), "a refused file was changed");
  const newer = new DatabaseSync(at("newer"));
  newer.exec("CREATE TABLE store_version (version INTEGER NOT NULL); INSERT INTO store_version VALUES (99)");
  newer.close();
  assert.throws(
    () => new SqliteStorage(at("newer")),
    /must have version 2 of the study store, or 1, but got 99/,
  );
});

test("a folder that is not there is said with the cure", () => {
  assert.throws(() => new SqliteStorage(join(folder, "nowhere", "x.sqlite")), {
    name: "StateError",
    message: /nowhere\/x.sqlite must be a file that can be opened and written, .*--out/,
  });
});

test("a full disk is a resource error, and what was finished stays", async () => {
  const storage = new SqliteStorage(at("full"));
  await storage.createStudy({ key: "s", settings: {}, budgetTrials: 1 });
  await storage.putDocument("s", "a", 1);
  await storage.close();
  // No disk can be filled in a test: a bound on the file's pages makes SQLite answer the same (FULL).
  const prepare = DatabaseSync.prototype.prepare;
  const small = new SqliteStorage(at("full"));
  DatabaseSync.prototype.prepare = function (this: DatabaseSync, sql: string) {
    this.exec("PRAGMA max_page_count = 1");
    return prepare.call(this, sql);
  };
  try {
    await assert.rejects(small.putDocument("s", "b", "x".repeat(1e6)), {
      name: "ResourceError",
      message: /full.sqlite could not be written .*full.*same command again/,
    });
  } finally {
    DatabaseSync.prototype.prepare = prepare;
  }
  assert.equal(await small.getDocument("s", "a"), 1);
  assert.equal(await small.getDocument("s", "b"), undefined);
  await small.close();
});

/** The statements of the first release, and a study as it left it: one trial complete, one failed, two waiting. */
const firstRelease = `
CREATE TABLE store_version (version INTEGER NOT NULL);
CREATE TABLE study (study_key TEXT PRIMARY KEY, settings TEXT NOT NULL, budget_trials INTEGER NOT NULL);
CREATE TABLE trial (study_key TEXT NOT NULL REFERENCES study (study_key), number INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'complete', 'failed')), design TEXT NOT NULL,
  attempt INTEGER NOT NULL, lease_owner TEXT NOT NULL, lease_until_ms BIGINT NOT NULL, result TEXT NOT NULL,
  error TEXT NOT NULL, PRIMARY KEY (study_key, number));
CREATE TABLE document (study_key TEXT NOT NULL REFERENCES study (study_key), name TEXT NOT NULL,
  value TEXT NOT NULL, PRIMARY KEY (study_key, name));
CREATE TABLE test_use (study_key TEXT NOT NULL REFERENCES study (study_key), sequence INTEGER NOT NULL,
  purpose TEXT NOT NULL, images INTEGER NOT NULL, PRIMARY KEY (study_key, sequence));
CREATE TABLE event (study_key TEXT NOT NULL REFERENCES study (study_key), sequence INTEGER NOT NULL,
  kind TEXT NOT NULL, data TEXT NOT NULL, PRIMARY KEY (study_key, sequence));
INSERT INTO store_version (version) VALUES (1);
INSERT INTO study VALUES ('s', '{"name":"s"}', 4);
INSERT INTO trial VALUES ('s', 0, 'complete', '{"b":1,"a":2}', 1, 'me', 5, '{"right":9}', '');
INSERT INTO trial VALUES ('s', 1, 'failed', '{"b":2,"a":2}', 2, 'me', 5, 'null', 'dead layer');
INSERT INTO trial VALUES ('s', 2, 'waiting', '{"a":2,"b":1}', 0, '', 0, 'null', '');
INSERT INTO trial VALUES ('s', 3, 'waiting', '{"a":3,"b":1}', 0, '', 0, 'null', '');
INSERT INTO document VALUES ('s', 'ann/ann', '"ab"');
INSERT INTO test_use VALUES ('s', 1, 'final/p1', 100);
INSERT INTO event VALUES ('s', 1, 'trial-failed', '{"trial":1}');`;

function makeFirstRelease(path: string): void {
  const old = new DatabaseSync(path);
  old.exec(`PRAGMA journal_mode = WAL; ${firstRelease}`);
  old.close();
}

test("a store of the first release opens with all that is in it, and the study goes on", async () => {
  makeFirstRelease(at("first"));
  const storage = new SqliteStorage(at("first"), { now: () => 7 });
  assert.deepEqual(await storage.getStudy("s"), { key: "s", settings: { name: "s" }, budgetTrials: 4 });
  const trials = await storage.listTrials("s");
  assert.deepEqual(
    trials.map(({ state, attempt, result, error }) => [state, attempt, result, error]),
    [
      ["complete", 1, { right: 9 }, ""],
      ["failed", 2, null, "dead layer"],
      ["waiting", 0, null, ""],
      ["waiting", 0, null, ""],
    ],
  );
  assert.equal(await storage.getDocument("s", "ann/ann"), "ab");
  assert.deepEqual(await storage.listTestUses("s"), [{ purpose: "final/p1", images: 100 }]);
  assert.equal((await storage.listEvents("s", 0)).length, 1);
  const details = await storage.listDetails("s");
  assert.deepEqual([details[0].createdMs, details[0].finishedMs, details[0].values], [null, null, []]);
  assert.equal(details[0].designHash, details[2].designHash);
  assert.notEqual(details[0].designHash, details[3].designHash);
  assert.equal((await storage.claimTrial("s", "me", 10))?.number, 2);
  assert.equal(await storage.completeTrial("s", 2, 1, {}), true);
  assert.equal((await storage.listDetails("s"))[2].finishedMs, 7);
  assert.deepEqual(await storage.checkIntegrity(), []);
  await storage.close();
  const again = new SqliteStorage(at("first"));
  assert.equal((await again.listTrials("s"))[2].state, "complete");
  await again.close();
});

test("a store of the first release that several processes open at once becomes the second once", async () => {
  makeFirstRelease(at("first together"));
  const program = `
    import { SqliteStorage } from ${JSON.stringify(new URL("./sqlite-storage.ts", import.meta.url).href)};
    const storage = new SqliteStorage(${JSON.stringify(at("first together"))});
    console.log((await storage.checkIntegrity()).length, (await storage.listTrials("s")).length);`;
  const told = await Promise.all(
    [1, 2, 3].map(async () => {
      const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", program], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let text = "";
      child.stdout.on("data", (chunk: Buffer) => {
        text += chunk;
      });
      await new Promise((resolve) => child.on("close", resolve));
      return text;
    }),
  );
  assert.deepEqual(told, ["0 4\n", "0 4\n", "0 4\n"]);
});

test("a backup is the store as it stood, whole, and never overwrites", async () => {
  const storage = new SqliteStorage(at("live"));
  await storage.createStudy({ key: "s", settings: {}, budgetTrials: 2 });
  await storage.addTrials("s", [{ number: 0, design: { x: 1 } }]);
  await storage.backup(at("copy"));
  await storage.addTrials("s", [{ number: 1, design: { x: 2 } }]);
  const copy = new SqliteStorage(at("copy"));
  assert.deepEqual(
    (await copy.listTrials("s")).map(({ design }) => design),
    [{ x: 1 }],
  );
  assert.deepEqual(await copy.checkIntegrity(), []);
  await copy.close();
  await assert.rejects(storage.backup(at("copy")), {
    name: "StateError",
    message: /must be a new file, but exists/,
  });
  await storage.close();
});

const damages: readonly (readonly [statement: string, told: RegExp])[] = [
  ["UPDATE trial SET attempt = 0 WHERE number = 0", /must have been claimed: study s, trial 0/],
  ["UPDATE trial SET design = '{\"x\":2}' WHERE number = 0", /must have its hash: study s, trial 0/],
  ["UPDATE trial SET result = '{' WHERE number = 0", /must be JSON: study s, trial 0/],
  [
    "UPDATE trial SET result = 'null' WHERE number = 0",
    /only trials with a result may have figures: study s, trial 0/,
  ],
  ["DELETE FROM event WHERE sequence = 2", /sequence of event must have no gaps: study s, sequence 3/],
  ["PRAGMA foreign_keys = OFF; DELETE FROM study", /row 1 of trial must belong to a study/],
];
test("damage that SQLite itself takes for sound is found and named", async () => {
  const storage = new SqliteStorage(at("sound"));
  await storage.createStudy({ key: "s", settings: {}, budgetTrials: 2 });
  await storage.addTrials("s", [{ number: 0, design: { x: 1 } }]);
  await storage.claimTrial("s", "me", 1);
  const value = { objective: "a", fidelity: 1, repeat: 0, seed: 0, value: 1, standardError: null };
  await storage.completeTrial("s", 0, 1, {}, { values: [value], metrics: [], artefacts: {} });
  for (const kind of ["a", "b", "c"]) await storage.appendEvent("s", kind, null);
  for (const [i, [statement, told]] of damages.entries()) {
    await storage.backup(at(`damaged${i}`));
    const other = new DatabaseSync(at(`damaged${i}`));
    other.exec(statement);
    other.close();
    const damaged = new SqliteStorage(at(`damaged${i}`));
    assert.match((await damaged.checkIntegrity()).join("\n"), told);
    await damaged.close();
  }
  await storage.close();
});
