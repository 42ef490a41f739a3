// Whether a database will do as a store: for `doctor`. Each check is one question to it; nothing is changed.

import { StateError } from "../base/errors.ts";
import { PostgresDatabase } from "./postgres-database.ts";
import { oldestPostgresVersion, postgresVersion } from "./postgres-schema.ts";

export interface PostgresCheck {
  readonly name: string;
  /** What was found, as words. @throws with the cure when it is not enough */
  readonly find: () => Promise<string>;
}

/** Whether store and queue are there, and which of their tables the user may not write. */
const tablesQuery = `SELECT COUNT(*) FILTER (WHERE relname = 'store_version') > 0
    AND COUNT(*) FILTER (WHERE nspname = 'spikefront_queue') > 0 AS kept,
  STRING_AGG(nspname || '.' || relname, ', ' ORDER BY nspname, relname) FILTER (WHERE NOT (
    has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
    AND has_table_privilege(c.oid, 'INSERT') AND has_table_privilege(c.oid, 'UPDATE')
    AND has_table_privilege(c.oid, 'DELETE'))) AS locked
  FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
  WHERE relkind IN ('r', 'p') AND (nspname = 'spikefront_queue' AND relname IN ('job', 'queue')
    OR pg_table_is_visible(c.oid) AND relname IN ('store_version', 'trial', 'document', 'event', 'blob', 'task'))`;

/** @param address - checked already */
export function postgresChecks(address: string): readonly PostgresCheck[] {
  /** @param isFirst - tells why the database cannot be asked; once is enough */
  const one = async (sql: string, isFirst = false): Promise<Record<string, unknown>> => {
    const opening = PostgresDatabase.open(address, { connections: 1, patienceMs: 0 });
    const database = await opening.catch((error: unknown) => {
      throw isFirst ? error : new StateError("not asked: the database could not be opened.");
    });
    try {
      return (await database.executeSql(sql)).rows[0];
    } finally {
      await database.close();
    }
  };
  return [
    {
      name: "database",
      find: async () => {
        const sql = "SELECT current_setting('server_version') AS version, current_user AS name";
        const row = await one(sql, true);
        return `PostgreSQL ${row["version"]}, as ${row["name"]}`;
      },
    },
    {
      name: "its rights",
      find: async () => {
        const { kept, locked } = await one(tablesQuery);
        if (kept && locked === null) return "may write the store's tables and the queue's";
        if (kept)
          throw new StateError(
            `the user may not write ${locked} (GRANT USAGE ON SCHEMA; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA).`,
          );
        const row = await one(
          `SELECT has_database_privilege(current_database(), 'CREATE') AS schemas,
             COALESCE(has_schema_privilege(current_schema(), 'CREATE'), FALSE) AS tables, current_schema() AS place`,
        );
        const missing = [
          ...(row["schemas"] ? [] : ["make schemas (GRANT CREATE ON DATABASE)"]),
          ...(row["tables"]
            ? []
            : [`make tables in ${row["place"] ?? "its schema"} (GRANT CREATE ON SCHEMA)`]),
        ];
        if (missing.length > 0) throw new StateError(`the user may not ${missing.join(", nor ")}.`);
        return "may make tables and the queue's schema";
      },
    },
    {
      name: "its store",
      find: async () => {
        const { kept, queue } = await one(
          `SELECT to_regclass('store_version') IS NOT NULL AS kept,
             EXISTS (SELECT FROM pg_namespace WHERE nspname = 'spikefront_queue') AS queue`,
        );
        if (!kept) return "none yet: the first explore or worker makes it";
        const version = Number((await one("SELECT version FROM store_version"))["version"]);
        if (!(version >= oldestPostgresVersion && version <= postgresVersion))
          throw new StateError(
            `version ${version}; this release knows ${oldestPostgresVersion} to ${postgresVersion}.`,
          );
        const { studies } = await one("SELECT COUNT(*) AS studies FROM study");
        return `version ${version}, ${studies} studies${queue ? "" : ", no queue yet"}`;
      },
    },
    {
      name: "its connections",
      find: async () => {
        const { most, used } = await one(
          "SELECT current_setting('max_connections')::INT AS most, (SELECT COUNT(*) FROM pg_stat_activity) AS used",
        );
        return `${used} of ${most} in use; a worker takes up to its slots and 3 more`;
      },
    },
  ];
}
