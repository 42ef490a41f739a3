// Tasks in SQL: pieces of work for workers that are no trials, as shards of a campaign. A task's key is the SHA-256 of
// what is asked, so whoever asks the same finds it under way or done. As of trials (sql-trials.ts) only the current
// attempt may write.

import { createHash } from "node:crypto";
import { errorToData } from "../base/errors.ts";
import { canonicalJson } from "../study/canonical-json.ts";
import type { Json } from "../study/storage.ts";
import { all, run, type SqlDialect, type SqlRow, type SqlSteps, type SqlValue } from "./sql-steps.ts";
import { decode, encode } from "./sql-trials.ts";

export const taskTables = `
CREATE TABLE task (
  task_key TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  payload TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'complete', 'failed')),
  attempt INTEGER NOT NULL,
  lease_owner TEXT NOT NULL,
  lease_until_ms BIGINT NOT NULL,
  result TEXT NOT NULL,
  error TEXT NOT NULL,
  created_ms BIGINT NOT NULL,
  finished_ms BIGINT
);
CREATE INDEX task_by_end ON task (finished_ms);
CREATE TABLE shared_data (
  sha256 TEXT NOT NULL PRIMARY KEY,
  blob_hash TEXT NOT NULL
);
`;

/** What is asked, as plain data; what is large in it is named by its hash. */
export interface AskedTask {
  readonly kind: string;
  readonly [name: string]: Json;
}

export interface TaskRecord {
  /** Of what is asked. */
  readonly key: string;
  readonly asked: AskedTask;
  readonly attempt: number;
}

/** A claim on a task: results are taken from the current attempt only. */
export interface TaskClaim {
  readonly key: string;
  readonly attempt: number;
}

/** How a task ended. */
export type TaskEnd =
  | { readonly key: string; readonly state: "complete"; readonly result: Json }
  /** `error` is ErrorData as JSON. */
  | { readonly key: string; readonly state: "failed"; readonly error: string };

export function taskKey(asked: AskedTask): string {
  return createHash("sha256").update(canonicalJson("task", asked)).digest("hex");
}

/**
 * Add tasks that are not there.
 *
 * @param isAnew - those that failed before wait again, too
 * @returns keys of those that wait now and did not before
 */
export function* insertTasks(
  { nowMs }: SqlDialect,
  tasks: ReadonlyMap<string, AskedTask>,
  isAnew: boolean,
): SqlSteps<readonly string[]> {
  const conflict = isAnew
    ? "DO UPDATE SET state = 'waiting', error = '' WHERE task.state = 'failed'"
    : "DO NOTHING";
  const added: string[] = [];
  for (const [key, asked] of tasks) {
    const sql = `INSERT INTO task (task_key, kind, payload, state, attempt, lease_owner, lease_until_ms, result, error,
         created_ms)
       VALUES (?, ?, ?, 'waiting', 0, '', 0, 'null', '', ${nowMs()}) ON CONFLICT (task_key) ${conflict}`;
    if ((yield* run(sql, key, asked.kind, encode("task", asked))) === 1) added.push(key);
  }
  return added;
}

/** This task, whoever had it: whoever asks knows that it is his turn. @returns null when it has ended, or is gone */
export function* claimTask(
  { nowMs }: SqlDialect,
  key: string,
  owner: string,
  leaseMs: number,
): SqlSteps<TaskRecord | null> {
  const sql = `UPDATE task SET state = 'running', attempt = attempt + 1, lease_owner = ?, lease_until_ms = ${nowMs()} + ?
    WHERE task_key = ? AND state IN ('waiting', 'running') RETURNING payload, attempt`;
  const [row] = yield* all(sql, owner, leaseMs, key);
  if (row === undefined) return null;
  return { key, asked: decode(row["payload"]) as AskedTask, attempt: Number(row["attempt"]) };
}

export function extendTask({ nowMs }: SqlDialect, claim: TaskClaim, leaseMs: number): SqlSteps<boolean> {
  return update(claim, `lease_until_ms = ${nowMs()} + ?`, leaseMs);
}

export function completeTask({ nowMs }: SqlDialect, claim: TaskClaim, result: Json): SqlSteps<boolean> {
  const change = `state = 'complete', result = ?, error = '', finished_ms = ${nowMs()}`;
  return update(claim, change, encode("result", result));
}

export function failTask({ nowMs }: SqlDialect, claim: TaskClaim, error: Error): SqlSteps<boolean> {
  return update(claim, `state = 'failed', error = ?, finished_ms = ${nowMs()}`, errorText(error));
}

/** @param error - why another is to try, "": nothing was wrong */
export function releaseTask(claim: TaskClaim, error: string): SqlSteps<boolean> {
  // PostgreSQL keeps no text with a zero in it.
  return update(claim, "state = 'waiting', lease_owner = '', error = ?", error.replaceAll("\0", "\uFFFD"));
}

/** A task that has not ended, whoever has it. @param why - given the last attempt's complaint, "": there is none */
export function* failOpenTask(
  { nowMs, lockRows }: SqlDialect,
  key: string,
  why: (last: string) => Error,
): SqlSteps<boolean> {
  const open = `SELECT error FROM task WHERE task_key = ? AND state IN ('waiting', 'running')${lockRows}`;
  const [row] = yield* all(open, key);
  if (row === undefined) return false;
  const sql = `UPDATE task SET state = 'failed', error = ?, finished_ms = ${nowMs()} WHERE task_key = ?`;
  return (yield* run(sql, errorText(why(String(row["error"]))), key)) === 1;
}

/** Those of these tasks that have ended. */
export function* endedTasks(keys: readonly string[]): SqlSteps<readonly TaskEnd[]> {
  if (keys.length === 0) return [];
  const sql = `SELECT task_key, state, result, error FROM task
    WHERE state IN ('complete', 'failed') AND task_key IN (${places(keys)})`;
  return (yield* all(sql, ...keys)).map(endOf);
}

/** Those of these tasks that wait, or whose worker is silent. */
export function* looseTasks({ nowMs }: SqlDialect, keys: readonly string[]): SqlSteps<readonly string[]> {
  if (keys.length === 0) return [];
  const sql = `SELECT task_key FROM task WHERE task_key IN (${places(keys)})
    AND (state = 'waiting' OR (state = 'running' AND lease_until_ms < ${nowMs()})) ORDER BY created_ms`;
  return (yield* all(sql, ...keys)).map((row) => String(row["task_key"]));
}

/** Take back those of these tasks that nobody has begun. */
export function* withdrawTasks(keys: readonly string[]): SqlSteps<number> {
  if (keys.length === 0) return 0;
  return yield* run(`DELETE FROM task WHERE state = 'waiting' AND task_key IN (${places(keys)})`, ...keys);
}

/** Forget what ended so long ago. */
export function forgetTasks({ nowMs }: SqlDialect, ageMs: number): SqlSteps<number> {
  return run(`DELETE FROM task WHERE finished_ms < ${nowMs()} - ?`, ageMs);
}

/** Change a running task whose claim is still this attempt's. */
function* update(
  { key, attempt }: TaskClaim,
  change: string,
  ...values: readonly SqlValue[]
): SqlSteps<boolean> {
  const sql = `UPDATE task SET ${change} WHERE task_key = ? AND attempt = ? AND state = 'running'`;
  return (yield* run(sql, ...values, key, attempt)) === 1;
}

function endOf(row: SqlRow): TaskEnd {
  const key = String(row["task_key"]);
  return row["state"] === "complete"
    ? { key, state: "complete", result: decode(row["result"]) }
    : { key, state: "failed", error: String(row["error"]) };
}

function errorText(error: Error): string {
  return JSON.stringify(errorToData(error));
}

function places(keys: readonly string[]): string {
  return keys.map(() => "?").join(", ");
}
