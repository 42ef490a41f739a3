// Studies to files and back, by the ending of the file's name.

import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { InvalidValueError, StateError } from "../base/errors.ts";
import { exportStudy } from "../study/exchange/export-study.ts";
import { readJournal, writeJournal } from "../study/exchange/optuna-journal.ts";
import type { PortableStudy } from "../study/exchange/portable-study.ts";
import { readStudyCsv, writeStudyCsv } from "../study/exchange/study-csv.ts";
import { readStudyJson, writeStudyJson } from "../study/exchange/study-json.ts";
import type { Storage } from "../study/storage.ts";
import { readFileBytes, writeFileAtomic } from "./atomic-file.ts";
import { readOptunaSqlite, writeOptunaSqlite } from "./optuna-sqlite.ts";
import { isPostgresAddress, postgresAddress } from "./postgres-address.ts";
import { PostgresStorage } from "./postgres-storage.ts";
import { SqliteStorage } from "./sqlite-storage.ts";

export type StudyFormat = "optuna" | "journal" | "csv" | "json";

const endings: Readonly<Record<string, StudyFormat>> = {
  ".db": "optuna",
  ".sqlite3": "optuna",
  ".log": "journal",
  ".journal": "journal",
  ".csv": "csv",
  ".json": "json",
};

/** @throws {InvalidValueError} when the name ends like none of the formats */
export function studyFormatOf(path: string): StudyFormat {
  const ending = Object.keys(endings).find((known) => path.toLowerCase().endsWith(known));
  if (ending === undefined)
    throw new InvalidValueError(
      "the file's name",
      `must end with one of ${Object.keys(endings).join(", ")}`,
      path,
    );
  return endings[ending];
}

/** Write the study to a file. @throws {StateError} when an Optuna database of this name exists */
export function writeStudyFile(path: string, format: StudyFormat, study: PortableStudy): void {
  switch (format) {
    case "optuna":
      writeOptunaSqlite(path, [study]);
      return;
    case "journal":
      writeFileAtomic(path, writeJournal([study]));
      return;
    case "csv":
      writeFileAtomic(path, writeStudyCsv(study));
      return;
    case "json":
      writeFileAtomic(path, writeStudyJson(study));
      return;
    default:
      throw new TypeError(`unknown format ${format satisfies never}`);
  }
}

/**
 * A study of a file, of a study's folder, or of a PostgreSQL database.
 *
 * @param name - which of several; undefined: the only one
 * @throws {FormatError} when the file is not of its format
 * @throws {StateError} when there is none of this name, or several and none was named
 */
export async function readPortableStudy(path: string, name?: string): Promise<PortableStudy> {
  const studies = await readStudies(path);
  const known = studies.map((study) => study.name);
  const found = studies.filter((study) => name === undefined || study.name === name);
  if (found.length === 1) return found[0];
  throw new StateError(
    name === undefined
      ? `${path} must hold one study, but holds ${known.length === 0 ? "none" : known.join(", ")}. Name one with --study of study import.`
      : `${path} must hold the study ${name}, but holds ${known.join(", ") || "none"}.`,
  );
}

async function readStudies(path: string): Promise<readonly PortableStudy[]> {
  if (isPostgresAddress(path))
    return readStorage(await PostgresStorage.open(postgresAddress("the database", path)));
  if (existsSync(path) && statSync(path).isDirectory()) return readStorage(openStore(path));
  const format = studyFormatOf(path);
  if (format === "optuna") {
    readFileBytes(path); // says in the usual words when it is not there
    return readOptunaSqlite(path);
  }
  const text = new TextDecoder().decode(readFileBytes(path));
  switch (format) {
    case "journal":
      return readJournal(path, text);
    case "csv":
      return [readStudyCsv(path, text)];
    case "json":
      return [readStudyJson(path, text)];
    default:
      throw new TypeError(`unknown format ${format satisfies never}`);
  }
}

async function readStorage(storage: Storage): Promise<readonly PortableStudy[]> {
  try {
    const keys = await storage.listStudies();
    const studies: PortableStudy[] = [];
    for (const key of keys) studies.push(await exportStudy(storage, key));
    return studies;
  } finally {
    await storage.close();
  }
}

/** The store in a study's folder. @throws {StateError} when there is none */
export function openStore(folder: string): SqliteStorage {
  const path = join(folder, "study.sqlite");
  if (!existsSync(path))
    throw new StateError(
      `${folder} must be the folder of a study, but holds no study.sqlite. Run explore first.`,
    );
  return new SqliteStorage(path);
}
