import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
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

test("two connections on one file never claim the same trial", async () => {
  const [one, two] = [new SqliteStorage(at("two")), new SqliteStorage(at("two"))];
  await one.createStudy({ key: "s", settings: {}, budgetTrials: 200 });
  await one.addTrials(
    "s",
    Array.from({ length: 200 }, (_, number) => ({ number, design: { number } })),
  );
  const claimed: number[] = [];
  const work = async (storage: SqliteStorage): Promise<void> => {
    for (
      let trial = await storage.claimTrial("s", "x", 1e6);
      trial;
      trial = await storage.claimTrial("s", "x", 1e6)
    ) {
      claimed.push(trial.number);
    }
  };
  await Promise.all([work(one), work(two)]);
  assert.deepEqual(
    claimed.sort((a, b) => a - b),
    Array.from({ length: 200 }, (_, i) => i),
  );
  await one.close();
  await two.close();
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
  assert.throws(
    () => new SqliteStorage(at("other")),
    /must be a spikefront study store, but got "another database"/,
  );
  const newer = new DatabaseSync(at("newer"));
  newer.exec("CREATE TABLE store_version (version INTEGER NOT NULL); INSERT INTO store_version VALUES (99)");
  newer.close();
  assert.throws(() => new SqliteStorage(at("newer")), /must have version 1 .* but got 99/);
});
