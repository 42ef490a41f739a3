// The study storage in one SQLite file (node:sqlite, WAL). Keeps to the SQL that SQLite and
// PostgreSQL share: ON CONFLICT, RETURNING, text keys, times as integers of milliseconds, JSON as text.
//
// Acknowledged means committed: with WAL and synchronous NORMAL a commit survives the death of the
// process; FULL is used, so that it survives a power cut as well. One statement at a time writes.

import { existsSync, renameSync, rmSync, statSync } from "node:fs";
import type { SQLInputValue } from "node:sqlite";
import { InvalidValueError, StateError } from "../base/errors.ts";
import type {
  EventRecord,
  Json,
  Storage,
  StudyRecord,
  TrialDetails,
  TrialFigures,
  TrialRecord,
  TrialState,
} from "../study/storage.ts";
import { SqliteDatabase, type SqlRow } from "./sqlite-database.ts";
import { storeFaults } from "./store-faults.ts";
import { deleteFigures, insertFigures, readDetails } from "./store-figures.ts";
import { designHash, prepareStore } from "./store-schema.ts";

export interface SqliteStorageOptions {
  /** Milliseconds since 1970; decides when leases end. */
  readonly now?: () => number;
}

export class SqliteStorage implements Storage {
  readonly #database: SqliteDatabase;
  readonly #now: () => number;

  /**
   * Open the store, or make it. A file of version 1 becomes one of version 2, with all that is in it.
   *
   * @throws {FormatError} when the file is no such store; it is left as it was
   * @throws {StateError} when it cannot be opened
   */
  constructor(path: string, { now = Date.now }: SqliteStorageOptions = {}) {
    this.#now = now;
    const isNew = !existsSync(path) || statSync(path).size === 0;
    this.#database = new SqliteDatabase(path, "a study store");
    try {
      prepareStore(this.#database, isNew);
      // Only now: a file that is no study store is not to be changed.
      this.#database.useWriteAheadLog();
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  async createStudy({ key, settings, budgetTrials }: StudyRecord): Promise<StudyRecord> {
    this.#database.run(
      "INSERT INTO study (study_key, settings, budget_trials) VALUES (?, ?, ?) ON CONFLICT (study_key) DO NOTHING",
      key,
      encode("settings", settings),
      budgetTrials,
    );
    return (await this.getStudy(key)) as StudyRecord;
  }

  async getStudy(key: string): Promise<StudyRecord | null> {
    const [row] = this.#database.all("SELECT settings, budget_trials FROM study WHERE study_key = ?", key);
    if (row === undefined) return null;
    return { key, settings: decode(row["settings"]), budgetTrials: Number(row["budget_trials"]) };
  }

  async listStudies(): Promise<readonly string[]> {
    const rows = this.#database.all("SELECT study_key FROM study");
    return rows.map(({ study_key }) => String(study_key)).sort();
  }

  async growBudget(key: string, budgetTrials: number): Promise<void> {
    const changed = this.#database.run(
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
    const now = this.#now();
    const rows = trials.map(
      ({ number, design }) => [number, encode("design", design), designHash(design)] as const,
    );
    this.#database.atomically(() => {
      for (const [number, design, hash] of rows) {
        this.#database.run(
          `INSERT INTO trial (study_key, number, state, design, attempt, lease_owner, lease_until_ms, result, error,
             design_hash, created_ms)
           VALUES (?, ?, 'waiting', ?, 0, '', 0, 'null', '', ?, ?) ON CONFLICT (study_key, number) DO NOTHING`,
          key,
          number,
          design,
          hash,
          now,
        );
      }
    });
  }

  async claimTrial(key: string, owner: string, leaseMs: number): Promise<TrialRecord | null> {
    const now = this.#now();
    const rows = this.#database.atomically(() =>
      this.#database.all(
        `UPDATE trial SET state = 'running', attempt = attempt + 1, lease_owner = ?, lease_until_ms = ?, started_ms = ?
         WHERE study_key = ? AND number = (
           SELECT number FROM trial
           WHERE study_key = ? AND (state = 'waiting' OR (state = 'running' AND lease_until_ms < ?))
           ORDER BY number LIMIT 1)
         RETURNING number, state, design, attempt, result, error`,
        owner,
        now + leaseMs,
        now,
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

  async completeTrial(
    key: string,
    number: number,
    attempt: number,
    result: Json,
    figures?: TrialFigures,
  ): Promise<boolean> {
    const text = encode("result", result);
    if (figures !== undefined) encode("figures", figures as unknown as Json); // refuses what is not finite
    return this.#database.atomically(() => {
      const change = "state = 'complete', result = ?, finished_ms = ?";
      if (!this.#update(key, number, attempt, change, text, this.#now())) return false;
      if (figures !== undefined) insertFigures(this.#database, key, number, figures);
      return true;
    });
  }

  async failTrial(key: string, number: number, attempt: number, error: string): Promise<boolean> {
    const change = "state = 'failed', error = ?, finished_ms = ?";
    return this.#update(key, number, attempt, change, error, this.#now());
  }

  async reopenTrial(key: string, number: number): Promise<boolean> {
    const sql =
      "UPDATE trial SET state = 'waiting', lease_owner = '' WHERE study_key = ? AND number = ? AND state = 'complete'";
    return this.#database.run(sql, key, number) === 1;
  }

  async releaseTrial(key: string, number: number, attempt: number): Promise<boolean> {
    return this.#update(key, number, attempt, "state = 'waiting', lease_owner = ?", "");
  }

  async releaseOwner(key: string, owner: string): Promise<number> {
    return this.#database.run(
      "UPDATE trial SET state = 'waiting', lease_owner = '' WHERE study_key = ? AND state = 'running' AND lease_owner = ?",
      key,
      owner,
    );
  }

  async listTrials(key: string): Promise<readonly TrialRecord[]> {
    const sql =
      "SELECT number, state, design, attempt, result, error FROM trial WHERE study_key = ? ORDER BY number";
    return this.#database.all(sql, key).map(trialOf);
  }

  async replaceFigures(key: string, number: number, figures: TrialFigures): Promise<boolean> {
    encode("figures", figures as unknown as Json);
    return this.#database.atomically(() => {
      const sql = "SELECT number FROM trial WHERE study_key = ? AND number = ? AND state = 'complete'";
      if (this.#database.all(sql, key, number).length === 0) return false;
      deleteFigures(this.#database, key, number);
      insertFigures(this.#database, key, number, figures);
      return true;
    });
  }

  async listDetails(key: string): Promise<readonly TrialDetails[]> {
    return readDetails(this.#database, key);
  }

  async putDocument(key: string, name: string, value: Json): Promise<void> {
    this.#database.run(
      "INSERT INTO document (study_key, name, value) VALUES (?, ?, ?) ON CONFLICT (study_key, name) DO UPDATE SET value = excluded.value",
      key,
      name,
      encode(name, value),
    );
  }

  async getDocument(key: string, name: string): Promise<Json | undefined> {
    const [row] = this.#database.all(
      "SELECT value FROM document WHERE study_key = ? AND name = ?",
      key,
      name,
    );
    return row === undefined ? undefined : decode(row["value"]);
  }

  async recordTestUse(key: string, purpose: string, images: number): Promise<void> {
    this.#append("test_use", key, { purpose, images });
  }

  async listTestUses(key: string): Promise<readonly { readonly purpose: string; readonly images: number }[]> {
    const rows = this.#database.all(
      "SELECT purpose, images FROM test_use WHERE study_key = ? ORDER BY sequence",
      key,
    );
    return rows.map(({ purpose, images }) => ({ purpose: String(purpose), images: Number(images) }));
  }

  async appendEvent(key: string, kind: string, data: Json): Promise<void> {
    this.#append("event", key, { kind, data: encode("event", data) });
  }

  async listEvents(key: string, after: number): Promise<readonly EventRecord[]> {
    const sql =
      "SELECT sequence, kind, data FROM event WHERE study_key = ? AND sequence > ? ORDER BY sequence";
    return this.#database.all(sql, key, after).map(({ sequence, kind, data }) => ({
      sequence: Number(sequence),
      kind: String(kind),
      data: decode(data),
    }));
  }

  async checkIntegrity(): Promise<readonly string[]> {
    return storeFaults(this.#database);
  }

  /**
   * Copy the store as it stands into a file of its own, while others go on writing.
   *
   * @throws {StateError} when the file exists or cannot be written
   */
  async backup(path: string): Promise<void> {
    if (existsSync(path))
      throw new StateError(`${path} must be a new file, but exists. Choose another name or remove it.`);
    const temporary = `${path}.${process.pid}.tmp`;
    rmSync(temporary, { force: true });
    try {
      this.#database.run("VACUUM INTO ?", temporary);
      renameSync(temporary, path);
    } finally {
      rmSync(temporary, { force: true });
    }
  }

  async close(): Promise<void> {
    this.#database.close();
  }

  /** Change a running trial whose claim is still this attempt's. */
  #update(
    key: string,
    number: number,
    attempt: number,
    change: string,
    ...values: readonly SQLInputValue[]
  ): boolean {
    const sql = `UPDATE trial SET ${change} WHERE study_key = ? AND number = ? AND attempt = ? AND state = 'running'`;
    return this.#database.run(sql, ...values, key, number, attempt) === 1;
  }

  #append(table: "event" | "test_use", key: string, values: Readonly<Record<string, SQLInputValue>>): void {
    const names = Object.keys(values);
    this.#database.run(
      `INSERT INTO ${table} (study_key, sequence, ${names.join(", ")})
       SELECT ?, COALESCE(MAX(sequence), 0) + 1, ${names.map(() => "?").join(", ")} FROM ${table} WHERE study_key = ?`,
      key,
      ...Object.values(values),
      key,
    );
  }
}

function trialOf(row: SqlRow): TrialRecord {
  return {
    number: Number(row["number"]),
    state: row["state"] as TrialState,
    design: decode(row["design"]),
    attempt: Number(row["attempt"]),
    result: decode(row["result"]),
    error: String(row["error"]),
  };
}

function decode(text: string | number | null): Json {
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
