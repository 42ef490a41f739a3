import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { storageContract } from "../../test/contracts/storage.ts";
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
  assert.throws(() => new SqliteStorage(at("newer")), /must have version 1 .* but got 99/);
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
