// Fields as coordinates: every value of a field at a place in [0, 1), for samplers.

import { adjacencyAt, adjacencyCount, adjacencyIndex, canonicalAdjacency } from "./adjacency.ts";
import type { Field } from "./field.ts";
import { gridValue, stepsBetween } from "./grid.ts";
import { accepts } from "./resolve.ts";
import type { DesignValues, Space } from "./space.ts";

/** The value at a place; equal shares of [0, 1) for each number of a grid, option, truth value or matrix. */
export function fromUnit(field: Field, place: number): number | string | boolean {
  switch (field.kind) {
    case "float":
      return field.step === undefined ? between(field, place) : valueAt(field, indexAt(field, place));
    case "int": {
      if (field.step !== undefined) return valueAt(field, indexAt(field, place));
      // Half a step beyond both ends, so that the ends are as likely as the rest.
      const value = between({ ...field, low: field.low - 0.5 + 1e-9, high: field.high + 0.5 - 1e-9 }, place);
      return Math.min(field.high, Math.max(field.low, Math.round(value)));
    }
    case "choice":
    case "flag":
    case "text":
    case "adjacency":
      return valueAt(field, indexAt(field, place));
    default:
      throw new TypeError(`unknown field ${JSON.stringify(field satisfies never)}`);
  }
}

/** A place of the value: `fromUnit(field, toUnit(field, value))` is the value (numbers within rounding). */
export function toUnit(field: Field, value: number | string | boolean): number {
  switch (field.kind) {
    case "float":
    case "int": {
      if (field.step !== undefined) return (indexOf(field, value) + 0.5) / countOf(field);
      if (field.kind === "float") return share(field, value as number);
      return share({ ...field, low: field.low - 0.5 + 1e-9, high: field.high + 0.5 - 1e-9 }, value as number);
    }
    case "choice":
    case "flag":
    case "text":
    case "adjacency":
      return (indexOf(field, value) + 0.5) / countOf(field);
    default:
      throw new TypeError(`unknown field ${JSON.stringify(field satisfies never)}`);
  }
}

/** How many values the field has: ∞ for a float without steps; matrices are counted as they are written. */
export function countOf(field: Field): number {
  switch (field.kind) {
    case "float":
    case "int": {
      if (field.high === field.low) return 1;
      if (field.kind === "float" && field.step === undefined) return Infinity;
      return Math.round((field.high - field.low) / (field.step ?? 1)) + 1;
    }
    case "choice":
      return field.options.length;
    case "flag":
      return field.isFixed === true ? 1 : 2;
    case "text":
      return 1;
    case "adjacency":
      return field.isFixed === true ? 1 : adjacencyCount(field);
    default:
      throw new TypeError(`unknown field ${JSON.stringify(field satisfies never)}`);
  }
}

/** The value of an index from 0 to below `countOf`, which must be finite; matrices in canonical form. */
export function valueAt(field: Field, index: number): number | string | boolean {
  switch (field.kind) {
    case "float":
    case "int":
      return Math.min(field.high, gridValue(field.low, field.step ?? 1, index));
    case "choice":
      return field.options[index];
    case "flag":
      return field.isFixed === true ? field.default : index === 1;
    case "text":
      return field.default;
    case "adjacency":
      return field.isFixed === true ? field.default : canonicalAdjacency(field, adjacencyAt(field, index));
    default:
      throw new TypeError(`unknown field ${JSON.stringify(field satisfies never)}`);
  }
}

/** The index of a value of a field whose `countOf` is finite: `valueAt` leads back to the value. */
export function indexOf(field: Field, value: number | string | boolean): number {
  if (countOf(field) === 1) return 0;
  switch (field.kind) {
    case "float":
    case "int":
      return stepsBetween(field.low, value as number, field.step ?? 1) ?? 0;
    case "choice":
      return field.options.indexOf(value as string);
    case "flag":
      return value === true ? 1 : 0;
    case "text":
      return 0;
    case "adjacency":
      return adjacencyIndex(field, value as string);
    default:
      throw new TypeError(`unknown field ${JSON.stringify(field satisfies never)}`);
  }
}

/** Whether the field's values lie on a line, so that near places mean like values. */
export function isOnLine(field: Field): boolean {
  return (
    field.kind === "float" || field.kind === "int" || (field.kind === "choice" && field.ordered === true)
  );
}

/** Names of the fields a sampler may vary: those with more than one value that can be active. */
export function freeFields(of: Space): readonly string[] {
  return Object.keys(of.fields).filter((name) => countOf(of.fields[name]) > 1 && canBeActive(of, name));
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

function indexAt(field: Field, place: number): number {
  const count = countOf(field);
  return Math.min(count - 1, Math.floor(place * count));
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
