// The study storage in a PostgreSQL database, for many processes on many machines. Times are the database's: no two
// machines need agree on one. Several studies lie side by side.

import { PostgresDatabase, type PostgresOptions } from "./postgres-database.ts";
import { preparePostgres } from "./postgres-schema.ts";
import type { SqlDialect, SqlSteps } from "./sql-steps.ts";
import { SqlStorage } from "./sql-storage.ts";
import { storeFaults } from "./store-faults.ts";

export interface PostgresStorageOptions extends PostgresOptions {
  /** Milliseconds since 1970 in place of the database's clock. */
  readonly now?: () => number;
}

const databaseNow = "(EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::BIGINT";

/** What of SQL is PostgreSQL's own. */
export function postgresDialect(now?: () => number): SqlDialect {
  return {
    nowMs: now === undefined ? () => databaseNow : () => `${now()}::BIGINT`,
    lockRows: " FOR NO KEY UPDATE",
    skipLocked: " FOR NO KEY UPDATE SKIP LOCKED",
  };
}

export class PostgresStorage extends SqlStorage {
  readonly database: PostgresDatabase;
  readonly dialect: SqlDialect;

  /**
   * Open the store, or make its tables in an empty database.
   *
   * @throws {StateError} when it does not answer or let this user in
   * @throws {FormatError} when it holds something else
   */
  static async open(
    address: string,
    { now, ...options }: PostgresStorageOptions = {},
  ): Promise<PostgresStorage> {
    const database = await PostgresDatabase.open(address, options);
    try {
      await preparePostgres(database);
    } catch (error) {
      await database.close();
      throw error;
    }
    return new PostgresStorage(database, postgresDialect(now));
  }

  /** A storage by this database, which has its tables already. */
  constructor(database: PostgresDatabase, dialect: SqlDialect) {
    super();
    this.database = database;
    this.dialect = dialect;
  }

  protected perform<T>(work: () => SqlSteps<T>): Promise<T> {
    return this.database.perform(work);
  }

  protected atomically<T>(work: () => SqlSteps<T>): Promise<T> {
    return this.database.transaction((transaction) => transaction.perform(work()));
  }

  async checkIntegrity(): Promise<readonly string[]> {
    return this.database.perform(storeFaults);
  }

  async close(): Promise<void> {
    await this.database.close();
  }
}
