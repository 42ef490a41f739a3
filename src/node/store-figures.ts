// The figures of trials in the study store: written, deleted and read back.

import type { TrialDetails, TrialFigures, TrialMetric, TrialValue } from "../study/storage.ts";
import { rowsBy } from "./rows-by.ts";
import { all, run, type SqlRow, type SqlSteps } from "./sql-steps.ts";

/**
 * In place of the trial's metrics and artefacts, and beside its values of other fidelities and repeats. Within a
 * transaction of the caller.
 */
export function* insertFigures(
  key: string,
  number: number,
  { values, metrics, artefacts }: TrialFigures,
): SqlSteps<void> {
  for (const table of ["trial_metric", "trial_artefact"])
    yield* run(`DELETE FROM ${table} WHERE study_key = ? AND number = ?`, key, number);
  for (const { objective, fidelity, repeat, seed, value, standardError } of values) {
    yield* run(
      `INSERT INTO trial_value (study_key, number, objective, fidelity, repeat, seed, value, standard_error)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (study_key, number, objective, fidelity, repeat)
       DO UPDATE SET seed = excluded.seed, value = excluded.value, standard_error = excluded.standard_error`,
      ...[key, number, objective, fidelity, repeat, seed, value, standardError],
    );
  }
  for (const { name, step, value } of metrics) {
    const sql = "INSERT INTO trial_metric (study_key, number, name, step, value) VALUES (?, ?, ?, ?, ?)";
    yield* run(sql, key, number, name, step, value);
  }
  for (const [name, hash] of Object.entries(artefacts)) {
    const sql = "INSERT INTO trial_artefact (study_key, number, name, hash) VALUES (?, ?, ?, ?)";
    yield* run(sql, key, number, name, hash);
  }
}

/** Within a transaction of the caller. */
export function* deleteFigures(key: string, number: number): SqlSteps<void> {
  for (const table of ["trial_value", "trial_metric", "trial_artefact"])
    yield* run(`DELETE FROM ${table} WHERE study_key = ? AND number = ?`, key, number);
}

export function* readDetails(key: string): SqlSteps<readonly TrialDetails[]> {
  const values = byNumber(
    yield* all("SELECT * FROM trial_value WHERE study_key = ? ORDER BY objective, fidelity, repeat", key),
  );
  const metrics = byNumber(
    yield* all("SELECT * FROM trial_metric WHERE study_key = ? ORDER BY name, step", key),
  );
  const artefacts = byNumber(
    yield* all("SELECT * FROM trial_artefact WHERE study_key = ? ORDER BY name", key),
  );
  const sql =
    "SELECT number, design_hash, created_ms, started_ms, finished_ms FROM trial WHERE study_key = ? ORDER BY number";
  return (yield* all(sql, key)).map((row) => {
    const number = Number(row["number"]);
    const hashes = (artefacts.get(number) ?? []).map(({ name, hash }) => [String(name), String(hash)]);
    return {
      number,
      designHash: String(row["design_hash"]),
      createdMs: numberOrNull(row["created_ms"]),
      startedMs: numberOrNull(row["started_ms"]),
      finishedMs: numberOrNull(row["finished_ms"]),
      values: (values.get(number) ?? []).map(valueIn),
      metrics: (metrics.get(number) ?? []).map(metricIn),
      artefacts: Object.fromEntries(hashes),
    };
  });
}

function byNumber(rows: readonly SqlRow[]): ReadonlyMap<number, readonly SqlRow[]> {
  return rowsBy("number", rows);
}

function valueIn(row: SqlRow): TrialValue {
  return {
    objective: String(row["objective"]),
    fidelity: Number(row["fidelity"]),
    repeat: Number(row["repeat"]),
    seed: Number(row["seed"]),
    value: Number(row["value"]),
    standardError: numberOrNull(row["standard_error"]),
  };
}

function metricIn(row: SqlRow): TrialMetric {
  return { name: String(row["name"]), step: Number(row["step"]), value: Number(row["value"]) };
}

function numberOrNull(value: string | number | null): number | null {
  return value === null ? null : Number(value);
}
