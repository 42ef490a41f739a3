// What is wrong with a study store: what its engine finds, and what every study must hold.

import { all, type SqlSteps } from "./sql-steps.ts";
import { designHash } from "./sql-trials.ts";
import type { SqliteDatabase } from "./sqlite-database.ts";

/** Statements that list what must not be; `what` names each row found. */
const rules: readonly { readonly rule: string; readonly what: string; readonly sql: string }[] = [
  {
    rule: "a trial that was begun must have been claimed",
    what: "trial",
    sql: "SELECT study_key, number AS item FROM trial WHERE state <> 'waiting' AND attempt < 1",
  },
  {
    rule: "only trials with a result may have figures",
    what: "trial",
    sql: `SELECT DISTINCT study_key, number AS item FROM (
            SELECT study_key, number FROM trial_value UNION SELECT study_key, number FROM trial_metric
            UNION SELECT study_key, number FROM trial_artefact) AS figure
          JOIN trial USING (study_key, number) WHERE result = 'null'`,
  },
  ...["event", "test_use"].map((table) => ({
    rule: `the sequence of ${table} must have no gaps`,
    what: "sequence",
    sql: `SELECT study_key, MAX(sequence) AS item FROM ${table} GROUP BY study_key
          HAVING MAX(sequence) <> COUNT(*) OR MIN(sequence) <> 1`,
  })),
];

/** What SQLite finds wrong with the file itself; then what it holds means nothing. Empty when it is sound. */
export function fileFaults(database: SqliteDatabase): readonly string[] {
  const told = database.all("PRAGMA integrity_check").map((row) => String(Object.values(row)[0]));
  return told.filter((message) => message !== "ok");
}

/** Rows that belong to none: SQLite lets a connection that asks for it write them. */
export function strayRows(database: SqliteDatabase): readonly string[] {
  return database
    .all("PRAGMA foreign_key_check")
    .map(({ table, rowid, parent }) => `row ${rowid} of ${table} must belong to a ${parent}`);
}

/** Empty when all that is kept is as every study must be. */
export function* storeFaults(): SqlSteps<readonly string[]> {
  const faults: string[] = [];
  for (const { rule, what, sql } of rules) {
    for (const { study_key, item } of yield* all(sql))
      faults.push(`${rule}: study ${study_key}, ${what} ${item}`);
  }
  const numbers = yield* all("SELECT study_key, number FROM trial ORDER BY study_key, number");
  for (const { study_key, number } of numbers) {
    const sql = "SELECT design, design_hash, result FROM trial WHERE study_key = ? AND number = ?";
    for (const { design, design_hash, result } of yield* all(sql, study_key, number)) {
      const rule = trialFault(String(design), String(result), String(design_hash));
      if (rule !== null) faults.push(`${rule}: study ${study_key}, trial ${number}`);
    }
  }
  return faults;
}

function trialFault(design: string, result: string, hash: string): string | null {
  try {
    JSON.parse(result);
    return designHash(JSON.parse(design)) === hash ? null : "a design must have its hash";
  } catch {
    return "designs and results must be JSON";
  }
}
