// The study storage in SQL, for every engine. Keeps to what SQLite and PostgreSQL share: ON CONFLICT, RETURNING, text
// keys, times as integers of milliseconds, JSON as text.

import { StateError } from "../base/errors.ts";
import type {
  EventRecord,
  Json,
  Storage,
  StudyRecord,
  TrialDetails,
  TrialFigures,
  TrialRecord,
} from "../study/storage.ts";
import { appendEvent, appendRow, writeDocument } from "./sql-records.ts";
import { all, run, type SqlDialect, type SqlSteps } from "./sql-steps.ts";
import {
  claimNext,
  completeClaim,
  decode,
  encode,
  extendLease,
  failClaim,
  insertTrials,
  readTrials,
  releaseClaim,
  reopenComplete,
} from "./sql-trials.ts";
import { deleteFigures, insertFigures, readDetails } from "./store-figures.ts";

export abstract class SqlStorage implements Storage {
  abstract readonly dialect: SqlDialect;

  /** Do the steps, one statement or several of which each stands for itself. */
  protected abstract perform<T>(work: () => SqlSteps<T>): Promise<T>;
  /** Do all of the steps, or none. */
  protected abstract atomically<T>(work: () => SqlSteps<T>): Promise<T>;

  abstract checkIntegrity(): Promise<readonly string[]>;
  abstract close(): Promise<void>;

  async createStudy({ key, settings, budgetTrials }: StudyRecord): Promise<StudyRecord> {
    const sql =
      "INSERT INTO study (study_key, settings, budget_trials) VALUES (?, ?, ?) ON CONFLICT (study_key) DO NOTHING";
    await this.perform(() => run(sql, key, encode("settings", settings), budgetTrials));
    return (await this.getStudy(key)) as StudyRecord;
  }

  async getStudy(key: string): Promise<StudyRecord | null> {
    const sql = "SELECT settings, budget_trials FROM study WHERE study_key = ?";
    const [row] = await this.perform(() => all(sql, key));
    if (row === undefined) return null;
    return { key, settings: decode(row["settings"]), budgetTrials: Number(row["budget_trials"]) };
  }

  async listStudies(): Promise<readonly string[]> {
    const rows = await this.perform(() => all("SELECT study_key FROM study"));
    return rows.map(({ study_key }) => String(study_key)).sort();
  }

  async growBudget(key: string, budgetTrials: number): Promise<void> {
    const sql = "UPDATE study SET budget_trials = ? WHERE study_key = ? AND budget_trials <= ?";
    if ((await this.perform(() => run(sql, budgetTrials, key, budgetTrials))) === 1) return;
    const study = await this.getStudy(key);
    throw new StateError(
      study === null
        ? `study ${key} does not exist: create it first.`
        : `the budget of study ${key} may only grow: it is ${study.budgetTrials} trials, but ${budgetTrials} were asked for.`,
    );
  }

  async addTrials(
    key: string,
    trials: readonly { readonly number: number; readonly design: Json }[],
  ): Promise<void> {
    await this.atomically(() => insertTrials(this.dialect, key, trials));
  }

  async claimTrial(key: string, owner: string, leaseMs: number): Promise<TrialRecord | null> {
    return this.atomically(() => claimNext(this.dialect, key, owner, leaseMs));
  }

  async heartbeat(key: string, number: number, attempt: number, leaseMs: number): Promise<boolean> {
    return this.perform(() => extendLease(this.dialect, { key, number, attempt }, leaseMs));
  }

  async completeTrial(
    key: string,
    number: number,
    attempt: number,
    result: Json,
    figures?: TrialFigures,
  ): Promise<boolean> {
    return this.atomically(() => completeClaim(this.dialect, { key, number, attempt }, result, figures));
  }

  async failTrial(key: string, number: number, attempt: number, error: string): Promise<boolean> {
    return this.perform(() => failClaim(this.dialect, { key, number, attempt }, error));
  }

  async reopenTrial(key: string, number: number): Promise<boolean> {
    return this.perform(() => reopenComplete(key, number));
  }

  async releaseTrial(key: string, number: number, attempt: number): Promise<boolean> {
    return this.perform(() => releaseClaim({ key, number, attempt }));
  }

  async releaseOwner(key: string, owner: string): Promise<number> {
    const sql =
      "UPDATE trial SET state = 'waiting', lease_owner = '' WHERE study_key = ? AND state = 'running' AND lease_owner = ?";
    return this.perform(() => run(sql, key, owner));
  }

  async listTrials(key: string): Promise<readonly TrialRecord[]> {
    return this.perform(() => readTrials(key));
  }

  async replaceFigures(key: string, number: number, figures: TrialFigures): Promise<boolean> {
    encode("figures", figures as unknown as Json);
    const { dialect } = this;
    return this.atomically(function* () {
      const sql = `SELECT number FROM trial WHERE study_key = ? AND number = ? AND state = 'complete'${dialect.lockRows}`;
      if ((yield* all(sql, key, number)).length === 0) return false;
      yield* deleteFigures(key, number);
      yield* insertFigures(key, number, figures);
      return true;
    });
  }

  async listDetails(key: string): Promise<readonly TrialDetails[]> {
    return this.perform(() => readDetails(key));
  }

  async putDocument(key: string, name: string, value: Json): Promise<void> {
    await this.perform(() => writeDocument(key, name, value));
  }

  async getDocument(key: string, name: string): Promise<Json | undefined> {
    const sql = "SELECT value FROM document WHERE study_key = ? AND name = ?";
    const [row] = await this.perform(() => all(sql, key, name));
    return row === undefined ? undefined : decode(row["value"]);
  }

  async recordTestUse(key: string, purpose: string, images: number): Promise<void> {
    await this.atomically(() => appendRow(this.dialect, "test_use", key, { purpose, images }));
  }

  async listTestUses(key: string): Promise<readonly { readonly purpose: string; readonly images: number }[]> {
    const sql = "SELECT purpose, images FROM test_use WHERE study_key = ? ORDER BY sequence";
    const rows = await this.perform(() => all(sql, key));
    return rows.map(({ purpose, images }) => ({ purpose: String(purpose), images: Number(images) }));
  }

  async appendEvent(key: string, kind: string, data: Json): Promise<void> {
    await this.atomically(() => appendEvent(this.dialect, key, kind, data));
  }

  async listEvents(key: string, after: number): Promise<readonly EventRecord[]> {
    const sql =
      "SELECT sequence, kind, data FROM event WHERE study_key = ? AND sequence > ? ORDER BY sequence";
    return (await this.perform(() => all(sql, key, after))).map(({ sequence, kind, data }) => ({
      sequence: Number(sequence),
      kind: String(kind),
      data: decode(data),
    }));
  }
}
