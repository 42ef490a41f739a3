// Whether a database will do as a store: for `doctor`. Each check is one question to it; nothing is changed.

import { StateError } from "../base/errors.ts";
import { PostgresDatabase } from "./postgres-database.ts";
import { oldestPostgresVersion, postgresVersion } from "./postgres-schema.ts";

export interface PostgresCheck {
  readonly name: string;
  /** What was found, as words. @throws with the cure when it is not enough */
  readonly find: () => Promise<string>;
}

/** As pg-boss needs. */
const oldestServer = 13;

/** @param address - checked already */
export function postgresChecks(address: string): readonly PostgresCheck[] {
  const one = async (sql: string): Promise<Record<string, unknown>> => {
    const database = await PostgresDatabase.open(address, { connections: 1, patienceMs: 0 });
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
        const row = await one("SELECT current_setting('server_version') AS version, current_user AS name");
        if (Number.parseInt(String(row["version"]), 10) < oldestServer)
          throw new StateError(`PostgreSQL ${row["version"]}; ${oldestServer} or newer is needed.`);
        return `PostgreSQL ${row["version"]}, as ${row["name"]}`;
      },
    },
    {
      name: "its rights",
      find: async () => {
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
          `SELECT to_regclass('store_version') IS NOT NULL AS kept, to_regclass('spikefront_queue.job') IS NOT NULL AS queue`,
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
