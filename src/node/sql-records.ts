// What a study keeps besides its trials, in SQL: documents by name, rows that are appended and numbered.

import type { Json } from "../study/storage.ts";
import { all, run, type SqlDialect, type SqlSteps, type SqlValue } from "./sql-steps.ts";
import { encode } from "./sql-trials.ts";

/** In place of the document that has this name. */
export function* writeDocument(key: string, name: string, value: Json): SqlSteps<void> {
  const sql =
    "INSERT INTO document (study_key, name, value) VALUES (?, ?, ?) ON CONFLICT (study_key, name) DO UPDATE SET value = excluded.value";
  yield* run(sql, key, name, encode(name, value));
}

export function* deleteDocument(key: string, name: string): SqlSteps<void> {
  yield* run("DELETE FROM document WHERE study_key = ? AND name = ?", key, name);
}

/** Within a transaction of the caller, and late in it: until its end nobody else appends to the study. */
export function appendEvent(dialect: SqlDialect, key: string, kind: string, data: Json): SqlSteps<void> {
  return appendRow(dialect, "event", key, { kind, data: encode("event", data) });
}

/** As appendEvent. */
export function* appendRow(
  { lockRows }: SqlDialect,
  table: "event" | "test_use",
  key: string,
  values: Readonly<Record<string, SqlValue>>,
): SqlSteps<void> {
  const names = Object.keys(values);
  // One appends at a time, or two would take the same number.
  yield* all(`SELECT study_key FROM study WHERE study_key = ?${lockRows}`, key);
  yield* run(
    `INSERT INTO ${table} (study_key, sequence, ${names.join(", ")})
     SELECT ?, COALESCE(MAX(sequence), 0) + 1, ${names.map(() => "?").join(", ")} FROM ${table} WHERE study_key = ?`,
    key,
    ...Object.values(values),
    key,
  );
}
