import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { examine } from "../src/cli/doctor.ts";
import { postgresChecks } from "../src/node/postgres-checks.ts";
import { PostgresDatabase } from "../src/node/postgres-database.ts";
import { isPassing } from "../src/node/postgres-errors.ts";
import { StudyMirror } from "../src/node/postgres-mirror.ts";
import { TrialQueue } from "../src/node/postgres-queue.ts";
import { QueuedStorage } from "../src/node/postgres-queued-storage.ts";
import { postgresVersion } from "../src/node/postgres-schema.ts";
import { PostgresStorage } from "../src/node/postgres-storage.ts";
import { SqliteStorage } from "../src/node/sqlite-storage.ts";
import type { Storage } from "../src/study/storage.ts";
import { storageContract } from "./contracts/storage.ts";
import { noPostgres, TestPostgres, testPassword } from "./postgres.ts";

let server: TestPostgres;
const skip = noPostgres;
if (skip === false) {
  before(async () => {
    server = await TestPostgres.start();
  });
  after(() => server.stop());
}

storageContract(
  "PostgresStorage",
  async (place, now) => PostgresStorage.open(await server.schema(place), { now, connections: 2 }),
  { skip },
);

describe("a store in PostgreSQL", { skip }, () => {
  test("is made once, however many open it at once, and opens again with what is in it", async () => {
    const address = await server.schema("together");
    const opened = await Promise.all([1, 2, 3, 4].map(() => PostgresStorage.open(address)));
    await Promise.all(
      opened.map((storage, i) => storage.createStudy({ key: `s${i}`, settings: i, budgetTrials: 1 })),
    );
    for (const storage of opened) await storage.close();
    const again = await PostgresStorage.open(address);
    assert.deepEqual(await again.listStudies(), ["s0", "s1", "s2", "s3"]);
    await again.close();
  });

  test("has a queue that two may make at the same moment", async () => {
    const address = await server.create("moment");
    const other = new pg.Client({ connectionString: address });
    await other.connect();
    await other.query("BEGIN; CREATE SCHEMA spikefront_queue");
    const database = await PostgresDatabase.open(address);
    const opened = TrialQueue.open(database);
    const isWaiting = "SELECT FROM pg_stat_activity WHERE datname = 'moment' AND wait_event_type = 'Lock'";
    while ((await server.query(isWaiting)).length === 0) await wait(20);
    await other.query("COMMIT"); // the one that waited is told that the name is taken
    const queue = await opened;
    await queue.ensure("trials");
    await queue.close();
    await Promise.all([database.close(), other.end()]);
  });

  test("gives every trial to one of many who claim at once, and every event a number of its own", async () => {
    const address = await server.schema("claims");
    const opened = await Promise.all([1, 2, 3].map(() => PostgresStorage.open(address, { connections: 3 })));
    await opened[0].createStudy({ key: "s", settings: {}, budgetTrials: 24 });
    const trials = Array.from({ length: 24 }, (_, number) => ({ number, design: number }));
    await Promise.all(opened.map((storage) => storage.addTrials("s", trials)));
    const claimed: number[] = [];
    await Promise.all(
      [...opened, ...opened].map(async (storage, i) => {
        for (;;) {
          const trial = await storage.claimTrial("s", `owner ${i}`, 1e6);
          if (trial === null) return;
          claimed.push(trial.number);
          await storage.appendEvent("s", "claimed", trial.number);
        }
      }),
    );
    assert.deepEqual(
      claimed.toSorted((a, b) => a - b),
      trials.map(({ number }) => number),
    );
    const events = await opened[0].listEvents("s", 0);
    assert.deepEqual(
      events.map(({ sequence }) => sequence),
      trials.map(({ number }) => number + 1),
    );
    for (const storage of opened) await storage.close();
  });

  test("makes as many studies wait for workers at once as there are connections, and more", async () => {
    const address = await server.create("at once");
    const options = { connections: 3, patienceMs: 0 }; // so that one that is waited for in vain is an error
    const storage = await QueuedStorage.openQueued(address, options);
    await Promise.all(
      Array.from({ length: 12 }, async (_, i) => {
        await storage.createStudy({ key: `s${i}`, settings: i, budgetTrials: 1 });
        await storage.addTrials(`s${i}`, [{ number: 0, design: i }]);
      }),
    );
    const sql = "SELECT count(*)::INT AS n FROM spikefront_queue.job WHERE state = 'created'";
    assert.deepEqual(await server.query(sql, "at once"), [{ n: 12 }]);
    await storage.close();
  });

  test("orders names as SQLite does, whatever the database's language", async () => {
    await server.create("german", "TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'de' LOCALE 'C'");
    const storage = await PostgresStorage.open(server.address("german"));
    await storage.createStudy({ key: "s", settings: {}, budgetTrials: 1 });
    await storage.addTrials("s", [{ number: 0, design: 0 }]);
    await storage.claimTrial("s", "me", 1);
    const value = { fidelity: 1, repeat: 0, seed: 0, value: 1, standardError: null };
    const names = ["a", "ä", "B", "Z", "z", "_"];
    const values = names.map((objective) => ({ ...value, objective }));
    await storage.completeTrial("s", 0, 1, {}, { values, metrics: [], artefacts: {} });
    const [details] = await storage.listDetails("s");
    assert.deepEqual(
      details.values.map(({ objective }) => objective),
      ["B", "Z", "_", "a", "z", "ä"],
    );
    await storage.close();
  });

  test("of the version before gets what it lacks, once, and keeps what it holds", async () => {
    const address = await server.schema("older");
    const first = await PostgresStorage.open(address);
    await first.createStudy({ key: "s", settings: {}, budgetTrials: 1 });
    await first.close();
    const later = ["lease", "task", "shared_data"];
    await server.query(
      `DROP TABLE ${later.map((table) => `older.${table}`)}; UPDATE older.store_version SET version = 2`,
    );
    const opened = await Promise.all([1, 2].map(() => PostgresStorage.open(address)));
    for (const storage of opened) {
      assert.deepEqual(await storage.listStudies(), ["s"]);
      await storage.close();
    }
    const version = await server.query("SELECT version FROM older.store_version");
    assert.deepEqual(version, [{ version: postgresVersion }]);
    for (const table of later) assert.deepEqual(await server.query(`SELECT * FROM older.${table}`), []);
  });

  test("has a version of its own for each version of the queue's tables, which older releases must not write", () => {
    const file = join(import.meta.dirname, "../node_modules/pg-boss/package.json");
    const { pgboss } = JSON.parse(readFileSync(file, "utf8"));
    assert.equal(pgboss.schema, 43, "then the store is to have another version, too: postgres-schema.ts");
  });

  test("outlives a crash of the database and cut connections: what waits goes on", async () => {
    const address = await server.create("crashed");
    const storage = await PostgresStorage.open(address, { connections: 2 });
    await storage.createStudy({ key: "s", settings: {}, budgetTrials: 100 });
    await server.crash();
    const added = Promise.all(
      [0, 1, 2, 3].map((number) => storage.addTrials("s", [{ number, design: number }])),
    );
    await server.resume();
    await added;
    assert.ok((await server.cutConnections("crashed")) > 0);
    assert.equal((await storage.claimTrial("s", "me", 1e6))?.number, 0);
    assert.deepEqual(
      (await storage.listTrials("s")).map(({ attempt }) => attempt),
      [1, 0, 0, 0],
    );
    assert.deepEqual(await storage.checkIntegrity(), []);
    await storage.close();
  });

  test("another database, another version and another encoding are refused by name, and left as they are", async () => {
    const other = await server.schema("other");
    await server.query("CREATE TABLE other.study (x INTEGER)");
    await assert.rejects(PostgresStorage.open(other), {
      name: "FormatError",
      message: /must be a spikefront study store or empty, but got "another database"/,
    });
    const newer = await server.schema("newer");
    await server.query("CREATE TABLE newer.store_version AS SELECT 99 AS version");
    await assert.rejects(
      PostgresStorage.open(newer),
      /must have a version from 2 to \d+ of the study store, but got 99/,
    );
    const latin = await server.create("latin", "TEMPLATE template0 ENCODING LATIN1 LOCALE 'C'");
    await assert.rejects(PostgresStorage.open(latin), /must keep text as UTF8, but got "LATIN1"/);
    // A server that says of itself that it is old.
    await server.query(`CREATE SCHEMA old; CREATE FUNCTION old.current_setting(TEXT) RETURNS TEXT LANGUAGE sql
      AS $$ SELECT CASE $1 WHEN 'server_version' THEN '12.22' ELSE pg_catalog.current_setting($1) END $$`);
    const old = `${server.address("postgres")}?options=${encodeURIComponent("-c search_path=old,pg_catalog")}`;
    await assert.rejects(PostgresStorage.open(old), {
      name: "StateError",
      message: /must be PostgreSQL 13 or newer, but is 12\.22\. Use a newer server\.$/,
    });
    assert.deepEqual(
      await server.query("SELECT count(*)::INT AS n FROM pg_tables WHERE schemaname = 'other'"),
      [{ n: 1 }],
    );
  });

  test("no error shows a password, and each names its cure", async () => {
    const wrong = server
      .address("postgres")
      .replace("tester@", `tester:${encodeURIComponent("wrong secret")}@`);
    const cases: readonly (readonly [address: string, told: RegExp])[] = [
      [wrong, /tester:\*\*\*@.* must let this user in, .*PGPASSWORD/],
      [server.address("nowhere"), /must exist, .*createdb/],
      ["postgres://tester:wrong%20secret@127.0.0.1:1/x", /must be a database that answers, .*Is it running/],
    ];
    for (const [address, told] of cases) {
      const error = await PostgresStorage.open(address, { patienceMs: 0 }).then(
        () => assert.fail("was opened"),
        (reason: Error) => reason,
      );
      assert.equal(error.name, "StateError");
      assert.match(error.message, told);
      for (const secret of [testPassword, "wrong secret", "wrong%20secret"])
        assert.ok(!`${error.stack} ${JSON.stringify(error)}`.includes(secret), error.message);
    }
    // More ask than there are connections: who has waited too long for one asks again.
    const pool = new pg.Pool({ connectionString: server.address("postgres"), max: 1 });
    const held = await pool.connect();
    pool.options.connectionTimeoutMillis = 1;
    await assert.rejects(pool.connect(), isPassing);
    held.release();
    await pool.end();

    // Whatever else ails the server is told as the server's, and what we ask wrongly as our own.
    const database = await PostgresDatabase.open(server.address("postgres"), { patienceMs: 0 });
    const raised = (code: string): Promise<unknown> =>
      database.executeSql(`DO $$ BEGIN RAISE EXCEPTION 'no such luck' USING ERRCODE = '${code}'; END $$`);
    for (const [code, name, cure] of [
      ["XX000", "StateError", /could not do what it was asked, and says: no such luck\. .* server's log/],
      ["25006", "StateError", /must let this user write, .* Name the server that is written to\.$/],
      ["53100", "ResourceError", /could not be written .*make room/],
      ["42703", "error", /^no such luck$/],
    ] as const)
      await assert.rejects(raised(code), { name, message: cure });
    await database.close();
    delete process.env["PGPASSWORD"];
    try {
      await assert.rejects(PostgresStorage.open(server.address("postgres")), /asks for a password.*pgpass/);
    } finally {
      process.env["PGPASSWORD"] = testPassword;
    }
  });

  test("a copy in a folder follows the store", async () => {
    const folder = mkdtempSync(join(tmpdir(), "spikefront-mirror-"));
    const storage = await PostgresStorage.open(await server.schema("mirrored"));
    for (const key of ["s", "other"]) await storage.createStudy({ key, settings: { key }, budgetTrials: 2 });
    await assert.rejects(
      StudyMirror.open(storage, join(folder, "none"), ""),
      /holds other, s\. Name one with --study/,
    );
    const mirror = await StudyMirror.open(storage, join(folder, "s"), "s");
    const copy = new SqliteStorage(join(folder, "s", "study.sqlite"));
    const requireEqual = async (): Promise<void> => {
      await mirror.refresh();
      for (const read of [
        (from: Storage) => from.getStudy("s"),
        (from: Storage) => from.listTrials("s"),
        (from: Storage) => from.listDetails("s"),
        (from: Storage) => from.listEvents("s", 0),
        (from: Storage) => from.getDocument("s", "a"),
      ])
        assert.deepEqual(await read(copy), await read(storage));
    };
    await storage.growBudget("s", 3);
    await storage.addTrials(
      "s",
      [0, 1, 2].map((number) => ({ number, design: { number } })),
    );
    await requireEqual();
    const value = {
      objective: "x",
      fidelity: 1,
      repeat: 0,
      seed: 2 ** 40,
      value: 1 / 3,
      standardError: null,
    };
    const figures = {
      values: [value],
      metrics: [{ name: "m", step: 1, value: 2 }],
      artefacts: { network: "ab" },
    };
    await storage.claimTrial("s", "me", 1e6);
    await storage.claimTrial("s", "me", 1e6);
    await storage.completeTrial("s", 0, 1, { right: 9 }, figures);
    await storage.putDocument("s", "a", { x: 1 });
    await storage.appendEvent("s", "kind", { trial: 0 });
    await requireEqual();
    await storage.failTrial("s", 1, 1, "dead\0layer");
    await storage.reopenTrial("s", 0);
    await requireEqual();
    assert.deepEqual(await copy.listStudies(), ["s"]);
    assert.deepEqual(await copy.checkIntegrity(), []);
    mirror.close();
    await copy.close();
    await storage.close();
    rmSync(folder, { recursive: true });
  });

  test("doctor says what a database lacks, with its cure", async () => {
    const told = async (address: string): Promise<Record<string, string>> => {
      const findings = await examine(postgresChecks(address).map((check) => ({ ...check, isNeeded: true })));
      return Object.fromEntries(
        findings.map(({ name, ok, found }) => [name, `${ok ? "ok" : "no"}: ${found}`]),
      );
    };
    const fine = await told(await server.create("fine"));
    assert.match(fine["database"], /^ok: PostgreSQL \d+.*, as tester$/);
    assert.match(fine["its store"], /^ok: none yet/);
    await server.query(`CREATE ROLE guest LOGIN PASSWORD '${testPassword}'`);
    const guest = await told(server.address("fine").replace("tester@", "guest@"));
    assert.match(
      guest["its rights"],
      /^no: the user may not make schemas \(GRANT CREATE ON DATABASE\), nor make tables in public/,
    );
    const absent = await told(server.address("absent"));
    assert.match(absent["database"], /^no: .*must exist.*createdb/);
    assert.equal(absent["its store"], "no: not asked: the database could not be opened.");

    // Who may only read the tables, and who may only write them.
    const storage = await QueuedStorage.openQueued(server.address("fine"));
    await storage.close();
    const rights = (may: string): string => `GRANT USAGE ON SCHEMA public, spikefront_queue TO guest;
      GRANT ${may} ON ALL TABLES IN SCHEMA public, spikefront_queue TO guest`;
    await server.query(rights("SELECT"), "fine");
    const address = server.address("fine").replace("tester@", "guest@");
    assert.match(
      (await told(address))["its rights"],
      /^no: the user may not write public\.blob, .*GRANT USAGE/,
    );
    await server.query(rights("INSERT, UPDATE, DELETE"), "fine");
    const works = await told(address);
    assert.equal(works["its rights"], "ok: may write the store's tables and the queue's");
    assert.match(works["its store"], /^ok: version \d+, 0 studies$/);
    const worker = await QueuedStorage.openQueued(address);
    assert.equal(await worker.failDead(), false);
    await worker.close();
  });
});
