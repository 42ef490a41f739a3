// The trials of a study in SQL: added, claimed, ended. Of a running trial only the current attempt may write.

import { createHash } from "node:crypto";
import { InvalidValueError } from "../base/errors.ts";
import { canonicalJson } from "../study/canonical-json.ts";
import type { Json, TrialFigures, TrialRecord, TrialState } from "../study/storage.ts";
import { all, run, type SqlDialect, type SqlRow, type SqlSteps, type SqlValue } from "./sql-steps.ts";
import { insertFigures } from "./store-figures.ts";

/** A claim on a trial: results are taken from the current attempt only. */
export interface TrialClaim {
  readonly key: string;
  readonly number: number;
  readonly attempt: number;
}

const columns = "number, state, design, attempt, result, error";

/** @returns which were not there */
export function* insertTrials(
  dialect: SqlDialect,
  key: string,
  trials: readonly { readonly number: number; readonly design: Json }[],
): SqlSteps<readonly number[]> {
  const rows = trials.map(
    ({ number, design }) => [number, encode("design", design), designHash(design)] as const,
  );
  const added: number[] = [];
  for (const [number, design, hash] of rows) {
    const sql = `INSERT INTO trial (study_key, number, state, design, attempt, lease_owner, lease_until_ms, result, error,
         design_hash, created_ms)
       VALUES (?, ?, 'waiting', ?, 0, '', 0, 'null', '', ?, ${dialect.nowMs()}) ON CONFLICT (study_key, number) DO NOTHING`;
    if ((yield* run(sql, key, number, design, hash)) === 1) added.push(number);
  }
  return added;
}

/** The waiting trial of the lowest number, or a running one whose lease ran out. */
export function claimNext(
  dialect: SqlDialect,
  key: string,
  owner: string,
  leaseMs: number,
): SqlSteps<TrialRecord | null> {
  const now = dialect.nowMs();
  const next = `SELECT number FROM trial
    WHERE study_key = ? AND (state = 'waiting' OR (state = 'running' AND lease_until_ms < ${now}))
    ORDER BY number LIMIT 1${dialect.skipLocked}`;
  return claim(dialect, `number = (${next})`, key, owner, leaseMs, key);
}

/** This trial, whoever had it: whoever asks knows that it is his turn. @returns null when it has ended */
export function claimNumbered(
  dialect: SqlDialect,
  key: string,
  number: number,
  owner: string,
  leaseMs: number,
): SqlSteps<TrialRecord | null> {
  return claim(dialect, "number = ? AND state IN ('waiting', 'running')", key, owner, leaseMs, number);
}

function* claim(
  { nowMs }: SqlDialect,
  which: string,
  key: string,
  owner: string,
  leaseMs: number,
  value: SqlValue,
): SqlSteps<TrialRecord | null> {
  const now = nowMs();
  const rows = yield* all(
    `UPDATE trial SET state = 'running', attempt = attempt + 1, lease_owner = ?, lease_until_ms = ${now} + ?,
       started_ms = ${now}
     WHERE study_key = ? AND ${which} RETURNING ${columns}`,
    owner,
    leaseMs,
    key,
    value,
  );
  return rows.length === 0 ? null : trialOf(rows[0]);
}

export function extendLease({ nowMs }: SqlDialect, claim: TrialClaim, leaseMs: number): SqlSteps<boolean> {
  return update(claim, `lease_until_ms = ${nowMs()} + ?`, leaseMs);
}

export function* completeClaim(
  { nowMs }: SqlDialect,
  claim: TrialClaim,
  result: Json,
  figures: TrialFigures | undefined,
): SqlSteps<boolean> {
  const text = encode("result", result);
  if (figures !== undefined) encode("figures", figures as unknown as Json); // refuses what is not finite
  const change = `state = 'complete', result = ?, finished_ms = ${nowMs()}`;
  if (!(yield* update(claim, change, text))) return false;
  if (figures !== undefined) yield* insertFigures(claim.key, claim.number, figures);
  return true;
}

export function failClaim({ nowMs }: SqlDialect, claim: TrialClaim, error: string): SqlSteps<boolean> {
  // PostgreSQL keeps no text with a zero in it.
  return update(
    claim,
    `state = 'failed', error = ?, finished_ms = ${nowMs()}`,
    error.replaceAll("\0", "\uFFFD"),
  );
}

/** A trial that has not ended, whoever has it. */
export function* failOpen(
  { nowMs }: SqlDialect,
  key: string,
  number: number,
  error: string,
): SqlSteps<boolean> {
  const sql = `UPDATE trial SET state = 'failed', error = ?, finished_ms = ${nowMs()}
    WHERE study_key = ? AND number = ? AND state IN ('waiting', 'running')`;
  return (yield* run(sql, error, key, number)) === 1;
}

export function releaseClaim(claim: TrialClaim): SqlSteps<boolean> {
  return update(claim, "state = 'waiting', lease_owner = ?", "");
}

/** Change a running trial whose claim is still this attempt's. */
function* update(
  { key, number, attempt }: TrialClaim,
  change: string,
  ...values: readonly SqlValue[]
): SqlSteps<boolean> {
  const sql = `UPDATE trial SET ${change} WHERE study_key = ? AND number = ? AND attempt = ? AND state = 'running'`;
  return (yield* run(sql, ...values, key, number, attempt)) === 1;
}

export function* reopenComplete(key: string, number: number): SqlSteps<boolean> {
  const sql =
    "UPDATE trial SET state = 'waiting', lease_owner = '' WHERE study_key = ? AND number = ? AND state = 'complete'";
  return (yield* run(sql, key, number)) === 1;
}

export function* readTrials(key: string): SqlSteps<readonly TrialRecord[]> {
  return (yield* all(`SELECT ${columns} FROM trial WHERE study_key = ? ORDER BY number`, key)).map(trialOf);
}

/** Those of these numbers that are there, by number. */
export function* readTrialsOf(key: string, numbers: readonly number[]): SqlSteps<readonly TrialRecord[]> {
  if (numbers.length === 0) return [];
  const places = numbers.map(() => "?").join(", ");
  const sql = `SELECT ${columns} FROM trial WHERE study_key = ? AND number IN (${places}) ORDER BY number`;
  return (yield* all(sql, key, ...numbers)).map(trialOf);
}

function trialOf(row: SqlRow): TrialRecord {
  return {
    number: Number(row["number"]),
    state: row["state"] as TrialState,
    design: decode(row["design"]),
    attempt: Number(row["attempt"]),
    result: decode(row["result"]),
    error: String(row["error"]),
  };
}

/** SHA-256 of the design's canonical JSON. */
export function designHash(design: Json): string {
  return createHash("sha256").update(canonicalJson("design", design)).digest("hex");
}

export function decode(text: string | number | null): Json {
  return JSON.parse(String(text));
}

/** @throws {InvalidValueError} for numbers JSON cannot hold, which would silently become null */
export function encode(where: string, value: Json): string {
  return JSON.stringify(value, (name, part) => {
    if (typeof part === "number" && !Number.isFinite(part)) {
      throw new InvalidValueError(`${where}: ${name}`, "must be a finite number to be stored", part);
    }
    return part;
  });
}
