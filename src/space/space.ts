// A design space: fields, some of them only active when others have certain values, without the combinations
// that are forbidden.

import { InvalidValueError } from "../base/errors.ts";
import { canonicalAdjacency } from "./adjacency.ts";
import type { Field, Fields, Values } from "./field.ts";
import { gridValue, stepsBetween } from "./grid.ts";
import { accepts, checkValue, resolve } from "./resolve.ts";
import { type Restriction, restrict } from "./restrict.ts";

/** Field → the values other fields must have for it to be active: `{ leak: { neuron: "lif" } }`. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, number | string | boolean>>>>;

/** What the fields of a combination are, all at once: `{ steps: { low: 32 }, coding: "rate" }`. */
export type Combination = Readonly<Record<string, Restriction>>;

export interface Space<F extends Fields = Fields> {
  readonly fields: F;
  readonly conditions: Conditions;
  /** No design may have, in all fields of one of these, values that they take; an inactive field has none. */
  readonly forbidden: readonly Fields[];
}

/** A point of a space. Inactive fields keep their default. */
export type Design<S extends Space> = Values<S["fields"]>;

/** Any design, when the space is not known to the compiler. */
export type DesignValues = Readonly<Record<string, number | string | boolean>>;

/**
 * @throws {InvalidValueError} when a condition or a forbidden combination names no field of the space or a value
 *   its field never takes, when a condition leads back to its own field, or a combination names nothing
 */
export function space<F extends Fields>(
  fields: F,
  conditions: Conditions = {},
  forbidden: readonly Combination[] = [],
): Space<F> {
  for (const [name, condition] of Object.entries(conditions)) {
    const where = `condition of ${name}`;
    for (const other of [name, ...Object.keys(condition)]) {
      if (!Object.hasOwn(fields, other))
        throw new InvalidValueError(where, "must name fields of the space", other);
    }
    for (const [other, value] of Object.entries(condition)) checkValue(where, fields[other], value);
    if (decidedBy(conditions, name).has(name))
      throw new InvalidValueError(where, "must not lead back to the field", Object.keys(condition));
  }
  for (const [i, combination] of forbidden.entries()) {
    const where = `forbidden[${i}]`;
    if (Object.keys(combination).length === 0)
      throw new InvalidValueError(where, "must name at least one field", combination);
  }
  return {
    fields,
    conditions,
    forbidden: forbidden.map((combination, i) => restricted(`forbidden[${i}]`, fields, combination)),
  };
}

/** The fields that decide whether this one is active, near and far. */
function decidedBy(conditions: Conditions, name: string): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [name];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const other of Object.keys(conditions[next] ?? {})) {
      if (found.has(other)) continue;
      found.add(other);
      open.push(other);
    }
  }
  return found;
}

/** Whether the field matters in this design: what it depends on is active and has the value asked. */
export function isActive(of: Space, name: string, design: DesignValues): boolean {
  return Object.entries(of.conditions[name] ?? {}).every(
    ([other, value]) => design[other] === value && isActive(of, other, design),
  );
}

/**
 * The design with inactive fields at their defaults, matrices without edges that do nothing, and numbers on
 * their grids: equal designs become equal values.
 */
export function canonical(of: Space, design: DesignValues): DesignValues {
  return Object.fromEntries(
    Object.entries(of.fields).map(([name, field]) => [
      name,
      isActive(of, name, design) ? canonicalValue(field, design[name]) : field.default,
    ]),
  );
}

function canonicalValue(field: Field, value: number | string | boolean): number | string | boolean {
  if (field.kind === "adjacency") return canonicalAdjacency(field, value as string);
  if ((field.kind !== "float" && field.kind !== "int") || field.step === undefined) return value;
  const steps = stepsBetween(field.low, value as number, field.step);
  return steps === undefined ? value : gridValue(field.low, field.step, steps);
}

/** The fields of the first forbidden combination that the design is, or null: the design is allowed. */
export function forbiddenBy(of: Space, design: DesignValues): readonly string[] | null {
  const found = of.forbidden.find((combination) =>
    Object.entries(combination).every(
      ([name, field]) => isActive(of, name, design) && accepts(field, design[name]),
    ),
  );
  return found === undefined ? null : Object.keys(found);
}

/** Whether the design is none of the forbidden combinations. */
export function isAllowed(of: Space, design: DesignValues): boolean {
  return forbiddenBy(of, design) === null;
}

/**
 * The same space with fields restricted. Defaults move to the nearest value that is left.
 *
 * @throws {InvalidValueError} when a restriction names no field or leaves the field's range
 */
export function narrow(of: Space, restrictions: Readonly<Record<string, Restriction>>): Space {
  return { ...of, fields: { ...of.fields, ...restricted("space", of.fields, restrictions) } };
}

function restricted(where: string, fields: Fields, restrictions: Combination): Fields {
  const names = Object.keys(restrictions);
  resolve(where, fields, Object.fromEntries(names.map((name) => [name, undefined]))); // the names alone
  return Object.fromEntries(
    names.map((name) => [name, restrict(`${where}.${name}`, fields[name], restrictions[name])]),
  );
}
