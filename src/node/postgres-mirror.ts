// Studies of a database as folders on this machine, for what reads folders: a page, a report, a network made again. The
// copy goes on from where it was: rows that have changed, networks that the front names. It is only ever read.

import { mkdirSync } from "node:fs";
import { StateError } from "../base/errors.ts";
import type { Front } from "../study/front.ts";
import { writeFileAtomic } from "./atomic-file.ts";
import { FolderBlobs } from "./folder-blobs.ts";
import { lockFolder } from "./folder-lock.ts";
import { PostgresBlobs } from "./postgres-blobs.ts";
import type { PostgresStorage } from "./postgres-storage.ts";
import { all, type SqlRow } from "./sql-steps.ts";
import { SqliteDatabase } from "./sqlite-database.ts";
import { SqliteStorage } from "./sqlite-storage.ts";
import { studyPaths } from "./study-folder.ts";
import { partPrefix } from "./worker-claims.ts";

/** Tables of figures, which change with their trial. */
const trialTables = ["trial_value", "trial_metric", "trial_artefact"] as const;

/** Without an event for so long, nobody is taken to be at work on a study. */
const quietMs = 120_000;

export class StudyMirror {
  readonly folder: string;
  readonly #storage: PostgresStorage;
  readonly #key: string;
  readonly #database: SqliteDatabase;
  readonly #blobs: FolderBlobs;
  /** What each trial was when it was copied. */
  readonly #trials = new Map<number, string>();
  #lastSequence = 0;
  #unlock: (() => void) | null = null;

  /**
   * Copy a study into a new folder.
   *
   * @param name - "": the only one
   * @throws {StateError} when there is none of this name, or several and none was named
   */
  static async open(storage: PostgresStorage, folder: string, name: string): Promise<StudyMirror> {
    const key = await nameOfStudy(storage, name);
    mkdirSync(folder, { recursive: true });
    const study = await storage.getStudy(key);
    const { store } = studyPaths(folder);
    const copy = new SqliteStorage(store); // makes the tables
    if (study !== null) await copy.createStudy(study);
    await copy.close();
    const mirror = new StudyMirror(storage, folder, key);
    await mirror.refresh();
    return mirror;
  }

  private constructor(storage: PostgresStorage, folder: string, key: string) {
    const { store, networks } = studyPaths(folder);
    this.folder = folder;
    this.#storage = storage;
    this.#key = key;
    this.#database = new SqliteDatabase(store, "a study store");
    this.#blobs = new FolderBlobs(networks, "safetensors");
  }

  /** Copy what has changed. */
  async refresh(): Promise<void> {
    const changed = await this.#changedTrials();
    const events = await this.#rows(
      "SELECT * FROM event WHERE study_key = ? AND sequence > ?",
      this.#lastSequence,
    );
    if (changed.length === 0 && events.length === 0) return this.#showWork();
    const trials = await this.#rowsOf("trial", changed);
    const figures = new Map<string, readonly SqlRow[]>();
    for (const table of trialTables) figures.set(table, await this.#rowsOf(table, changed));
    const whole = new Map<string, readonly SqlRow[]>();
    const lasting = `SELECT * FROM document WHERE study_key = ? AND name NOT LIKE '${partPrefix}%'`;
    whole.set("document", await this.#rows(lasting));
    whole.set("test_use", await this.#rows("SELECT * FROM test_use WHERE study_key = ?"));
    const [study] = await this.#rows("SELECT * FROM study WHERE study_key = ?");
    // The front's networks before what names them.
    const documents = new Map(
      (whole.get("document") ?? []).map(({ name, value }) => [String(name), String(value)]),
    );
    await this.#copyNetworks(documents);
    this.#database.atomically(() => {
      const sql = "UPDATE study SET budget_trials = ? WHERE study_key = ?";
      this.#database.run(sql, study["budget_trials"], this.#key);
      for (const number of changed) {
        for (const table of [...trialTables, "trial"])
          this.#database.run(`DELETE FROM ${table} WHERE study_key = ? AND number = ?`, this.#key, number);
      }
      for (const table of whole.keys())
        this.#database.run(`DELETE FROM ${table} WHERE study_key = ?`, this.#key);
      for (const [table, rows] of [["trial", trials], ...figures, ...whole, ["event", events]] as const)
        this.#insert(table, rows);
    });
    for (const { number, state, attempt } of trials) this.#trials.set(Number(number), `${state} ${attempt}`);
    this.#lastSequence = Math.max(this.#lastSequence, ...events.map(({ sequence }) => Number(sequence)));
    await this.#showWork();
  }

  close(): void {
    this.#unlock?.();
    this.#database.close();
  }

  async #changedTrials(): Promise<readonly number[]> {
    const rows = await this.#rows(
      "SELECT number, state, attempt FROM trial WHERE study_key = ? ORDER BY number",
    );
    return rows
      .filter(({ number, state, attempt }) => this.#trials.get(Number(number)) !== `${state} ${attempt}`)
      .map(({ number }) => Number(number));
  }

  async #copyNetworks(documents: ReadonlyMap<string, string>): Promise<void> {
    const parts = [...documents]
      .filter(([name]) => name.startsWith("ann/"))
      .map(([, hash]) => JSON.parse(hash));
    const text = documents.get("front");
    const front = text === undefined ? undefined : (JSON.parse(text) as Front);
    const shown = [...(front?.points ?? []), ...(front?.networks ?? [])].map(
      ({ evaluation }) => evaluation.network,
    );
    const far = new PostgresBlobs(this.#storage.database);
    for (const hash of new Set<string>([...parts, ...shown])) {
      if ((await this.#blobs.get(hash)) !== undefined) continue;
      const bytes = await far.get(hash);
      if (bytes !== undefined) await this.#blobs.put(bytes);
    }
    const paths = studyPaths(this.folder);
    const study = documents.get("study.yaml");
    if (study !== undefined) writeFileAtomic(paths.study, JSON.parse(study));
    if (front !== undefined) writeFileAtomic(paths.front, `${JSON.stringify(front, null, 1)}\n`);
  }

  /** Who reads the folder sees by its lock whether the study is at work: somewhere, not necessarily here. */
  async #showWork(): Promise<void> {
    const { nowMs } = this.#storage.dialect;
    const [row] = await this.#rows(
      `SELECT COUNT(*) AS fresh FROM trial WHERE study_key = ? AND (state = 'running'
         OR created_ms > ${nowMs()} - ${quietMs} OR finished_ms > ${nowMs()} - ${quietMs})`,
    );
    const [last] = await this.#rows(
      `SELECT kind FROM event WHERE study_key = ? AND kind IN ('run-began', 'run-ended') ORDER BY sequence DESC LIMIT 1`,
    );
    const isAtWork = last?.["kind"] === "run-began" && Number(row["fresh"]) > 0;
    if (isAtWork) this.#unlock ??= lockFolder(this.folder);
    else {
      this.#unlock?.();
      this.#unlock = null;
    }
  }

  #rows(sql: string, ...values: readonly number[]): Promise<readonly SqlRow[]> {
    return this.#storage.database.perform(() => all(sql, this.#key, ...values));
  }

  async #rowsOf(table: string, numbers: readonly number[]): Promise<readonly SqlRow[]> {
    const rows: SqlRow[] = [];
    for (let from = 0; from < numbers.length; from += 200) {
      const some = numbers.slice(from, from + 200);
      const places = some.map(() => "?").join(", ");
      rows.push(
        ...(await this.#rows(
          `SELECT * FROM ${table} WHERE study_key = ? AND number IN (${places})`,
          ...some,
        )),
      );
    }
    return rows;
  }

  #insert(table: string, rows: readonly SqlRow[]): void {
    for (const row of rows) {
      const names = Object.keys(row);
      const sql = `INSERT INTO ${table} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`;
      this.#database.run(sql, ...Object.values(row));
    }
  }
}

/** @throws {StateError} when there is none of this name, or several and none was named */
export async function nameOfStudy(storage: PostgresStorage, name: string): Promise<string> {
  const known = await storage.listStudies();
  if (known.includes(name)) return name;
  if (name === "" && known.length === 1) return known[0];
  const holds = known.length === 0 ? "none" : known.join(", ");
  throw new StateError(
    name === ""
      ? `${storage.database.place} must hold one study, but holds ${holds}. Name one with --study.`
      : `${storage.database.place} must hold the study ${name}, but holds ${holds}.`,
  );
}
