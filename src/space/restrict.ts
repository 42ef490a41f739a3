// Restricting a field: what a study says of a setting, and what a forbidden combination is made of.

import { InvalidValueError } from "../base/errors.ts";
import type { Field, FloatField, IntField } from "./field.ts";
import { gridValue, stepsBetween } from "./grid.ts";
import { checkValue } from "./resolve.ts";

/** What a restriction may say of a field: one value, several, or a part of its range, in steps if need be. */
export type Restriction =
  | number
  | string
  | boolean
  | readonly (number | string | boolean)[]
  | { readonly low?: number; readonly high?: number; readonly step?: number };

/**
 * The field with only the values that the restriction leaves. The default moves to the nearest of them.
 *
 * @throws {InvalidValueError} when it leaves none, or names values that the field does not have
 */
export function restrict(where: string, field: Field, restriction: Restriction): Field {
  if (Array.isArray(restriction)) return restrictToList(where, field, restriction);
  // A study file may hold nothing at all where a restriction belongs: null.
  if (typeof restriction !== "object" || restriction === null)
    return restrictToList(where, field, [restriction]);
  if (field.kind !== "float" && field.kind !== "int") {
    throw new InvalidValueError(where, "must be a value or a list of values", restriction);
  }
  return restrictRange(where, field, restriction as { low?: number; high?: number; step?: number });
}

function restrictRange(
  where: string,
  field: FloatField | IntField,
  restriction: { readonly low?: number; readonly high?: number; readonly step?: number },
): Field {
  for (const name of Object.keys(restriction)) {
    if (name !== "low" && name !== "high" && name !== "step")
      throw new InvalidValueError(where, "must be a value or {low: …, high: …}", name, "Use low and high.");
  }
  const { low = field.low, high = field.high, step } = restriction;
  checkValue(`${where}.low`, field, low);
  checkValue(`${where}.high`, field, high);
  if (low > high)
    throw new InvalidValueError(where, "must have low at most as large as high", `${low} and ${high}`);
  const inside = Math.min(high, Math.max(low, field.default));
  if (step === undefined) return { ...field, low, high, default: inside };
  checkStep(`${where}.step`, field, low, high, step);
  const nearest = gridValue(low, step, Math.round((inside - low) / step));
  return { ...field, low, high, step, default: Math.min(high, nearest) };
}

function checkStep(
  where: string,
  field: FloatField | IntField,
  low: number,
  high: number,
  step: unknown,
): void {
  const isWhole = field.kind === "float" || Number.isInteger(step);
  if (!(typeof step === "number" && step > 0 && Number.isFinite(step) && isWhole)) {
    const rule = `must be a ${field.kind === "int" ? "whole " : ""}number above 0`;
    throw new InvalidValueError(where, rule, step);
  }
  if (field.scale === "log")
    throw new InvalidValueError(where, "must be left out for a setting on a log scale", step);
  if (field.step !== undefined && stepsBetween(0, step, field.step) === undefined)
    throw new InvalidValueError(where, `must be a multiple of the setting's own step ${field.step}`, step);
  if (stepsBetween(low, high, step) === undefined)
    throw new InvalidValueError(where, `must lead from ${low} to ${high}`, step, "Move high or low.");
}

function restrictToList(where: string, field: Field, values: readonly unknown[]): Field {
  if (values.length === 0)
    throw new InvalidValueError(where, "must leave at least one value", "an empty list");
  for (const value of values) checkValue(where, field, value);
  if (field.kind === "float" || field.kind === "int") {
    if (values.length > 1) {
      throw new InvalidValueError(
        where,
        "must be one number or {low, high}",
        values,
        `Write {low: …, high: …}.`,
      );
    }
    const [value] = values as number[];
    return { ...field, low: value, high: value, default: value };
  }
  const choices = values as string[];
  if (field.kind === "choice") {
    const first = choices.includes(field.default) ? field.default : choices[0];
    return { ...field, options: field.options.filter((option) => choices.includes(option)), default: first };
  }
  // Both truth values leave a flag as it is; of texts there is no end, so only one may be listed.
  const distinct = new Set(values);
  if (field.kind === "flag" && distinct.size === 2) return field;
  if (distinct.size > 1)
    throw new InvalidValueError(where, `must be one ${field.kind === "text" ? "text" : "matrix"}`, values);
  return { ...field, default: values[0], isFixed: true } as Field;
}
