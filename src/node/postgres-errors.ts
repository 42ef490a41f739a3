// What PostgreSQL, its driver and the network say, as our errors. Codes: appendix A of PostgreSQL's manual.

import { FormatError, ResourceError, StateError } from "../base/errors.ts";
import { shownAddress } from "./postgres-address.ts";

interface DriverError {
  readonly code?: string;
  readonly message?: string;
  readonly errors?: readonly unknown[];
}

/** The database is being restarted, the connection was cut, or two transactions stood in each other's way. */
const passing =
  /^(08...|57P0[1235]|40001|40P01|25P03|53300|E(CONN(REFUSED|RESET|ABORTED)|PIPE|TIMEDOUT|HOSTUNREACH|NETUNREACH|AI_AGAIN))$/;

/** The server's own trouble: out of something, stopped by its keeper, or broken within. What is asked wrongly is ours. */
const ofServer = /^(53|54|55|57|58|F0|XX)...$/;

/** Whether the same, done again a little later, may well succeed. */
export function isPassing(error: unknown): boolean {
  const { code = "", message = "" } = error as DriverError;
  if (passing.test(code) || firstOf(error) !== undefined) return true;
  return (
    code === "" &&
    /Connection terminated|connection timeout|timeout exceeded when trying to connect|Client has encountered|read timeout/i.test(
      message,
    )
  );
}

const fromDatabase = new WeakSet<object>();

/** Whether the database, not the work, has gone wrong. */
export function isDatabaseError(error: unknown): boolean {
  return typeof error === "object" && error !== null && fromDatabase.has(error);
}

/** As translated, and known as the database's from then on. */
export function postgresError(address: string, error: unknown): unknown {
  const told = translated(address, error);
  if (told !== error || "severity" in (error as object)) fromDatabase.add(told as object);
  return told;
}

/** @returns one of our errors where its cure is known, else the error itself; no message holds a password */
function translated(address: string, error: unknown): unknown {
  const shown = shownAddress(address);
  const { code = "", message = "" } = (firstOf(error) ?? error) as DriverError;
  switch (code) {
    case "23503":
      return new StateError(`${shown} does not hold this study: create it first.`);
    case "28P01":
    case "28000":
      return new StateError(
        `${shown} must let this user in, but says: ${message}. Put the password into PGPASSWORD or ~/.pgpass.`,
      );
    case "3D000":
      return new StateError(`${shown} must exist, but says: ${message}. Make it with createdb.`);
    case "42501":
      return new StateError(
        `${shown} must let this user make and write tables, but says: ${message}. Make the user its owner.`,
      );
    case "53100":
    case "53200":
    case "54000":
      return new ResourceError(
        `${shown} could not be written (${message}). Nothing finished is lost; make room and run the same again.`,
      );
    case "53300":
      return new ResourceError(
        `${shown} has no free connection (${message}). Grant more, or start fewer workers.`,
      );
    case "25006":
      return new StateError(
        `${shown} must let this user write, but says: ${message}. Is it a copy that is only read? Name the server that is written to.`,
      );
    case "22021":
      return new FormatError(
        shown,
        "must keep text as UTF-8",
        message,
        "Make the database with that encoding.",
      );
    default:
  }
  if (/SASL|password must be a string/i.test(message))
    return new StateError(
      `${shown} asks for a password, but none was given. Put it into PGPASSWORD or ~/.pgpass.`,
    );
  if (isPassing(error) || code === "ENOTFOUND")
    return new StateError(
      `${shown} must be a database that answers, but: ${message || code}. Is it running, and is the address right?`,
    );
  if (ofServer.test(code))
    return new StateError(
      `${shown} could not do what it was asked, and says: ${message}. Nothing finished is lost; look into the server's log, then run the same again.`,
    );
  return error;
}

/** Of an address with several IP addresses, the first failure. */
function firstOf(error: unknown): DriverError | undefined {
  const [first] = (error as DriverError).errors ?? [];
  return first as DriverError | undefined;
}
