// The study storage in one SQLite file (node:sqlite, WAL).
//
// Acknowledged means committed: with WAL and synchronous NORMAL a commit survives the death of the
// process; FULL is used, so that it survives a power cut as well. One statement at a time writes.

import { existsSync, renameSync, rmSync, statSync } from "node:fs";
import { StateError } from "../base/errors.ts";
import type { SqlDialect, SqlSteps } from "./sql-steps.ts";
import { SqlStorage } from "./sql-storage.ts";
import { SqliteDatabase } from "./sqlite-database.ts";
import { fileFaults, storeFaults, strayRows } from "./store-faults.ts";
import { prepareStore } from "./store-schema.ts";

export interface SqliteStorageOptions {
  /** Milliseconds since 1970; decides when leases end. */
  readonly now?: () => number;
}

export class SqliteStorage extends SqlStorage {
  readonly #database: SqliteDatabase;
  readonly dialect: SqlDialect;

  /**
   * Open the store, or make it. A file of version 1 becomes one of version 2, with all that is in it.
   *
   * @throws {FormatError} when the file is no such store; it is left as it was
   * @throws {StateError} when it cannot be opened
   */
  constructor(path: string, { now = Date.now }: SqliteStorageOptions = {}) {
    super();
    // A transaction that writes has the file to itself: nothing needs a lock besides.
    this.dialect = { nowMs: () => String(now()), lockRows: "", skipLocked: "" };
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

  protected async perform<T>(work: () => SqlSteps<T>): Promise<T> {
    return this.#database.perform(work());
  }

  protected async atomically<T>(work: () => SqlSteps<T>): Promise<T> {
    return this.#database.atomically(() => this.#database.perform(work()));
  }

  async checkIntegrity(): Promise<readonly string[]> {
    const faults = fileFaults(this.#database);
    if (faults.length > 0) return faults;
    return [...strayRows(this.#database), ...this.#database.perform(storeFaults())];
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
}
