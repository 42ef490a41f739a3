// Work on a database as a list of statements, each asked for when it is reached: a generator yields a statement and
// is given what it returned. What is done stands in one place, and who runs it decides how: SQLite at once, without
// letting anything else in between; PostgreSQL over a connection, waiting for each.

export type SqlValue = string | number | null | Uint8Array;
export type SqlRow = Readonly<Record<string, string | number | null>>;

/** SQL that both engines know, values as `?`. */
export interface SqlStatement {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

export interface SqlReply {
  readonly rows: readonly SqlRow[];
  /** Rows that were written. */
  readonly changes: number;
}

export type SqlSteps<T> = Generator<SqlStatement, T, SqlReply>;

/** What the engines do not share. */
export interface SqlDialect {
  /** Milliseconds since 1970 by the storage's clock, as SQL. */
  readonly nowMs: () => string;
  /** After a SELECT: keep others from changing its rows till the end; "" where a transaction does that anyway. */
  readonly lockRows: string;
  /** The same, and pass over rows that others have locked. */
  readonly skipLocked: string;
}

/** @returns the rows of a statement */
export function* all(sql: string, ...values: readonly SqlValue[]): SqlSteps<readonly SqlRow[]> {
  return (yield { sql, values }).rows;
}

/** @returns how many rows were written */
export function* run(sql: string, ...values: readonly SqlValue[]): SqlSteps<number> {
  return (yield { sql, values }).changes;
}
