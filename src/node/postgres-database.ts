// A PostgreSQL database as our storages use it. The driver is loaded with the first one that is opened: who keeps
// studies in folders does not pay for it.
//
// A connection that is cut, a database that is restarted or a transaction that stood in another's way is met by doing
// the same again. Whether a commit whose answer was lost has happened is not known, so whatever is done here must do no
// harm when it is done twice.

import type { Pool, PoolClient } from "pg";
import { FormatError, StateError } from "../base/errors.ts";
import { shownAddress } from "./postgres-address.ts";
import { isPassing, postgresError } from "./postgres-errors.ts";
import type { SqlReply, SqlRow, SqlSteps } from "./sql-steps.ts";

export interface PostgresOptions {
  /** Most connections at a time. */
  readonly connections?: number;
  /** So long the same is tried again while the database does not answer. */
  readonly patienceMs?: number;
}

/** Statements that belong together; also what pg-boss asks for, so that its jobs are part of them. */
export interface PostgresTransaction {
  perform<T>(steps: SqlSteps<T>): Promise<T>;
  // biome-ignore lint/suspicious/noExplicitAny: rows of a statement that another library has written
  executeSql(text: string, values?: unknown[]): Promise<{ rows: any[] }>;
}

/** As pg-boss needs. */
const oldestServer = 13;

/** A process that was stopped in the middle of a transaction holds its locks no longer than this. */
const idleLimitMs = 10_000;

export class PostgresDatabase {
  /** As it may be shown. */
  readonly place: string;
  readonly #address: string;
  readonly #pool: Pool;
  readonly #patienceMs: number;
  readonly #guard: ((transaction: PostgresTransaction) => Promise<void>) | undefined;
  #isClosed = false;

  /**
   * @throws {StateError} when it does not answer, does not let this user in or is too old
   * @throws {FormatError} when it keeps text in another encoding than UTF-8
   */
  static async open(address: string, options: PostgresOptions = {}): Promise<PostgresDatabase> {
    const { default: pg } = await import("pg");
    const { connections = 4, patienceMs = 120_000 } = options;
    const pool = new pg.Pool({
      connectionString: address,
      application_name: "spikefront",
      max: connections,
      connectionTimeoutMillis: 10_000,
      query_timeout: 60_000,
      keepAlive: true,
    });
    // A connection that is lost between two statements has nobody to tell: the next use finds it gone, or makes a new one.
    pool.on("error", () => {});
    pool.on("connect", (client) => client.on("error", () => {}));
    const database = new PostgresDatabase(address, pool, patienceMs);
    try {
      const { rows } = await pool.query(
        "SELECT current_setting('server_encoding') AS encoding, current_setting('server_version') AS version",
      );
      const { encoding, version } = rows[0];
      if (Number.parseInt(version, 10) < oldestServer)
        throw new StateError(
          `${database.place} must be PostgreSQL ${oldestServer} or newer, but is ${version}. Use a newer server.`,
        );
      if (encoding !== "UTF8")
        throw new FormatError(database.place, "must keep text as UTF8", encoding, "Make another database.");
      return database;
    } catch (error) {
      await database.close();
      throw postgresError(address, error);
    }
  }

  private constructor(
    address: string,
    pool: Pool,
    patienceMs: number,
    guard?: (transaction: PostgresTransaction) => Promise<void>,
  ) {
    this.#guard = guard;
    this.#address = address;
    this.place = shownAddress(address);
    this.#pool = pool;
    this.#patienceMs = patienceMs;
  }

  /** Do the steps, each for itself. */
  perform<T>(work: () => SqlSteps<T>): Promise<T> {
    if (this.#guard !== undefined) return this.transaction((transaction) => transaction.perform(work()));
    return this.#again(() => performOn(this.#pool, work()));
  }

  /** Do all of it or nothing; from the start where the connection is lost on the way. */
  transaction<T>(work: (transaction: PostgresTransaction) => Promise<T>): Promise<T> {
    return this.#again(async () => {
      const client = await this.#pool.connect();
      let isWhole = false;
      try {
        await client.query(`BEGIN; SET LOCAL idle_in_transaction_session_timeout = ${idleLimitMs}`);
        try {
          const transaction: PostgresTransaction = {
            perform: (steps) => performOn(client, steps),
            executeSql: (text, values) => client.query(text, values),
          };
          await this.#guard?.(transaction);
          const result = await work(transaction);
          await client.query("COMMIT");
          isWhole = true;
          return result;
        } catch (error) {
          isWhole = !isPassing(error) && (await rollBack(client));
          throw error;
        }
      } finally {
        client.release(!isWhole); // what is left of a broken one is thrown away
      }
    });
  }

  /** One statement of another library, once. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  executeSql(text: string, values?: unknown[]): Promise<{ rows: any[] }> {
    return this.#again(() => this.#pool.query(text, values));
  }

  /**
   * The same database, in which every transaction, and every statement that stands for itself, begins with a check.
   *
   * @param guard - throws where nothing may be done any more
   */
  guarded(guard: (transaction: PostgresTransaction) => Promise<void>): PostgresDatabase {
    return new PostgresDatabase(this.#address, this.#pool, this.#patienceMs, guard);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#pool.end();
  }

  async #again<T>(work: () => Promise<T>): Promise<T> {
    const until = performance.now() + this.#patienceMs;
    for (let waitMs = 50; ; waitMs = Math.min(2 * waitMs, 2_000)) {
      try {
        return await work();
      } catch (error) {
        if (!isPassing(error) || performance.now() > until || this.#isClosed)
          throw postgresError(this.#address, error);
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    }
  }
}

/** @returns whether the connection can be used again */
async function rollBack(client: PoolClient): Promise<boolean> {
  try {
    await client.query("ROLLBACK");
    return true;
  } catch {
    return false;
  }
}

async function performOn<T>(connection: Pool | PoolClient, steps: SqlSteps<T>): Promise<T> {
  for (let step = steps.next(); ; ) {
    if (step.done) return step.value;
    const { sql, values } = step.value;
    const { rows, rowCount } = await connection.query(numbered(sql), [...values]);
    step = steps.next({ rows: rows as SqlRow[], changes: rowCount ?? 0 } satisfies SqlReply);
  }
}

/** `?` as PostgreSQL writes it: $1, $2, … */
function numbered(sql: string): string {
  let count = 0;
  return sql.replace(/\?/g, () => `$${++count}`);
}
