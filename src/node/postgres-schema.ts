// The tables of the study store in PostgreSQL: those of the SQLite file (store-schema.ts), with text ordered by its
// bytes as there, and tables of what a folder keeps as files: bytes by their SHA-256, in pieces.

import { FormatError } from "../base/errors.ts";
import type { PostgresDatabase, PostgresTransaction } from "./postgres-database.ts";
import { storeVersion, versionOne, versionTwo } from "./store-schema.ts";

const blobs = `
CREATE TABLE blob (
  hash TEXT NOT NULL,
  piece INTEGER NOT NULL,
  bytes BYTEA NOT NULL,
  PRIMARY KEY (hash, piece)
);
`;

const tables =
  `${versionOne}${versionTwo}${blobs}UPDATE store_version SET version = ${storeVersion};`.replaceAll(
    /\bTEXT\b/g,
    'TEXT COLLATE "C"',
  );

/** Any number that nobody else uses: whoever makes or changes the tables of a database holds it. */
const migrationLock = 7_308_332_100;

/**
 * Make the tables where there are none: whole or not at all, and once, however many processes open the database.
 *
 * @throws {FormatError} when the database holds something else, or a version this release does not know
 */
export async function preparePostgres(database: PostgresDatabase): Promise<void> {
  if ((await database.transaction(versionOf)) === storeVersion) return;
  await database.transaction(async (transaction) => {
    await transaction.executeSql("SELECT pg_advisory_xact_lock($1)", [migrationLock]);
    const version = await versionOf(transaction);
    if (version === storeVersion) return; // another process was first
    if (version !== null) {
      throw new FormatError(
        database.place,
        `must have version ${storeVersion} of the study store`,
        version,
        "It was written by another release of spikefront; use that one.",
      );
    }
    if (await isThere(transaction, "study"))
      throw new FormatError(database.place, "must be a spikefront study store or empty", "another database");
    await transaction.executeSql(tables);
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
