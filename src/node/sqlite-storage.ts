// The study storage in one SQLite file (node:sqlite, WAL). Keeps to the SQL that SQLite and
// PostgreSQL share: ON CONFLICT, RETURNING, text keys, times as integers of milliseconds, JSON as text.
//
// Acknowledged means committed: with WAL and synchronous NORMAL a commit survives the death of the
// process; FULL is used, so that it survives a power cut as well. One statement at a time writes.

import { existsSync, statSync } from "node:fs";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { FormatError, InvalidValueError, ResourceError, StateError } from "../base/errors.ts";
import type { EventRecord, Json, Storage, StudyRecord, TrialRecord, TrialState } from "../study/storage.ts";

const schemaVersion = 1;

const tables = `
CREATE TABLE store_version (version INTEGER NOT NULL);
CREATE TABLE study (
  study_key TEXT PRIMARY KEY,
  settings TEXT NOT NULL,
  budget_trials INTEGER NOT NULL
);
CREATE TABLE trial (
  study_key TEXT NOT NULL REFERENCES study (study_key),
  number INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'complete', 'failed')),
  design TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  lease_owner TEXT NOT NULL,
  lease_until_ms BIGINT NOT NULL,
  result TEXT NOT NULL,
  error TEXT NOT NULL,
  PRIMARY KEY (study_key, number)
);
CREATE TABLE document (
  study_key TEXT NOT NULL REFERENCES study (study_key),
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (study_key, name)
);
CREATE TABLE test_use (
  study_key TEXT NOT NULL REFERENCES study (study_key),
  sequence INTEGER NOT NULL,
  purpose TEXT NOT NULL,
  images INTEGER NOT NULL,
  PRIMARY KEY (study_key, sequence)
);
CREATE TABLE event (
  study_key TEXT NOT NULL REFERENCES study (study_key),
  sequence INTEGER NOT NULL,
  kind TEXT NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (study_key, sequence)
);
INSERT INTO store_version (version) VALUES (${schemaVersion});
`;

export interface SqliteStorageOptions {
  /** Milliseconds since 1970; decides when leases end. */
  readonly now?: () => number;
}

type Row = Readonly<Record<string, string | number>>;

export class SqliteStorage implements Storage {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #now: () => number;

  /**
   * Open the store, or make it.
   *
   * @throws {FormatError} when the file is no such store; it is left as it was
   * @throws {StateError} when it cannot be opened
   */
  constructor(path: string, { now = Date.now }: SqliteStorageOptions = {}) {
    this.#now = now;
    this.#path = path;
    const isNew = !existsSync(path) || statSync(path).size === 0;
    this.#database = this.#told(() => new DatabaseSync(path));
    try {
      this.#exec("PRAGMA busy_timeout = 10000; PRAGMA foreign_keys = ON;");
      this.#prepare(isNew);
      // Only now: a file that is no study store is not to be changed.
      this.#exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  async createStudy({ key, settings, budgetTrials }: StudyRecord): Promise<StudyRecord> {
    this.#run(
      "INSERT INTO study (study_key, settings, budget_trials) VALUES (?, ?, ?) ON CONFLICT (study_key) DO NOTHING",
      key,
      encode("settings", settings),
      budgetTrials,
    );
    return (await this.getStudy(key)) as StudyRecord;
  }

  async getStudy(key: string): Promise<StudyRecord | null> {
    const [row] = this.#all("SELECT settings, budget_trials FROM study WHERE study_key = ?", key);
    if (row === undefined) return null;
    return { key, settings: decode(row["settings"]), budgetTrials: Number(row["budget_trials"]) };
  }

  async growBudget(key: string, budgetTrials: number): Promise<void> {
    const changed = this.#run(
      "UPDATE study SET budget_trials = ? WHERE study_key = ? AND budget_trials <= ?",
      budgetTrials,
      key,
      budgetTrials,
    );
    if (changed === 1) return;
    const study = await this.getStudy(key);
    throw new StateError(
      study === null
        ? `study ${key} does not exist: create it first.`
        : `the budget of study ${key} may only grow: it is ${study.budgetTrials} trials, but ${budgetTrials} were asked for.`,
    );
  }

  async addTrials(
    key: string,
    trials: readonly { readonly number: number; readonly design: Json }[],
  ): Promise<void> {
    const rows = trials.map(({ number, design }) => [number, encode("design", design)] as const);
    this.#atomically(() => {
      for (const [number, design] of rows) {
        this.#run(
          `INSERT INTO trial (study_key, number, state, design, attempt, lease_owner, lease_until_ms, result, error)
           VALUES (?, ?, 'waiting', ?, 0, '', 0, 'null', '') ON CONFLICT (study_key, number) DO NOTHING`,
          key,
          number,
          design,
        );
      }
    });
  }

  async claimTrial(key: string, owner: string, leaseMs: number): Promise<TrialRecord | null> {
    const now = this.#now();
    const rows = this.#atomically(() =>
      this.#all(
        `UPDATE trial SET state = 'running', attempt = attempt + 1, lease_owner = ?, lease_until_ms = ?
         WHERE study_key = ? AND number = (
           SELECT number FROM trial
           WHERE study_key = ? AND (state = 'waiting' OR (state = 'running' AND lease_until_ms < ?))
           ORDER BY number LIMIT 1)
         RETURNING number, state, design, attempt, result, error`,
        owner,
        now + leaseMs,
        key,
        key,
        now,
      ),
    );
    return rows.length === 0 ? null : trialOf(rows[0]);
  }

  async heartbeat(key: string, number: number, attempt: number, leaseMs: number): Promise<boolean> {
    return this.#update(key, number, attempt, "lease_until_ms = ?", this.#now() + leaseMs);
  }

  async completeTrial(key: string, number: number, attempt: number, result: Json): Promise<boolean> {
    return this.#update(key, number, attempt, "state = 'complete', result = ?", encode("result", result));
  }

  async failTrial(key: string, number: number, attempt: number, error: string): Promise<boolean> {
    return this.#update(key, number, attempt, "state = 'failed', error = ?", error);
  }

  async releaseTrial(key: string, number: number, attempt: number): Promise<boolean> {
    return this.#update(key, number, attempt, "state = 'waiting', lease_owner = ?", "");
  }

  async releaseOwner(key: string, owner: string): Promise<number> {
    return this.#run(
      "UPDATE trial SET state = 'waiting', lease_owner = '' WHERE study_key = ? AND state = 'running' AND lease_owner = ?",
      key,
      owner,
    );
  }

  async listTrials(key: string): Promise<readonly TrialRecord[]> {
    const sql =
      "SELECT number, state, design, attempt, result, error FROM trial WHERE study_key = ? ORDER BY number";
    return this.#all(sql, key).map(trialOf);
  }

  async putDocument(key: string, name: string, value: Json): Promise<void> {
    this.#run(
      "INSERT INTO document (study_key, name, value) VALUES (?, ?, ?) ON CONFLICT (study_key, name) DO UPDATE SET value = excluded.value",
      key,
      name,
      encode(name, value),
    );
  }

  async getDocument(key: string, name: string): Promise<Json | undefined> {
    const [row] = this.#all("SELECT value FROM document WHERE study_key = ? AND name = ?", key, name);
    return row === undefined ? undefined : decode(row["value"]);
  }

  async recordTestUse(key: string, purpose: string, images: number): Promise<void> {
    this.#append("test_use", key, { purpose, images });
  }

  async listTestUses(key: string): Promise<readonly { readonly purpose: string; readonly images: number }[]> {
    const rows = this.#all("SELECT purpose, images FROM test_use WHERE study_key = ? ORDER BY sequence", key);
    return rows.map(({ purpose, images }) => ({ purpose: String(purpose), images: Number(images) }));
  }

  async appendEvent(key: string, kind: string, data: Json): Promise<void> {
    this.#append("event", key, { kind, data: encode("event", data) });
  }

  async listEvents(key: string, after: number): Promise<readonly EventRecord[]> {
    const sql =
      "SELECT sequence, kind, data FROM event WHERE study_key = ? AND sequence > ? ORDER BY sequence";
    return this.#all(sql, key, after).map(({ sequence, kind, data }) => ({
      sequence: Number(sequence),
      kind: String(kind),
      data: decode(data),
    }));
  }

  async checkIntegrity(): Promise<readonly string[]> {
    const messages = this.#all("PRAGMA integrity_check").map((row) => String(Object.values(row)[0]));
    return messages.filter((message) => message !== "ok");
  }

  async close(): Promise<void> {
    this.#database.close();
  }

  #prepare(isNew: boolean): void {
    const isEmpty = (): boolean => this.#all("SELECT name FROM sqlite_master").length === 0;
    if (isNew && isEmpty()) {
      this.#atomically(() => {
        if (isEmpty()) this.#exec(tables); // another process may have been first
      });
    }
    const [row] = this.#all("SELECT name FROM sqlite_master WHERE name = 'store_version'");
    if (row === undefined)
      throw new FormatError(this.#path, "must be a spikefront study store", "another database");
    const [version] = this.#all("SELECT version FROM store_version");
    if (version?.["version"] === schemaVersion) return;
    throw new FormatError(
      this.#path,
      `must have version ${schemaVersion} of the study store`,
      version?.["version"] ?? "none",
      "It was written by another release of spikefront; use that one.",
    );
  }

  /** Change a running trial whose claim is still this attempt's. */
  #update(key: string, number: number, attempt: number, change: string, value: SQLInputValue): boolean {
    const sql = `UPDATE trial SET ${change} WHERE study_key = ? AND number = ? AND attempt = ? AND state = 'running'`;
    return this.#run(sql, value, key, number, attempt) === 1;
  }

  #append(table: "event" | "test_use", key: string, values: Readonly<Record<string, SQLInputValue>>): void {
    const names = Object.keys(values);
    this.#run(
      `INSERT INTO ${table} (study_key, sequence, ${names.join(", ")})
       SELECT ?, COALESCE(MAX(sequence), 0) + 1, ${names.map(() => "?").join(", ")} FROM ${table} WHERE study_key = ?`,
      key,
      ...Object.values(values),
      key,
    );
  }

  #atomically<T>(work: () => T): T {
    this.#exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#exec("COMMIT");
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.#exec("ROLLBACK"); // a full disk has rolled back already
      throw error;
    }
  }

  #run(sql: string, ...values: SQLInputValue[]): number {
    return this.#told(() => Number(this.#database.prepare(sql).run(...values).changes));
  }

  #all(sql: string, ...values: SQLInputValue[]): readonly Row[] {
    return this.#told(() => this.#database.prepare(sql).all(...values) as unknown as readonly Row[]);
  }

  #exec(sql: string): void {
    this.#told(() => this.#database.exec(sql));
  }

  /** Do the work; what SQLite says of the file becomes one of our errors. */
  #told<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw storeError(this.#path, error);
    }
  }
}

/** Result codes: https://sqlite.org/rescode.html; the low byte is the primary code. */
function storeError(path: string, error: unknown): unknown {
  const { errcode, message } = error as { errcode?: number; message?: string };
  if (errcode === undefined) return error;
  if (errcode === 787) return new StateError(`${path} does not hold this study: create it first.`);
  switch (errcode & 0xff) {
    case 5: // BUSY
      return new StateError(`${path} is held by another process. Wait for it or stop it, then try again.`);
    case 8: // READONLY
    case 14: // CANTOPEN
      return new StateError(
        `${path} must be a file that can be opened and written, but SQLite says ${message}. Change its rights or choose another folder with --out.`,
      );
    case 10: // IOERR
    case 13: // FULL
      return new ResourceError(
        `${path} could not be written (${message}). Nothing finished is lost; make room and run the same command again.`,
      );
    case 11: // CORRUPT
    case 26: // NOTADB
      return new FormatError(
        path,
        "must be a study store",
        message,
        "Move it away, or restore it from a copy.",
      );
    default:
      return error;
  }
}

function trialOf(row: Row): TrialRecord {
  return {
    number: Number(row["number"]),
    state: row["state"] as TrialState,
    design: decode(row["design"]),
    attempt: Number(row["attempt"]),
    result: decode(row["result"]),
    error: String(row["error"]),
  };
}

function decode(text: string | number): Json {
  return JSON.parse(String(text));
}

/** @throws {InvalidValueError} for numbers JSON cannot hold, which would silently become null */
function encode(where: string, value: Json): string {
  return JSON.stringify(value, (name, part) => {
    if (typeof part === "number" && !Number.isFinite(part)) {
      throw new InvalidValueError(`${where}: ${name}`, "must be a finite number to be stored", part);
    }
    return part;
  });
}
