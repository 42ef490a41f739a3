// What is wrong with a study store: SQLite's own check of the file, and what every study must hold.

import type { SqliteDatabase } from "./sqlite-database.ts";
import { designHash } from "./store-schema.ts";

/** Statements that list what must not be; `what` names each row found. */
const rules: readonly { readonly rule: string; readonly what: string; readonly sql: string }[] = [
  {
    rule: "a trial that was begun must have been claimed",
    what: "trial",
    sql: "SELECT study_key, number AS item FROM trial WHERE state <> 'waiting' AND attempt < 1",
  },
  {
    rule: "designs and results must be JSON",
    what: "trial",
    sql: "SELECT study_key, number AS item FROM trial WHERE NOT (json_valid(design) AND json_valid(result))",
  },
  {
    rule: "only trials with a result may have figures",
    what: "trial",
    sql: `SELECT DISTINCT study_key, number AS item FROM (
            SELECT study_key, number FROM trial_value UNION SELECT study_key, number FROM trial_metric
            UNION SELECT study_key, number FROM trial_artefact)
          JOIN trial USING (study_key, number) WHERE result = 'null'`,
  },
  ...["event", "test_use"].map((table) => ({
    rule: `the sequence of ${table} must have no gaps`,
    what: "sequence",
    sql: `SELECT study_key, MAX(sequence) AS item FROM ${table} GROUP BY study_key
          HAVING MAX(sequence) <> COUNT(*) OR MIN(sequence) <> 1`,
  })),
];

/** Empty when the store is sound. */
export function storeFaults(database: SqliteDatabase): readonly string[] {
  const told = database.all("PRAGMA integrity_check").map((row) => String(Object.values(row)[0]));
  const faults = told.filter((message) => message !== "ok");
  if (faults.length > 0) return faults; // what a broken file holds means nothing
  for (const { table, rowid, parent } of database.all("PRAGMA foreign_key_check"))
    faults.push(`row ${rowid} of ${table} must belong to a ${parent}`);
  for (const { rule, what, sql } of rules) {
    for (const { study_key, item } of database.all(sql))
      faults.push(`${rule}: study ${study_key}, ${what} ${item}`);
  }
  const sql = "SELECT study_key, number, design, design_hash FROM trial WHERE json_valid(design)";
  for (const { study_key, number, design, design_hash } of database.all(sql)) {
    if (designHash(JSON.parse(String(design))) !== design_hash)
      faults.push(`a design must have its hash: study ${study_key}, trial ${number}`);
  }
  return faults;
}
