// A design space: fields, some of them only active when others have certain values.

import { InvalidValueError } from "../base/errors.ts";
import type { Field, Fields, Values } from "./field.ts";
import { checkValue, resolve } from "./resolve.ts";

/** Field → the values other fields must have for it to be active: `{ leak: { neuron: "lif" } }`. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, number | string | boolean>>>>;

export interface Space<F extends Fields = Fields> {
  readonly fields: F;
  readonly conditions: Conditions;
}

/** A point of a space. Inactive fields keep their default. */
export type Design<S extends Space> = Values<S["fields"]>;

/** Any design, when the space is not known to the compiler. */
export type DesignValues = Readonly<Record<string, number | string | boolean>>;

/**
 * @throws {InvalidValueError} when a condition names no field of the space, a value its field never
 *   takes, or leads back to its own field
 */
export function space<F extends Fields>(fields: F, conditions: Conditions = {}): Space<F> {
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
  return { fields, conditions };
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

/** The design with inactive fields at their defaults: equal designs become equal values. */
export function canonical(of: Space, design: DesignValues): DesignValues {
  return Object.fromEntries(
    Object.entries(of.fields).map(([name, field]) => [
      name,
      isActive(of, name, design) ? design[name] : field.default,
    ]),
  );
}

/** What a restriction may say of a field: one value, several, or a part of its range. */
export type Restriction =
  | number
  | string
  | boolean
  | readonly (number | string | boolean)[]
  | { readonly low?: number; readonly high?: number };

/**
 * The same space with fields restricted. Defaults move to the nearest value that is left.
 *
 * @throws {InvalidValueError} when a restriction names no field or leaves the field's range
 */
export function narrow(of: Space, restrictions: Readonly<Record<string, Restriction>>): Space {
  const fields: Record<string, Field> = { ...of.fields };
  resolve("space", of.fields, Object.fromEntries(Object.keys(restrictions).map((name) => [name, undefined])));
  for (const [name, restriction] of Object.entries(restrictions)) {
    fields[name] = restrict(`space.${name}`, of.fields[name], restriction);
  }
  return { ...of, fields };
}

function restrict(where: string, field: Field, restriction: Restriction): Field {
  if (Array.isArray(restriction)) return restrictToList(where, field, restriction);
  // A study file may hold nothing at all where a restriction belongs: null.
  if (typeof restriction !== "object" || restriction === null)
    return restrictToList(where, field, [restriction]);
  if (field.kind !== "float" && field.kind !== "int") {
    throw new InvalidValueError(where, "must be a value or a list of values", restriction);
  }
  for (const name of Object.keys(restriction)) {
    if (name !== "low" && name !== "high")
      throw new InvalidValueError(where, "must be a value or {low: …, high: …}", name, "Use low and high.");
  }
  const { low = field.low, high = field.high } = restriction as { low?: number; high?: number };
  checkValue(`${where}.low`, field, low);
  checkValue(`${where}.high`, field, high);
  if (low > high)
    throw new InvalidValueError(where, "must have low at most as large as high", `${low} and ${high}`);
  return { ...field, low, high, default: Math.min(high, Math.max(low, field.default)) };
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
  if (distinct.size > 1) throw new InvalidValueError(where, "must be one text", values);
  return { ...field, default: values[0], isFixed: true } as Field;
}
