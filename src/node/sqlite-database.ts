// One SQLite file, opened for several processes at once: every writing transaction takes the lock when it
// begins (BEGIN IMMEDIATE), so none fails half-way, and what SQLite says of the file becomes one of our errors.

import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { FormatError, ResourceError, StateError } from "../base/errors.ts";
import type { SqlReply, SqlRow, SqlSteps } from "./sql-steps.ts";

/** So long a statement waits for another process's. */
const waitMs = 10_000;

export type { SqlRow } from "./sql-steps.ts";

export class SqliteDatabase {
  readonly path: string;
  readonly #holds: string;
  readonly #database: DatabaseSync;

  /**
   * @param holds - what the file should be, for messages, e.g. "a study store"
   * @throws {StateError} when the file cannot be opened
   */
  constructor(path: string, holds: string, { readOnly = false }: { readonly readOnly?: boolean } = {}) {
    this.path = path;
    this.#holds = holds;
    this.#database = this.#told(() => new DatabaseSync(path, { readOnly }));
    this.exec(`PRAGMA busy_timeout = ${waitMs}; PRAGMA foreign_keys = ON;`);
  }

  /**
   * Make the file one whose readers and writer do not wait for one another (a write-ahead log), and its commits
   * survive a power cut. SQLite does not wait for the lock that the change takes (two that make one file at once
   * would wait for each other), so this asks again for as long as every other statement may wait.
   */
  useWriteAheadLog(): void {
    const until = performance.now() + waitMs;
    for (let isChanged = false; !isChanged; ) {
      try {
        this.exec("PRAGMA journal_mode = WAL");
        isChanged = true;
      } catch (error) {
        if (performance.now() > until) throw error;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
      }
    }
    this.exec("PRAGMA synchronous = FULL");
  }

  /** All or nothing. Must not be called within itself. */
  atomically<T>(work: () => T): T {
    this.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.exec("COMMIT");
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.exec("ROLLBACK"); // a full disk has rolled back already
      throw error;
    }
  }

  /** @returns how many rows changed */
  run(sql: string, ...values: SQLInputValue[]): number {
    return this.#told(() => Number(this.#database.prepare(sql).run(...values).changes));
  }

  all(sql: string, ...values: SQLInputValue[]): readonly SqlRow[] {
    return this.#told(() => this.#database.prepare(sql).all(...values) as unknown as readonly SqlRow[]);
  }

  /** Do the steps, at once. */
  perform<T>(steps: SqlSteps<T>): T {
    for (let step = steps.next(); ; ) {
      if (step.done) return step.value;
      const { sql, values } = step.value;
      step = steps.next(
        this.#told((): SqlReply => {
          const statement = this.#database.prepare(sql);
          if (statement.columns().length === 0)
            return { rows: [], changes: Number(statement.run(...values).changes) };
          const rows = statement.all(...values) as unknown as readonly SqlRow[];
          return { rows, changes: rows.length };
        }),
      );
    }
  }

  exec(sql: string): void {
    this.#told(() => this.#database.exec(sql));
  }

  close(): void {
    this.#database.close();
  }

  #told<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw databaseError(this.path, this.#holds, error);
    }
  }
}

/** Result codes: https://sqlite.org/rescode.html; the low byte is the primary code. */
function databaseError(path: string, holds: string, error: unknown): unknown {
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
      return new FormatError(path, `must be ${holds}`, message, "Move it away, or restore it from a copy.");
    default:
      return error;
  }
}
