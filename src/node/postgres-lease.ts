// Work that only one process does at a time, however many have come for it: a lease in the database, which its holder
// must renew. One that is silent for `leaseMs` (killed, stopped, cut off) loses it to the next who waits.
//
// Every lease has a number, higher than the last one's, and whatever its holder writes is written in a transaction that
// finds this number still to be the current one (a fencing token, M. Kleppmann, "How to do distributed locking", 2016):
// who was stopped and goes on later changes nothing any more. He waits his turn again, and finds what was kept meanwhile.
// Times are the database's. No connection is held for it.

import { CancelledError, StateError } from "../base/errors.ts";
import type { PostgresDatabase, PostgresTransaction } from "./postgres-database.ts";
import { all, run, type SqlDialect } from "./sql-steps.ts";

export interface LeaseOptions {
  /** What is leased. */
  readonly name: string;
  /** Who this is, for others who wait. */
  readonly owner: string;
  readonly leaseMs: number;
  /** Aborted: wait no longer. */
  readonly signal: AbortSignal;
  /** Told once for each time that the lease is another's. */
  readonly onWait?: (holder: string) => void;
}

/** What the work is given: it must write by this database. */
export interface HeldLease {
  /** The same database, which refuses everything once the lease is another's. */
  readonly database: PostgresDatabase;
  /** Aborted when the lease is another's: what goes on is in vain. */
  readonly lost: AbortSignal;
}

const shortestPauseMs = 20;
const longestPauseMs = 1_000;

/**
 * Wait for the lease, do the work and give the lease back. Where it is lost on the way, all of that again: so the work
 * must go on from what is kept of it.
 *
 * @throws {CancelledError} when the signal is aborted while waiting
 */
export async function withLease<T>(
  database: PostgresDatabase,
  dialect: SqlDialect,
  options: LeaseOptions,
  work: (held: HeldLease) => Promise<T>,
): Promise<T> {
  for (;;) {
    const fence = await take(database, dialect, options);
    const lost = new AbortController();
    const pulse = startPulse(database, dialect, options, fence, lost);
    const guarded = database.guarded((transaction) => requireHeld(transaction, options, fence, lost));
    try {
      const result = await work({ database: guarded, lost: lost.signal });
      if (!lost.signal.aborted) return result;
    } catch (error) {
      if (!lost.signal.aborted) throw error;
    } finally {
      clearInterval(pulse);
      const sql = "UPDATE lease SET until_ms = 0 WHERE name = ? AND fence = ?";
      await database.perform(() => run(sql, options.name, fence)).catch(() => {}); // then it ends by itself
    }
  }
}

/** @returns the number of this lease */
async function take(
  database: PostgresDatabase,
  { nowMs }: SqlDialect,
  { name, owner, leaseMs, signal, onWait }: LeaseOptions,
): Promise<number> {
  const sql = `INSERT INTO lease (name, owner, fence, until_ms) VALUES (?, ?, 1, ${nowMs()} + ?)
    ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, fence = lease.fence + 1, until_ms = excluded.until_ms
    WHERE lease.until_ms < ${nowMs()} RETURNING fence`;
  for (let pauseMs = shortestPauseMs; ; pauseMs = Math.min(longestPauseMs, 1.5 * pauseMs)) {
    if (signal.aborted) throw new CancelledError("the study");
    const [taken] = await database.perform(() => all(sql, name, owner, leaseMs));
    if (taken !== undefined) return Number(taken["fence"]);
    if (pauseMs === shortestPauseMs && onWait !== undefined) {
      const [held] = await database.perform(() => all("SELECT owner FROM lease WHERE name = ?", name));
      onWait(String(held["owner"]));
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

function startPulse(
  database: PostgresDatabase,
  { nowMs }: SqlDialect,
  { name, leaseMs }: LeaseOptions,
  fence: number,
  lost: AbortController,
): NodeJS.Timeout {
  const sql = `UPDATE lease SET until_ms = ${nowMs()} + ? WHERE name = ? AND fence = ?`;
  let isTelling = false;
  return setInterval(async () => {
    if (isTelling || lost.signal.aborted) return;
    isTelling = true;
    try {
      if ((await database.perform(() => run(sql, leaseMs, name, fence))) === 0) lost.abort();
    } catch {
      // The database does not answer: whoever asks it next finds out whose the lease is.
    } finally {
      isTelling = false;
    }
  }, leaseMs / 4);
}

/** Until the transaction ends nobody else can take the lease. */
async function requireHeld(
  transaction: PostgresTransaction,
  { name }: LeaseOptions,
  fence: number,
  lost: AbortController,
): Promise<void> {
  const sql = "SELECT name FROM lease WHERE name = ? AND fence = ? FOR SHARE";
  if ((await transaction.perform(all(sql, name, fence))).length > 0) return;
  lost.abort();
  throw new StateError(`${name} must be this process's to do, but another has taken it over.`);
}
