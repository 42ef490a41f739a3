// Words to operands and options.
//
//   --name VALUE, --name=VALUE    an option         --name, --no-name    a flag, on and off
//   --                            what follows are operands, even if it begins with dashes
//
// Flags are the fields' names in kebab-case. Values are checked against the fields; every mistake is a
// UsageError that names the flag as it was written.

import { InvalidValueError, UsageError } from "../base/errors.ts";
import { closest } from "../space/closest.ts";
import type { Field, Fields, Values } from "../space/field.ts";
import { checkValue } from "../space/resolve.ts";
import type { Operand } from "./command.ts";

export interface ParsedArguments<O extends Fields> {
  readonly operands: readonly string[];
  /** Checked values; what was not given has its default. */
  readonly options: Values<O>;
  /** Names of the options that were given. */
  readonly given: ReadonlySet<string>;
}

/**
 * Read the words after a command's name. The count of operands is checked by `checkOperands`, so that
 * `--help` works without them.
 *
 * @throws {UsageError} for an unknown, repeated, incomplete or wrong option
 */
export function parseArguments<O extends Fields>(fields: O, words: readonly string[]): ParsedArguments<O> {
  const operands: string[] = [];
  const values: Record<string, unknown> = {};
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    if (word === "--") {
      operands.push(...words.slice(i + 1));
      break;
    }
    if (word === "-" || !word.startsWith("-")) {
      operands.push(word);
      continue;
    }
    const equals = word.indexOf("=");
    const written = equals < 0 ? word : word.slice(0, equals);
    const { name, field, isOff } = findOption(fields, written);
    if (name in values)
      throw new UsageError(`${written} must be given once, but was given again. Leave one out.`);
    let value = equals < 0 ? undefined : word.slice(equals + 1);
    if (field.kind === "flag") {
      if (value !== undefined) {
        throw new UsageError(
          `${written} must stand alone, but got "${value}". Write ${written} or --no-${kebab(name)}.`,
        );
      }
      values[name] = !isOff;
      continue;
    }
    if (value === undefined) {
      if (i + 1 >= words.length)
        throw new UsageError(`${written} must be followed by its value, but is the last word.`);
      value = words[++i];
    }
    values[name] = readValue(written, field, value);
  }
  const given = new Set(Object.keys(values));
  for (const [name, field] of Object.entries(fields)) values[name] ??= field.default;
  return { operands, options: values as Values<O>, given };
}

/** @throws {UsageError} when operands are missing or left over */
export function checkOperands(operands: readonly string[], expected: readonly Operand[]): void {
  const missing = expected.find((operand, i) => i >= operands.length && !operand.isOptional);
  if (missing !== undefined) {
    throw new UsageError(`The ${missing.name} must be given (${missing.about}), but is missing.`);
  }
  if (operands.length > expected.length) {
    const what = expected.length === 0 ? "nothing" : expected.map(({ name }) => name).join(" and ");
    throw new UsageError(
      `Only ${what} may follow here, but got ${JSON.stringify(operands[expected.length])} as well.`,
    );
  }
}

/** A field's name as a flag: `bitErrorRate` is `bit-error-rate`. */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function findOption(fields: Fields, written: string): { name: string; field: Field; isOff: boolean } {
  const flags = new Map<string, { name: string; field: Field; isOff: boolean }>();
  for (const [name, field] of Object.entries(fields)) {
    flags.set(`--${kebab(name)}`, { name, field, isOff: false });
    if (field.kind === "flag") flags.set(`--no-${kebab(name)}`, { name, field, isOff: true });
  }
  const found = flags.get(written === "-h" ? "--help" : written);
  if (found !== undefined) return found;
  const guess = closest(written, [...flags.keys()]);
  const hint = guess === undefined ? "" : ` Did you mean ${guess}?`;
  throw new UsageError(`${written} must be an option of this command, but is not.${hint}`);
}

function readValue(written: string, field: Field, text: string): unknown {
  const isNumber = field.kind === "int" || field.kind === "float";
  const value = isNumber && text.trim() !== "" && !Number.isNaN(Number(text)) ? Number(text) : text;
  try {
    checkValue(written, field, value);
  } catch (error) {
    if (!(error instanceof InvalidValueError)) throw error;
    const guess = field.kind === "choice" ? closest(text, field.options) : undefined;
    throw new UsageError(guess === undefined ? error.message : `${error.message} Did you mean ${guess}?`);
  }
  return value;
}
