// Where a study's database is: postgres://user@host:port/database. Passwords never stand in it: they come from
// PGPASSWORD or the file of PGPASSFILE (~/.pgpass), so that no list of processes, log or message shows one.

import { InvalidValueError } from "../base/errors.ts";

/** Whether a place is a database, not a folder. */
export function isPostgresAddress(place: string): boolean {
  return /^postgres(ql)?:\/\//.test(place);
}

/**
 * @param where - what the user wrote it as, e.g. `--store`
 * @returns the address, checked
 * @throws {InvalidValueError} when it is none, names no database or holds a password; the message shows none
 */
export function postgresAddress(where: string, text: string): string {
  const hint = "Write postgres://USER@HOST:PORT/DATABASE.";
  const url = isPostgresAddress(text) && URL.canParse(text) ? new URL(text) : null;
  if (url === null)
    throw new InvalidValueError(
      where,
      "must be the address of a PostgreSQL database",
      shownAddress(text),
      hint,
    );
  if (url.password !== "" || url.searchParams.has("password")) {
    throw new InvalidValueError(
      where,
      "must hold no password, which others could read",
      shownAddress(text),
      "Put it into the environment (PGPASSWORD) or into ~/.pgpass.",
    );
  }
  if (url.pathname.length < 2)
    throw new InvalidValueError(where, "must name a database", shownAddress(text), hint);
  return text;
}

/** The address without what must not be shown, for messages and logs. */
export function shownAddress(address: string): string {
  return address
    .replace(/^(\w+:\/\/[^/?#]*?):[^/?#]*@/, "$1:***@")
    .replace(/([?&]\w*(?:password|key|secret)\w*=)[^&#]*/gi, "$1***");
}
