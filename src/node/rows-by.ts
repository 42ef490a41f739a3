// Rows of a table by the whole number in one of its columns.

import type { SqlRow } from "./sql-steps.ts";

/** The rows by the whole number in a column, in their order. */
export function rowsBy(column: string, rows: readonly SqlRow[]): ReadonlyMap<number, readonly SqlRow[]> {
  const found = new Map<number, SqlRow[]>();
  for (const row of rows) {
    const number = Number(row[column]);
    const others = found.get(number);
    if (others === undefined) found.set(number, [row]);
    else others.push(row);
  }
  return found;
}
