// The tables of the study store, and how an older file gets them.
//
// Version 1 kept studies, trials, documents, test uses and events. Version 2 adds to every trial the hash of its
// design and when it was made, begun and finished, and tables of its figures: objective values by fidelity and
// repeat, metrics by step, artefacts by hash. Figures of older trials are filled in by the study, which knows
// what its objectives are (study/record-figures.ts).

import { FormatError } from "../base/errors.ts";
import { designHash } from "./sql-trials.ts";
import type { SqliteDatabase } from "./sqlite-database.ts";

export const storeVersion = 2;

export const versionOne = `
CREATE TABLE store_version (version INTEGER NOT NULL);
CREATE TABLE study (
  study_key TEXT PRIMARY KEY,
  settings TEXT NOT NULL,
  budget_trials INTEGER NOT NULL
);
CREATE TABLE trial (
  study_key TEXT NOT NULL REFERENCES study (study_key),
  number INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'complete', 'failed')),
  design TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  lease_owner TEXT NOT NULL,
  lease_until_ms BIGINT NOT NULL,
  result TEXT NOT NULL,
  error TEXT NOT NULL,
  PRIMARY KEY (study_key, number)
);
CREATE TABLE document (
  study_key TEXT NOT NULL REFERENCES study (study_key),
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (study_key, name)
);
CREATE TABLE test_use (
  study_key TEXT NOT NULL REFERENCES study (study_key),
  sequence INTEGER NOT NULL,
  purpose TEXT NOT NULL,
  images INTEGER NOT NULL,
  PRIMARY KEY (study_key, sequence)
);
CREATE TABLE event (
  study_key TEXT NOT NULL REFERENCES study (study_key),
  sequence INTEGER NOT NULL,
  kind TEXT NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (study_key, sequence)
);
INSERT INTO store_version (version) VALUES (1);
`;

export const versionTwo = `
ALTER TABLE trial ADD COLUMN design_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE trial ADD COLUMN created_ms BIGINT;
ALTER TABLE trial ADD COLUMN started_ms BIGINT;
ALTER TABLE trial ADD COLUMN finished_ms BIGINT;
CREATE INDEX trial_by_design ON trial (study_key, design_hash);
CREATE TABLE trial_value (
  study_key TEXT NOT NULL,
  number INTEGER NOT NULL,
  objective TEXT NOT NULL,
  fidelity DOUBLE PRECISION NOT NULL CHECK (fidelity > 0 AND fidelity <= 1),
  repeat INTEGER NOT NULL,
  seed BIGINT NOT NULL,
  value DOUBLE PRECISION NOT NULL,
  standard_error DOUBLE PRECISION,
  PRIMARY KEY (study_key, number, objective, fidelity, repeat),
  FOREIGN KEY (study_key, number) REFERENCES trial (study_key, number)
);
CREATE TABLE trial_metric (
  study_key TEXT NOT NULL,
  number INTEGER NOT NULL,
  name TEXT NOT NULL,
  step INTEGER NOT NULL,
  value DOUBLE PRECISION NOT NULL,
  PRIMARY KEY (study_key, number, name, step),
  FOREIGN KEY (study_key, number) REFERENCES trial (study_key, number)
);
CREATE TABLE trial_artefact (
  study_key TEXT NOT NULL,
  number INTEGER NOT NULL,
  name TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (study_key, number, name),
  FOREIGN KEY (study_key, number) REFERENCES trial (study_key, number)
);
`;

/**
 * Make the tables in a new file, or bring an older store up to date: whole or not at all, and once, however many
 * processes open it.
 *
 * @throws {FormatError} when the file is no such store, or of a version this release does not know; it is left
 *   as it was
 */
export function prepareStore(database: SqliteDatabase, isNew: boolean): void {
  const isEmpty = (): boolean => database.all("SELECT name FROM sqlite_master").length === 0;
  if (isNew && isEmpty()) {
    database.atomically(() => {
      if (isEmpty()) database.exec(versionOne); // another process may have been first
    });
  }
  const [row] = database.all("SELECT name FROM sqlite_master WHERE name = 'store_version'");
  if (row === undefined)
    throw new FormatError(database.path, "must be a spikefront study store", "another database");
  if (versionOf(database) === 1) {
    database.atomically(() => {
      if (versionOf(database) === 1) toVersionTwo(database);
    });
  }
  const version = versionOf(database);
  if (version === storeVersion) return;
  throw new FormatError(
    database.path,
    `must have version ${storeVersion} of the study store, or 1`,
    version ?? "none",
    "It was written by another release of spikefront; use that one.",
  );
}

function toVersionTwo(database: SqliteDatabase): void {
  database.exec(versionTwo);
  for (const { study_key, number, design } of database.all("SELECT study_key, number, design FROM trial")) {
    const hash = designHash(JSON.parse(String(design)));
    database.run(
      "UPDATE trial SET design_hash = ? WHERE study_key = ? AND number = ?",
      hash,
      study_key,
      number,
    );
  }
  database.run("UPDATE store_version SET version = 2");
}

function versionOf(database: SqliteDatabase): string | number | null | undefined {
  return database.all("SELECT version FROM store_version")[0]?.["version"];
}
