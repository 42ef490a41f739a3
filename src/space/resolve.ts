// Given values checked against their fields, with defaults for the rest.

import { InvalidValueError } from "../base/errors.ts";
import { isAdjacency } from "./adjacency.ts";
import { closest } from "./closest.ts";
import type { Field, Fields, FloatField, IntField, Values } from "./field.ts";
import { stepsBetween } from "./grid.ts";

/**
 * Fill in defaults and check every value.
 *
 * @param where - path of the values as the user wrote it, e.g. `design`
 * @throws {InvalidValueError} naming the value's path, its bounds and unit; unknown names with the closest known one
 */
export function resolve<F extends Fields>(
  where: string,
  fields: F,
  given: Readonly<Record<string, unknown>>,
): Values<F> {
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(fields, name)) continue;
    const guess = closest(name, Object.keys(fields));
    throw new InvalidValueError(
      where,
      "must hold known settings only",
      name,
      guess === undefined ? `Known are ${Object.keys(fields).join(", ")}.` : `Did you mean ${guess}?`,
    );
  }
  const values: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    const value = given[name];
    values[name] = value === undefined ? field.default : value;
    if (value !== undefined) checkValue(`${where}.${name}`, field, value);
  }
  return values as Values<F>;
}

/** @throws {InvalidValueError} when the value is not one the field takes */
export function checkValue(where: string, field: Field, value: unknown): void {
  if (!accepts(field, value)) throw new InvalidValueError(where, `must be ${describeField(field)}`, value);
}

/** The values a field takes, in words: "a number from 0.5 to 1 ms". */
export function describeField(field: Field): string {
  switch (field.kind) {
    case "float":
    case "int": {
      const unit = field.unit === "1" ? "" : ` ${field.unit}`;
      const steps = field.step === undefined ? "" : ` in steps of ${field.step}`;
      return `a ${field.kind === "int" ? "whole " : ""}number from ${field.low} to ${field.high}${unit}${steps}`;
    }
    case "choice":
      return `one of ${field.options.join(", ")}`;
    case "flag":
      return field.isFixed === true ? String(field.default) : "true or false";
    case "text":
      return field.isFixed === true ? JSON.stringify(field.default) : "a text";
    case "adjacency": {
      if (field.isFixed === true) return JSON.stringify(field.default);
      const digits = field.cells.map((cell, i) => `${i} ${cell}`).join(", ");
      return `a matrix of ${field.layers} layers in the form ${JSON.stringify(field.default)} (${digits})`;
    }
    default:
      throw new TypeError(`unknown field ${JSON.stringify(field satisfies never)}`);
  }
}

/** Whether the field takes the value. */
export function accepts(field: Field, value: unknown): boolean {
  switch (field.kind) {
    case "float":
      return typeof value === "number" && isInRange(field, value);
    case "int":
      return Number.isInteger(value) && isInRange(field, value as number);
    case "choice":
      return typeof value === "string" && field.options.includes(value);
    case "flag":
    case "text":
      return typeof value === typeof field.default && (field.isFixed !== true || value === field.default);
    case "adjacency":
      return isAdjacency(field, value) && (field.isFixed !== true || value === field.default);
    default:
      throw new TypeError(`unknown field ${JSON.stringify(field satisfies never)}`);
  }
}

function isInRange({ low, high, step }: FloatField | IntField, value: number): boolean {
  return (
    value >= low && value <= high && (step === undefined || stepsBetween(low, value, step) !== undefined)
  );
}
