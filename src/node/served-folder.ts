// The studies a folder holds: those of its own store, and those of the stores one folder below it. Studies are
// asked for by an id of this list, never by a path, so no address leads anywhere else.

import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { LiveStudyName } from "../study/live-network.ts";
import { EventLines } from "./serve-events.ts";
import { ServedStudy, type StudyPlace } from "./serve-store.ts";
import { SqliteDatabase } from "./sqlite-database.ts";
import { studyPaths } from "./study-folder.ts";

export interface ListedStudy extends LiveStudyName, StudyPlace {}

/** One study that is looked at, with those who watch it. */
export interface OpenedStudy {
  readonly study: ServedStudy;
  readonly lines: EventLines;
}

/** Folders below are looked at up to this many; so many studies can be open at a time. */
const mostFolders = 200;

/** A list is as good as new for so long: every store in it is opened to make it. */
const listedMs = 1_000;

export class ServedFolderStudies {
  readonly #folder: string;
  readonly #opened = new Map<string, OpenedStudy>();
  #listed: { readonly atMs: number; readonly list: readonly ListedStudy[] } | null = null;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The folder's own studies first, then the others, the latest first. */
  list(): readonly ListedStudy[] {
    const atMs = performance.now();
    if (this.#listed === null || atMs - this.#listed.atMs > listedMs)
      this.#listed = { atMs, list: this.#look() };
    return this.#listed.list;
  }

  #look(): readonly ListedStudy[] {
    const below = foldersIn(this.#folder)
      .map((name) => ({ name, folder: join(this.#folder, name) }))
      .filter(({ folder }) => existsSync(studyPaths(folder).store))
      .sort((a, b) => changedMs(b.folder) - changedMs(a.folder));
    return [
      ...studiesIn(this.#folder, ""),
      ...below.flatMap(({ name, folder }) => studiesIn(folder, `${name}/`)),
    ];
  }

  /** @param id - "": the first there is, or the one that will begin here. @returns null when there is no such study */
  of(id: string): OpenedStudy | null {
    const known = this.#opened.get(id);
    if (known !== undefined) return known;
    const found = id === "" ? undefined : this.list().find((one) => one.id === id);
    if ((id !== "" && found === undefined) || this.#opened.size >= mostFolders) return null;
    const study = new ServedStudy(found === undefined ? () => this.#first() : () => found);
    const opened = { study, lines: new EventLines(study) };
    this.#opened.set(id, opened);
    return opened;
  }

  /** The folder's own store, else the latest below; where there is none, the folder's own is waited for. */
  #first(): StudyPlace {
    const own = { folder: this.#folder, key: null };
    return existsSync(studyPaths(this.#folder).store) ? own : (this.list()[0] ?? own);
  }

  close(): void {
    for (const { study, lines } of this.#opened.values()) {
      lines.close();
      study.close();
    }
    this.#opened.clear();
  }
}

/** Names of the folders in a folder; links are not followed. */
export function foldersIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort()
      .slice(0, mostFolders);
  } catch {
    return []; // gone meanwhile
  }
}

/** None where the file is no store, or none yet: whoever asks for it is told why. */
function studiesIn(folder: string, prefix: string): readonly ListedStudy[] {
  const path = studyPaths(folder).store;
  if (!existsSync(path)) return [];
  try {
    const database = new SqliteDatabase(path, "a study store", { readOnly: true });
    try {
      return database.all("SELECT study_key FROM study ORDER BY rowid").map((row) => {
        const key = String(row["study_key"]);
        return { id: `${prefix}${key}`, name: `${prefix}${key}`, folder, key };
      });
    } finally {
      database.close();
    }
  } catch {
    return [];
  }
}

function changedMs(folder: string): number {
  return statSync(studyPaths(folder).store).mtimeMs;
}
