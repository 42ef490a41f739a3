// The tables of the study store in PostgreSQL, and how an older store gets them: those of the SQLite file
// (store-schema.ts), with text ordered by its bytes as there, of what a folder keeps as files (bytes by their SHA-256, in
// pieces), of leases, and of tasks.

import { FormatError } from "../base/errors.ts";
import type { PostgresDatabase, PostgresTransaction } from "./postgres-database.ts";
import { taskTables } from "./sql-tasks.ts";
import { versionOne, versionTwo } from "./store-schema.ts";

const blobs = `
CREATE TABLE blob (
  hash TEXT NOT NULL,
  piece INTEGER NOT NULL,
  bytes BYTEA NOT NULL,
  PRIMARY KEY (hash, piece)
);
`;

/** Since version 3: what one process does alone (postgres-lease.ts). */
const leases = `
CREATE TABLE lease (
  name TEXT NOT NULL PRIMARY KEY,
  owner TEXT NOT NULL,
  fence BIGINT NOT NULL,
  until_ms BIGINT NOT NULL
);
`;

/** From each version to the next; the first makes version 2, with which stores in PostgreSQL began. */
const steps: readonly { readonly version: number; readonly sql: string }[] = [
  { version: 2, sql: versionOne + versionTwo + blobs },
  { version: 3, sql: leases + taskTables },
];

export const oldestPostgresVersion = steps[0].version;
export const postgresVersion = steps[steps.length - 1].version;

/** Any number that nobody else uses: whoever makes or changes the tables of a database holds it. */
const migrationLock = 7_308_332_100;

/**
 * Make the tables where there are none, or bring an older store up to date: whole or not at all, and once, however many
 * processes open the database.
 *
 * @throws {FormatError} when the database holds something else, or a version this release does not know
 */
export async function preparePostgres(database: PostgresDatabase): Promise<void> {
  if ((await database.transaction(versionOf)) === postgresVersion) return;
  await database.transaction(async (transaction) => {
    await transaction.executeSql("SELECT pg_advisory_xact_lock($1)", [migrationLock]);
    const found = await versionOf(transaction);
    if (found !== null && !(found >= oldestPostgresVersion && found <= postgresVersion)) {
      throw new FormatError(
        database.place,
        `must have a version from ${oldestPostgresVersion} to ${postgresVersion} of the study store`,
        found,
        "It was written by another release of spikefront; use that one.",
      );
    }
    if (found === null && (await isThere(transaction, "study")))
      throw new FormatError(database.place, "must be a spikefront study store or empty", "another database");
    for (const { version, sql } of steps) {
      if (found !== null && version <= found) continue;
      const tables = `${sql}UPDATE store_version SET version = ${version};`;
      await transaction.executeSql(tables.replaceAll(/\bTEXT\b/g, 'TEXT COLLATE "C"'));
    }
  });
}

/** null: no store is there. */
async function versionOf(transaction: PostgresTransaction): Promise<number | null> {
  if (!(await isThere(transaction, "store_version"))) return null;
  const { rows } = await transaction.executeSql("SELECT version FROM store_version");
  return rows[0]?.version ?? null;
}

/** Asks the catalogue itself: what names are resolved by is a cache that may be older than a lock just got. */
async function isThere(transaction: PostgresTransaction, table: string): Promise<boolean> {
  const sql =
    "SELECT 1 FROM pg_class WHERE relname = $1 AND relkind IN ('r', 'p', 'v') AND pg_table_is_visible(oid)";
  return (await transaction.executeSql(sql, [table])).rows.length > 0;
}
