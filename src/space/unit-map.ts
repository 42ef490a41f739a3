// Fields as coordinates: every value of a field at a place in [0, 1), for samplers.

import type { Field } from "./field.ts";
import { accepts } from "./resolve.ts";
import type { DesignValues, Space } from "./space.ts";

/** The value at a place; equal shares of [0, 1) for each whole number, option or truth value. */
export function fromUnit(field: Field, place: number): number | string | boolean {
  switch (field.kind) {
    case "float":
      return between(field, place);
    case "int": {
      // Half a step beyond both ends, so that the ends are as likely as the rest.
      const value = between({ ...field, low: field.low - 0.5 + 1e-9, high: field.high + 0.5 - 1e-9 }, place);
      return Math.min(field.high, Math.max(field.low, Math.round(value)));
    }
    case "choice":
      return field.options[Math.min(field.options.length - 1, Math.floor(place * field.options.length))];
    case "flag":
      return field.isFixed === true ? field.default : place >= 0.5;
    case "text":
      return field.default;
    default:
      throw new TypeError(`unknown field ${JSON.stringify(field satisfies never)}`);
  }
}

/** A place of the value: `fromUnit(field, toUnit(field, value))` is the value (numbers within rounding). */
export function toUnit(field: Field, value: number | string | boolean): number {
  switch (field.kind) {
    case "float":
      return share(field, value as number);
    case "int":
      return share({ ...field, low: field.low - 0.5 + 1e-9, high: field.high + 0.5 - 1e-9 }, value as number);
    case "choice":
      return (field.options.indexOf(value as string) + 0.5) / field.options.length;
    case "flag":
      return value === true ? 0.75 : 0.25;
    case "text":
      return 0.5;
    default:
      throw new TypeError(`unknown field ${JSON.stringify(field satisfies never)}`);
  }
}

/** Names of the fields a sampler may vary: those with more than one value that can be active. */
export function freeFields(of: Space): readonly string[] {
  return Object.keys(of.fields).filter((name) => hasSeveralValues(of.fields[name]) && canBeActive(of, name));
}

function hasSeveralValues(field: Field): boolean {
  if (field.kind === "float" || field.kind === "int") return field.high > field.low;
  return (
    (field.kind === "flag" && field.isFixed !== true) || (field.kind === "choice" && field.options.length > 1)
  );
}

function canBeActive(of: Space, name: string): boolean {
  return Object.entries(of.conditions[name] ?? {}).every(
    ([other, value]) => accepts(of.fields[other], value) && canBeActive(of, other),
  );
}

/** A design from places of the free fields, defaults elsewhere. */
export function designAt(of: Space, names: readonly string[], places: readonly number[]): DesignValues {
  const design: Record<string, number | string | boolean> = {};
  for (const [name, field] of Object.entries(of.fields)) design[name] = field.default;
  for (const [i, name] of names.entries()) design[name] = fromUnit(of.fields[name], places[i]);
  return design;
}

interface Range {
  readonly low: number;
  readonly high: number;
  readonly scale: "linear" | "log";
}

function between({ low, high, scale }: Range, place: number): number {
  const value = scale === "log" ? low * (high / low) ** place : low + (high - low) * place;
  return Math.min(high, Math.max(low, value));
}

function share({ low, high, scale }: Range, value: number): number {
  if (high === low) return 0.5;
  return scale === "log" ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
}
