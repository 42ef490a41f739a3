// The errors this library throws on purpose. Anything else that escapes is a bug.
//
// One class per kind of cure. Every message has the form
//   <where> <what must hold>, but got <value>. <What to do.>
// Errors cross threads as data (`errorToData`), because structured clone forgets classes.

/** A value given by the caller breaks a documented rule. Cure: change the value. */
export class InvalidValueError extends Error {
  override readonly name = "InvalidValueError";
  /** Path of the value as the caller wrote it, e.g. `design.steps` or `study.yaml:12`. */
  readonly where: string;
  readonly got: unknown;

  /**
   * @param rule - what must hold, as a plain phrase, e.g. `must be above 0`
   * @param hint - one sentence telling the reader what to do, if there is a usual cure
   */
  constructor(where: string, rule: string, got: unknown, hint = "") {
    super(`${where} ${rule}, but got ${show(got)}.${hint && ` ${hint}`}`);
    this.where = where;
    this.got = got;
  }
}

/** The command line was used wrongly (exit code 2). Cure: read the help, type it again. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A file or foreign bytes do not hold what their format promises. Cure: get the file again. */
export class FormatError extends Error {
  override readonly name = "FormatError";
  readonly where: string;

  constructor(where: string, rule: string, got: unknown, hint = "") {
    super(`${where} ${rule}, but got ${show(got)}.${hint && ` ${hint}`}`);
    this.where = where;
  }
}

/** The work does not fit the resources granted. Cure: grant more or ask for less. */
export class ResourceError extends Error {
  override readonly name = "ResourceError";
}

/** Something that must exist is not there, or is in another state. Cure: named in the message. */
export class StateError extends Error {
  override readonly name = "StateError";
}

/** The work was cancelled by the user. Nothing is wrong. */
export class CancelledError extends Error {
  override readonly name = "CancelledError";
  constructor(what = "the work") {
    super(`${what} was cancelled`);
  }
}

/** An error as plain data: what crosses a thread. */
export interface ErrorData {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

export function errorToData(error: unknown): ErrorData {
  if (error instanceof Error) return { name: error.name, message: error.message, stack: error.stack ?? "" };
  return { name: "Error", message: String(error), stack: "" };
}

/** Rebuild an error that crossed a thread; `isExpected` still recognises it by its name. */
export function errorFromData(data: ErrorData): Error {
  const error = new Error(data.message);
  Object.defineProperty(error, "name", { value: data.name });
  error.stack = data.stack;
  return error;
}

const expectedNames: ReadonlySet<string> = new Set([
  "InvalidValueError",
  "UsageError",
  "FormatError",
  "ResourceError",
  "StateError",
  "CancelledError",
]);

/** Whether the error is one of ours (its message is for the user), not a bug. */
export function isExpected(error: unknown): error is Error {
  return error instanceof Error && expectedNames.has(error.name);
}

/** @throws {InvalidValueError} when the arrays differ in length, naming both. */
export function requireSameLength(arrays: Record<string, { readonly length: number }>): void {
  const entries = Object.entries(arrays);
  const [firstName, first] = entries[0];
  for (const [name, array] of entries.slice(1)) {
    if (array.length === first.length) continue;
    throw new InvalidValueError(name, `must be as long as ${firstName} (${first.length})`, array.length);
  }
}

function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(show).join(", ")}]`;
  if (typeof value === "object" && value !== null) return JSON.stringify(value);
  return String(value);
}
