// A study's store as it is shown to those who watch: opened read-only, asked again and again.
//
// A cursor says how far a watcher has seen: the last event and the last moment by the storage's clock, as
// `sequence-milliseconds`. What follows it are the trials that later events name, and those that were made, begun or
// finished from that moment on: a process killed between a result and its event leaves the result. Trials told twice
// do no harm, so a cursor of one server means the same to the next.

import { existsSync, statSync } from "node:fs";
import { FormatError } from "../base/errors.ts";
import { isActive, type Space } from "../space/space.ts";
import { damageOf } from "../study/damage-plans.ts";
import type { DesignValues, ReferenceFigure } from "../study/front.ts";
import type {
  LiveChange,
  LiveFigure,
  LiveNetwork,
  LiveObjective,
  LiveProgress,
  LiveStatus,
  LiveStudy,
  LiveTraining,
  LiveTrial,
} from "../study/live-study.ts";
import type { ReferencePoint } from "../study/reference-point.ts";
import { standardErrorOf } from "../study/standard-error.ts";
import type { TrialState } from "../study/storage.ts";
import { StudyJudge } from "../study/study-judge.ts";
import type { StudySettings } from "../study/study-settings.ts";
import { isFolderInUse } from "./folder-lock.ts";
import { SqliteDatabase } from "./sqlite-database.ts";
import { storeVersion } from "./store-schema.ts";
import { studyPaths } from "./study-folder.ts";

export interface StudyPlace {
  readonly folder: string;
  /** null: the store's first study, whatever it will be. */
  readonly key: string | null;
}

export interface OpenStudy {
  readonly folder: string;
  readonly database: SqliteDatabase;
  /** Of the file: another one may take its place. */
  readonly inode: number;
  readonly key: string;
  readonly judge: StudyJudge;
}

/** The end of a normal 95 % interval, in standard errors. */
const normalEnd = 1.96;

export class ServedStudy {
  readonly #find: () => StudyPlace;
  readonly #now: () => number;
  #open: OpenStudy | null = null;

  /**
   * @param find - tells where the study is, until it is there
   * @param now - milliseconds since 1970
   */
  constructor(find: () => StudyPlace, now: () => number = Date.now) {
    this.#find = find;
    this.#now = now;
  }

  /** Differs whenever something may have changed. @throws {FormatError} when the file is no study store */
  version(): string {
    const open = this.reach();
    if (open === null) return "none";
    const data = open.database.all("PRAGMA data_version")[0]["data_version"];
    return `${open.inode} ${data} ${isFolderInUse(open.folder)} ${hasReport(open)}`;
  }

  /** Null: nothing is there yet. */
  read(): { readonly study: LiveStudy; readonly cursor: string } | null {
    const open = this.reach();
    if (open === null) return null;
    const { judge, key } = open;
    const cursor = cursorOf(open); // first: what comes in between is told again
    const { requirements } = judge.settings;
    const objectives = judge.objectives.map(({ name, about, unit, direction, scale }, i): LiveObjective => {
      const under = damageOf(judge.objectives[i], judge.settings);
      const limit = requirements[limits[name]] ?? null;
      return { name, about, unit, direction, scale, limit, ...(under !== "" && { under }) };
    });
    const tested = new Set<string>(objectives.map(({ name }) => limits[name]));
    return {
      study: {
        name: key,
        objectives,
        training: trainingOf(judge, defaultsOf(judge.space)),
        space: judge.space,
        untested: Object.keys(requirements).filter((name) => !tested.has(name)),
        trials: trialsOf(open, "TRUE"),
        progress: this.#progress(open),
      },
      cursor,
    };
  }

  /** What came after a cursor; null where it can belong to no state of this store. */
  since(after: string): { readonly change: LiveChange; readonly cursor: string } | null {
    const open = this.reach();
    const [, sequence, moment] = /^(\d{1,15})-(\d{1,15})$/.exec(after) ?? [];
    if (open === null || sequence === undefined) return null;
    const cursor = cursorOf(open);
    const [lastSequence, lastMoment] = cursor.split("-").map(Number);
    if (lastSequence < Number(sequence) || lastMoment < Number(moment)) return null;
    const numbers = open.database
      .all("SELECT data FROM event WHERE study_key = ? AND sequence > ?", open.key, Number(sequence))
      .flatMap(({ data }) => numbersIn(JSON.parse(String(data))));
    const trials = trialsOf(
      open,
      `(t.created_ms >= ? OR t.started_ms >= ? OR t.finished_ms >= ?
        OR t.number IN (SELECT value FROM json_each(?)))`,
      ...[Number(moment), Number(moment), Number(moment), JSON.stringify(numbers)],
    );
    return { change: { trials, progress: this.#progress(open) }, cursor };
  }

  close(): void {
    this.#open?.database.close();
    this.#open = null;
  }

  /** The study that is there now; valid until it is asked for again. @throws {FormatError} for no study store */
  reach(): OpenStudy | null {
    const place = this.#open ?? this.#find();
    const path = studyPaths(place.folder).store;
    const inode = existsSync(path) ? statSync(path).ino : 0;
    if (this.#open !== null && this.#open.inode !== inode) this.close();
    if (inode === 0) return null;
    this.#open ??= openStudy(path, place, inode);
    return this.#open;
  }

  #progress(open: OpenStudy): LiveProgress {
    const { database, key, judge, folder } = open;
    const [{ budget_trials }] = database.all("SELECT budget_trials FROM study WHERE study_key = ?", key);
    const [last] = database.all(
      "SELECT kind FROM event WHERE study_key = ? AND kind IN ('run-began', 'run-ended') ORDER BY sequence DESC LIMIT 1",
      key,
    );
    const [latest] = database.all(
      "SELECT kind, data FROM event WHERE study_key = ? AND kind IN ('run-began', 'phase') ORDER BY sequence DESC LIMIT 1",
      key,
    );
    const running = database.all(
      "SELECT number FROM trial WHERE study_key = ? AND state = 'running' ORDER BY number",
      key,
    );
    const isReported = hasReport(open);
    const status: LiveStatus = isFolderInUse(folder)
      ? "running"
      : last?.["kind"] !== "run-began" && isReported // studies from before events have none
        ? "finished"
        : "stopped";
    const volumes = documentOf(database, key, "hypervolume") as
      | { steps: LiveProgress["hypervolume"] }
      | undefined;
    const reference = documentOf(database, key, "reference") as ReferencePoint | undefined;
    return {
      status,
      phase: latest?.["kind"] === "phase" ? JSON.parse(String(latest["data"])).phase : "train",
      budgetTrials: Number(budget_trials),
      running: running.map(({ number }) => Number(number)),
      hypervolume: volumes?.steps ?? [],
      reference:
        reference?.map((one, i): ReferenceFigure => ({ ...one, scale: judge.objectives[i].scale })) ?? null,
      anns: annsOf(database, key, judge),
      hasReport: isReported,
      nowMs: this.#now(),
    };
  }
}

/** How the network of a design comes by its weights. */
function trainingOf(judge: StudyJudge, design: DesignValues): LiveTraining {
  const { kind } = judge.planOf(design, "search");
  return kind === "skips" ? "direct" : kind === "ttfs" ? "event" : "converted";
}

/** Designs of a study of several methods have settings of all of them. */
function designOf(judge: StudyJudge, design: DesignValues): Pick<LiveTrial, "design" | "training"> {
  if (judge.settings.methods === undefined) return { design };
  const active = Object.entries(design).filter(([name]) => isActive(judge.space, name, design));
  return { design: Object.fromEntries(active), training: trainingOf(judge, design) };
}

function defaultsOf({ fields }: Space): DesignValues {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.default]));
}

function hasReport({ folder }: OpenStudy): boolean {
  return existsSync(studyPaths(folder).front);
}

/** The requirement that limits an objective. */
const limits: Readonly<Record<string, "minAccuracy" | "maxEnergyPj" | "maxDrop">> = {
  accuracy: "minAccuracy",
  energy: "maxEnergyPj",
  drop: "maxDrop",
};

/** Null while nothing is in the store. */
function openStudy(path: string, { folder, key: wanted }: StudyPlace, inode: number): OpenStudy | null {
  const database = new SqliteDatabase(path, "a study store", { readOnly: true });
  try {
    // Without a table, or without a row in it, another process is about to make them.
    const tables = database.all("SELECT name FROM sqlite_master WHERE name IN ('store_version', 'study')");
    const [row] = tables.length < 2 ? [] : database.all("SELECT version FROM store_version");
    const version = row?.["version"];
    if (version !== undefined && version !== storeVersion) {
      throw new FormatError(
        path,
        `must have version ${storeVersion} of the study store`,
        version,
        "An older one is brought up to date by study check or by explore; a newer one needs its release.",
      );
    }
    const [study] =
      version === undefined
        ? []
        : database.all(
            "SELECT study_key, settings FROM study WHERE ? IN ('', study_key) ORDER BY rowid LIMIT 1",
            wanted ?? "",
          );
    if (study === undefined) {
      database.close();
      return null;
    }
    const { settings } = JSON.parse(String(study["settings"])) as { settings: StudySettings };
    return {
      folder,
      database,
      inode,
      key: String(study["study_key"]),
      judge: new StudyJudge(settings, new Map()),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

function cursorOf({ database, key }: OpenStudy): string {
  const [{ sequence }] = database.all(
    "SELECT COALESCE(MAX(sequence), 0) AS sequence FROM event WHERE study_key = ?",
    key,
  );
  const [{ moment }] = database.all(
    `SELECT MAX(COALESCE(MAX(created_ms), 0), COALESCE(MAX(started_ms), 0), COALESCE(MAX(finished_ms), 0)) AS moment
     FROM trial WHERE study_key = ?`,
    key,
  );
  return `${sequence}-${moment}`;
}

/** @param which - SQL of the trials wanted, of `trial t` */
function trialsOf(
  { database, key, judge }: OpenStudy,
  which: string,
  ...values: (string | number)[]
): readonly LiveTrial[] {
  const figures = new Map<number, { fidelity: number; figures: Record<string, LiveFigure> }>();
  const rows = database.all(
    `SELECT v.number, objective, fidelity, value, standard_error FROM trial_value v
     JOIN trial t ON t.study_key = v.study_key AND t.number = v.number
     WHERE v.study_key = ? AND repeat = 0 AND ${which} ORDER BY fidelity`,
    key,
    ...values,
  );
  // By growing fidelity, so the last to be written is the largest measurement.
  for (const row of rows) {
    const number = Number(row["number"]);
    const kept = figures.get(number) ?? { fidelity: 0, figures: {} };
    kept.fidelity = Number(row["fidelity"]);
    kept.figures[String(row["objective"])] = figureOf(
      Number(row["value"]),
      numberOrNull(row["standard_error"]),
    );
    figures.set(number, kept);
  }
  return database
    .all(
      `SELECT number, state, design, error, started_ms, finished_ms FROM trial t
       WHERE study_key = ? AND ${which} ORDER BY number`,
      key,
      ...values,
    )
    .map((row): LiveTrial => {
      const number = Number(row["number"]);
      const measured = figures.get(number);
      return {
        number,
        state: row["state"] as TrialState,
        ...designOf(judge, JSON.parse(String(row["design"])) as DesignValues),
        figures: measured?.figures ?? {},
        fidelity: measured?.fidelity ?? 0,
        startedMs: numberOrNull(row["started_ms"]),
        finishedMs: numberOrNull(row["finished_ms"]),
        error: String(row["error"]),
      };
    });
}

function figureOf(value: number, standardError: number | null): LiveFigure {
  const end = normalEnd * (standardError ?? 0);
  return { value, low: value - end, high: value + end };
}

/** The ANNs that were measured for the reference point, in the units of the trials. */
function annsOf(database: SqliteDatabase, key: string, judge: StudyJudge): readonly LiveNetwork[] {
  return database
    .all(
      "SELECT name, value FROM document WHERE study_key = ? AND name LIKE 'reference/%' ORDER BY name",
      key,
    )
    .map(({ name, value }) => {
      const { evaluation } = JSON.parse(String(value));
      const figures = judge.objectives.map((objective) => {
        try {
          const interval = objective.score(evaluation, judge.context);
          return [objective.name, figureOf(interval.value, standardErrorOf(interval))];
        } catch {
          return [objective.name, null]; // no price, or nothing measured: not to be drawn
        }
      });
      return { name: String(name).replace("reference/", ""), figures: Object.fromEntries(figures) };
    });
}

/** Trials an event names. */
function numbersIn(data: unknown): number[] {
  const { trial, trials } = (data ?? {}) as { trial?: unknown; trials?: unknown };
  const all = Array.isArray(trials) ? trials : [trial];
  return all.filter((number): number is number => Number.isInteger(number));
}

function documentOf(database: SqliteDatabase, key: string, name: string): unknown {
  const [row] = database.all("SELECT value FROM document WHERE study_key = ? AND name = ?", key, name);
  return row === undefined ? undefined : JSON.parse(String(row["value"]));
}

function numberOrNull(value: string | number | null): number | null {
  return value === null ? null : Number(value);
}
