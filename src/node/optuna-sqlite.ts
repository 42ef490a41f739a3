// Optuna's SQLite storage, head revision v3.2.0.a (schema 12), which optuna 4.9 and 5 open and continue. Any
// file with these tables is read back, of older revisions, too.

import { existsSync, rmSync } from "node:fs";
import { FormatError, StateError } from "../base/errors.ts";
import {
  distributionFromJson,
  distributionToJson,
  fromInternal,
  toInternal,
} from "../study/exchange/optuna-distribution.ts";
import type { PortableState, PortableStudy, PortableTrial } from "../study/exchange/portable-study.ts";
import { fromPythonJson, toPythonJson } from "../study/exchange/python-json.ts";
import { timeFromText, timeText } from "../study/exchange/time-text.ts";
import type { Json } from "../study/storage.ts";
import { rowsBy } from "./rows-by.ts";
import { SqliteDatabase, type SqlRow } from "./sqlite-database.ts";

const revision = "v3.2.0.a";

/** The version the file says it was written by: the oldest that has this schema. */
const libraryVersion = "4.9.0";

/** The tables as Optuna makes them; what enters a file is checked by their constraints. */
const tables = `
CREATE TABLE studies (study_id INTEGER NOT NULL, study_name VARCHAR(512) NOT NULL, PRIMARY KEY (study_id));
CREATE UNIQUE INDEX ix_studies_study_name ON studies (study_name);
CREATE TABLE version_info (version_info_id INTEGER NOT NULL, schema_version INTEGER, library_version VARCHAR(256),
  PRIMARY KEY (version_info_id), CHECK (version_info_id = 1));
CREATE TABLE study_directions (study_direction_id INTEGER NOT NULL, direction VARCHAR(8) NOT NULL,
  study_id INTEGER NOT NULL, objective INTEGER NOT NULL, PRIMARY KEY (study_direction_id),
  UNIQUE (study_id, objective), FOREIGN KEY (study_id) REFERENCES studies (study_id));
CREATE TABLE study_user_attributes (study_user_attribute_id INTEGER NOT NULL, study_id INTEGER, "key" VARCHAR(512),
  value_json TEXT, PRIMARY KEY (study_user_attribute_id), UNIQUE (study_id, "key"),
  FOREIGN KEY (study_id) REFERENCES studies (study_id));
CREATE TABLE study_system_attributes (study_system_attribute_id INTEGER NOT NULL, study_id INTEGER,
  "key" VARCHAR(512), value_json TEXT, PRIMARY KEY (study_system_attribute_id), UNIQUE (study_id, "key"),
  FOREIGN KEY (study_id) REFERENCES studies (study_id));
CREATE TABLE trials (trial_id INTEGER NOT NULL, number INTEGER, study_id INTEGER, state VARCHAR(8) NOT NULL,
  datetime_start DATETIME, datetime_complete DATETIME, PRIMARY KEY (trial_id),
  FOREIGN KEY (study_id) REFERENCES studies (study_id));
CREATE INDEX ix_trials_study_id ON trials (study_id);
CREATE TABLE trial_user_attributes (trial_user_attribute_id INTEGER NOT NULL, trial_id INTEGER, "key" VARCHAR(512),
  value_json TEXT, PRIMARY KEY (trial_user_attribute_id), UNIQUE (trial_id, "key"),
  FOREIGN KEY (trial_id) REFERENCES trials (trial_id));
CREATE TABLE trial_system_attributes (trial_system_attribute_id INTEGER NOT NULL, trial_id INTEGER,
  "key" VARCHAR(512), value_json TEXT, PRIMARY KEY (trial_system_attribute_id), UNIQUE (trial_id, "key"),
  FOREIGN KEY (trial_id) REFERENCES trials (trial_id));
CREATE TABLE trial_params (param_id INTEGER NOT NULL, trial_id INTEGER, param_name VARCHAR(512), param_value FLOAT,
  distribution_json TEXT, PRIMARY KEY (param_id), UNIQUE (trial_id, param_name),
  FOREIGN KEY (trial_id) REFERENCES trials (trial_id));
CREATE TABLE trial_values (trial_value_id INTEGER NOT NULL, trial_id INTEGER NOT NULL, objective INTEGER NOT NULL,
  value FLOAT, value_type VARCHAR(7) NOT NULL, PRIMARY KEY (trial_value_id), UNIQUE (trial_id, objective),
  FOREIGN KEY (trial_id) REFERENCES trials (trial_id));
CREATE TABLE trial_intermediate_values (trial_intermediate_value_id INTEGER NOT NULL, trial_id INTEGER NOT NULL,
  step INTEGER NOT NULL, intermediate_value FLOAT, intermediate_value_type VARCHAR(7) NOT NULL,
  PRIMARY KEY (trial_intermediate_value_id), UNIQUE (trial_id, step),
  FOREIGN KEY (trial_id) REFERENCES trials (trial_id));
CREATE TABLE trial_heartbeats (trial_heartbeat_id INTEGER NOT NULL, trial_id INTEGER NOT NULL,
  heartbeat DATETIME NOT NULL, PRIMARY KEY (trial_heartbeat_id), UNIQUE (trial_id),
  FOREIGN KEY (trial_id) REFERENCES trials (trial_id));
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL,
  CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
INSERT INTO version_info VALUES (1, 12, '${libraryVersion}');
INSERT INTO alembic_version VALUES ('${revision}');
`;

const stateWords: Readonly<Record<PortableState, string>> = {
  waiting: "WAITING",
  running: "RUNNING",
  complete: "COMPLETE",
  pruned: "PRUNED",
  failed: "FAIL",
};

/**
 * Write the studies to a new file.
 *
 * @throws {StateError} when the file exists already or cannot be written
 */
export function writeOptunaSqlite(path: string, studies: readonly PortableStudy[]): void {
  if (existsSync(path))
    throw new StateError(`${path} must be a new file, but exists. Choose another name or remove it.`);
  const database = new SqliteDatabase(path, "a file for Optuna");
  try {
    database.atomically(() => {
      database.exec(tables);
      for (const study of studies) writeStudy(database, study);
    });
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    database.close();
  }
}

function writeStudy(database: SqliteDatabase, study: PortableStudy): void {
  const insert = inserter(database);
  const id = insert("INSERT INTO studies (study_name) VALUES (?)", study.name);
  for (const [objective, direction] of study.directions.entries()) {
    const sql = "INSERT INTO study_directions (direction, study_id, objective) VALUES (?, ?, ?)";
    insert(sql, direction.toUpperCase(), id, objective);
  }
  for (const [kind, attributes] of Object.entries({
    user: study.attributes,
    system: study.systemAttributes,
  })) {
    const sql = `INSERT INTO study_${kind}_attributes (study_id, "key", value_json) VALUES (?, ?, ?)`;
    for (const [name, value] of Object.entries(attributes)) insert(sql, id, name, toPythonJson(value));
  }
  for (const trial of study.trials) writeTrial(database, id, trial);
}

function writeTrial(database: SqliteDatabase, study: number, trial: PortableTrial): void {
  const insert = inserter(database);
  const id = insert(
    "INSERT INTO trials (number, study_id, state, datetime_start, datetime_complete) VALUES (?, ?, ?, ?, ?)",
    ...[trial.number, study, stateWords[trial.state], dateOf(trial.startedMs), dateOf(trial.finishedMs)],
  );
  for (const [name, { value, distribution }] of Object.entries(trial.parameters)) {
    const sql =
      "INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json) VALUES (?, ?, ?, ?)";
    insert(sql, id, name, toInternal(distribution, value), distributionToJson(distribution));
  }
  for (const [objective, value] of (trial.values ?? []).entries()) {
    const sql = "INSERT INTO trial_values (trial_id, objective, value, value_type) VALUES (?, ?, ?, ?)";
    insert(sql, id, objective, Number.isFinite(value) ? value : null, typeOf(value));
  }
  for (const { step, value } of trial.intermediate) {
    const sql = `INSERT INTO trial_intermediate_values (trial_id, step, intermediate_value, intermediate_value_type)
                 VALUES (?, ?, ?, ?)`;
    insert(sql, id, step, Number.isFinite(value) ? value : null, typeOf(value));
  }
  for (const [kind, attributes] of Object.entries({
    user: trial.attributes,
    system: trial.systemAttributes,
  })) {
    const sql = `INSERT INTO trial_${kind}_attributes (trial_id, "key", value_json) VALUES (?, ?, ?)`;
    for (const [name, value] of Object.entries(attributes)) insert(sql, id, name, toPythonJson(value));
  }
}

/** Inserts a row and gives its id. */
function inserter(database: SqliteDatabase): (sql: string, ...values: (string | number | null)[]) => number {
  return (sql, ...values) => {
    database.run(sql, ...values);
    return Number(database.all("SELECT last_insert_rowid() AS id")[0]["id"]);
  };
}

/**
 * All studies of an Optuna file, which is left as it is. Times are taken as UTC: Optuna 5 writes them so, older
 * versions wrote local time, which the file does not tell.
 *
 * @throws {FormatError} when the file is no storage of Optuna's
 */
export function readOptunaSqlite(path: string): readonly PortableStudy[] {
  const holds = "an SQLite storage of Optuna";
  const database = new SqliteDatabase(path, holds, { readOnly: true });
  try {
    const names = database.all("SELECT name FROM sqlite_master WHERE type = 'table'").map(({ name }) => name);
    for (const table of ["studies", "study_directions", "trials", "trial_params", "trial_values"]) {
      if (!names.includes(table)) throw new FormatError(path, `must be ${holds}`, `a file without ${table}`);
    }
    return database
      .all("SELECT study_id, study_name FROM studies ORDER BY study_id")
      .map(({ study_id, study_name }) => readStudy(database, Number(study_id), String(study_name)));
  } finally {
    database.close();
  }
}

function readStudy(database: SqliteDatabase, id: number, name: string): PortableStudy {
  const directions = database
    .all("SELECT direction FROM study_directions WHERE study_id = ? ORDER BY objective", id)
    .map(({ direction }) => (direction === "MAXIMIZE" ? "maximize" : "minimize"));
  const attributes = (kind: "user" | "system"): Readonly<Record<string, Json>> =>
    attributesIn(
      database.path,
      database.all(
        `SELECT "key", value_json FROM study_${kind}_attributes WHERE study_id = ? ORDER BY 1`,
        id,
      ),
    );
  const ofTrials = (table: string, order: string): ReadonlyMap<number, readonly SqlRow[]> => {
    const sql = `SELECT one.* FROM ${table} AS one JOIN trials USING (trial_id) WHERE study_id = ? ORDER BY ${order}`;
    return rowsBy("trial_id", database.all(sql, id));
  };
  const parts = {
    parameters: ofTrials("trial_params", "param_id"),
    values: ofTrials("trial_values", "objective"),
    intermediate: ofTrials("trial_intermediate_values", "step"),
    user: ofTrials("trial_user_attributes", "trial_user_attribute_id"),
    system: ofTrials("trial_system_attributes", "trial_system_attribute_id"),
  };
  const trials = database
    .all("SELECT * FROM trials WHERE study_id = ? ORDER BY trial_id", id)
    .map((row, number) => readTrial(database.path, row, number, parts));
  return { name, directions, attributes: attributes("user"), systemAttributes: attributes("system"), trials };
}

function readTrial(
  path: string,
  row: SqlRow,
  number: number,
  parts: Readonly<
    Record<
      "parameters" | "values" | "intermediate" | "user" | "system",
      ReadonlyMap<number, readonly SqlRow[]>
    >
  >,
): PortableTrial {
  const id = Number(row["trial_id"]);
  const where = `${path}: trial ${number}`;
  const word = Object.entries(stateWords).find(([, state]) => state === row["state"]);
  if (word === undefined) throw new FormatError(where, "must have a state of Optuna's", row["state"]);
  const values = parts.values.get(id) ?? [];
  const parameters = (parts.parameters.get(id) ?? []).map((told) => {
    const distribution = distributionFromJson(
      where,
      fromPythonJson(where, String(told["distribution_json"])),
    );
    const value = fromInternal(where, distribution, Number(told["param_value"]));
    return [String(told["param_name"]), { value, distribution }];
  });
  return {
    number,
    state: word[0] as PortableState,
    parameters: Object.fromEntries(parameters),
    values: values.length === 0 ? null : values.map((told) => numberOf(told["value"], told["value_type"])),
    intermediate: (parts.intermediate.get(id) ?? []).map((told) => ({
      step: Number(told["step"]),
      value: numberOf(told["intermediate_value"], told["intermediate_value_type"]),
    })),
    attributes: attributesIn(where, parts.user.get(id) ?? []),
    systemAttributes: attributesIn(where, parts.system.get(id) ?? []),
    startedMs: timeOf(where, row["datetime_start"]),
    finishedMs: timeOf(where, row["datetime_complete"]),
  };
}

function attributesIn(where: string, rows: readonly SqlRow[]): Readonly<Record<string, Json>> {
  return Object.fromEntries(
    rows.map(({ key, value_json }) => [String(key), fromPythonJson(`${where}: ${key}`, String(value_json))]),
  );
}

function typeOf(value: number): string {
  if (Number.isNaN(value)) return "NAN";
  return Number.isFinite(value) ? "FINITE" : value > 0 ? "INF_POS" : "INF_NEG";
}

function numberOf(value: string | number | null, type: string | number | null): number {
  if (type === "INF_POS") return Infinity;
  if (type === "INF_NEG") return -Infinity;
  return value === null || type === "NAN" ? Number.NaN : Number(value);
}

/** UTC without a zone, as SQLAlchemy keeps times. */
function dateOf(timeMs: number | null): string | null {
  return timeMs === null ? null : timeText(timeMs).replace("T", " ");
}

function timeOf(where: string, text: string | number | null): number | null {
  if (text === null) return null;
  const timeMs = timeFromText(String(text));
  if (Number.isNaN(timeMs)) throw new FormatError(where, "must hold times", text);
  return timeMs;
}
