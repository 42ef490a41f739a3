// Fields: the one source of every setting. From a field come the TypeScript type, the run-time
// check (resolve.ts), the search bounds (space.ts), the command-line flag and its help, the study
// file's schema (json-schema.ts) and the report's labels. A field is plain data.

import { InvalidValueError } from "../base/errors.ts";
import type { AdjacencyField } from "./adjacency.ts";
import { stepsBetween } from "./grid.ts";

interface FieldBase {
  /** What the setting means, as a phrase that ends a sentence: "simulated steps per inference". */
  readonly about: string;
}

/**
 * A real number in [low, high]. `unit` is "1" for dimensionless. With a `step` only low, low + step, …, high,
 * on a linear scale.
 */
export interface FloatField extends FieldBase {
  readonly kind: "float";
  readonly unit: string;
  readonly low: number;
  readonly high: number;
  readonly scale: "linear" | "log";
  readonly step?: number;
  readonly default: number;
}

/** A whole number in [low, high]; with a `step` only low, low + step, …, high, on a linear scale. */
export interface IntField extends FieldBase {
  readonly kind: "int";
  readonly unit: string;
  readonly low: number;
  readonly high: number;
  readonly scale: "linear" | "log";
  readonly step?: number;
  readonly default: number;
}

/** One of a few words. `ordered`: the words form a line, and samplers treat neighbours on it as alike. */
export interface ChoiceField<Option extends string = string> extends FieldBase {
  readonly kind: "choice";
  readonly options: readonly Option[];
  readonly ordered?: boolean;
  readonly default: Option;
}

/** True or false. `isFixed` (set by `narrow`): only the default. */
export interface FlagField extends FieldBase {
  readonly kind: "flag";
  readonly default: boolean;
  readonly isFixed?: boolean;
}

/** Free words. `isFixed` (set by `narrow`): only the default. */
export interface TextField extends FieldBase {
  readonly kind: "text";
  readonly default: string;
  readonly isFixed?: boolean;
}

export type Field = FloatField | IntField | ChoiceField | FlagField | TextField | AdjacencyField;

export type Fields = Readonly<Record<string, Field>>;

/** The value a field takes. */
export type Value<F extends Field> =
  F extends ChoiceField<infer Option>
    ? Option
    : F extends FloatField | IntField
      ? number
      : F extends FlagField
        ? boolean
        : string;

/** A value for each field. */
export type Values<F extends Fields> = { readonly [Name in keyof F]: Value<F[Name]> };

type NumberOptions<F extends FloatField | IntField> = Omit<F, "kind" | "scale"> & {
  readonly scale?: F["scale"];
};

/**
 * @throws {InvalidValueError} when the bounds are no range, leave out the default, or are logarithms of 0, and
 *   when steps from the low bound miss the high one or the default
 */
export function float(options: NumberOptions<FloatField>): FloatField {
  return checkedRange({ kind: "float", scale: "linear", ...options });
}

/** @throws {InvalidValueError} as `float`, and when bounds or default are not whole */
export function int(options: NumberOptions<IntField>): IntField {
  const field = checkedRange<IntField>({ kind: "int", scale: "linear", ...options });
  for (const value of [field.low, field.high, field.default, field.step ?? 1]) {
    if (!Number.isInteger(value))
      throw new InvalidValueError(
        `field "${field.about}"`,
        "must have whole numbers for bounds, step and default",
        value,
      );
  }
  return field;
}

/** @throws {InvalidValueError} when the default is none of the options */
export function choice<const Option extends string>(
  options: Omit<ChoiceField<Option>, "kind">,
): ChoiceField<Option> {
  if (!options.options.includes(options.default))
    throw new InvalidValueError(
      `field "${options.about}"`,
      "must have an option as its default",
      options.default,
    );
  return { kind: "choice", ...options };
}

export function flag(options: Omit<FlagField, "kind">): FlagField {
  return { kind: "flag", ...options };
}

export function text(options: Omit<TextField, "kind">): TextField {
  return { kind: "text", ...options };
}

function checkedRange<F extends FloatField | IntField>(field: F): F {
  const { low, high, scale } = field;
  const where = `field "${field.about}"`;
  if (!(low <= field.default && field.default <= high && Number.isFinite(high - low)))
    throw new InvalidValueError(where, "must have finite low <= default <= high", [low, field.default, high]);
  if (scale === "log" && low <= 0)
    throw new InvalidValueError(where, "must have bounds above 0 on a log scale", low);
  if (field.step !== undefined) checkStep(where, field, field.step);
  return field;
}

function checkStep(where: string, field: FloatField | IntField, step: number): void {
  if (!(step > 0 && Number.isFinite(step)))
    throw new InvalidValueError(where, "must have a step above 0", step);
  if (field.scale === "log")
    throw new InvalidValueError(
      where,
      "must be linear to have steps",
      "a log scale",
      "Leave out one of them.",
    );
  for (const value of [field.high, field.default]) {
    if (stepsBetween(field.low, value, step) === undefined)
      throw new InvalidValueError(where, `must have bounds and default whole steps of ${step} apart`, value);
  }
}
