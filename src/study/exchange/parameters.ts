// Designs as parameters and back. A field is one parameter, but a matrix is one for each cell, `skips[0,2]`: a
// category of two or three words, as every sampler knows them. Inactive fields are left out, as programs that
// define their space by running do.

import { type AdjacencyField, canonicalAdjacency, cellsOf, encodeCells } from "../../space/adjacency.ts";
import type { Field } from "../../space/field.ts";
import { accepts } from "../../space/resolve.ts";
import { canonical, type DesignValues, isActive, type Space } from "../../space/space.ts";
import type { Category, Distribution, PortableParameter } from "./portable-study.ts";

/** The active settings of a design with the ranges they come from. One of an older release may lack some. */
export function parametersOf(of: Space, design: DesignValues): Readonly<Record<string, PortableParameter>> {
  const parameters: Record<string, PortableParameter> = {};
  for (const [name, field] of Object.entries(of.fields)) {
    if (!Object.hasOwn(design, name) || !isActive(of, name, design)) continue;
    if (field.kind !== "adjacency") {
      parameters[name] = { value: design[name], distribution: distributionOf(field, design[name]) };
      continue;
    }
    const choices = field.cells;
    for (const { from, to, kind } of cellsOf(field, String(design[name]))) {
      parameters[`${name}[${from},${to}]`] = {
        value: choices[kind],
        distribution: { kind: "categorical", choices },
      };
    }
  }
  return parameters;
}

/**
 * The canonical design of parameters; what they leave out is at its default.
 *
 * @returns null when one of them is outside its field
 */
export function designOf(
  of: Space,
  parameters: Readonly<Record<string, { readonly value: Category }>>,
): DesignValues | null {
  const design: Record<string, number | string | boolean> = {};
  for (const [name, field] of Object.entries(of.fields)) {
    const value =
      field.kind === "adjacency"
        ? matrixOf(name, field, parameters)
        : valueIn(field, parameters[name]?.value);
    if (value === undefined || !accepts(field, value)) return null;
    design[name] = value;
  }
  return canonical(of, design);
}

function distributionOf(field: Exclude<Field, AdjacencyField>, value: Category): Distribution {
  switch (field.kind) {
    case "float":
    case "int": {
      const { low, high } = field;
      const log = field.scale === "log";
      return field.kind === "int"
        ? { kind: "int", low, high, log, step: field.step ?? 1 }
        : { kind: "float", low, high, log, step: field.step ?? null };
    }
    case "choice": {
      const { options } = field;
      return {
        kind: "categorical",
        choices: options.includes(String(value)) ? options : [...options, value],
      };
    }
    case "flag":
      return { kind: "categorical", choices: field.isFixed === true ? [field.default] : [false, true] };
    case "text":
      return { kind: "categorical", choices: [value] };
    default:
      throw new TypeError(`unknown field ${JSON.stringify(field satisfies never)}`);
  }
}

/** The value as the field has it: tables know no types but numbers and texts. */
function valueIn(
  field: Exclude<Field, AdjacencyField>,
  value: Category | undefined,
): number | string | boolean | undefined {
  if (value === undefined) return field.default;
  switch (field.kind) {
    case "float":
    case "int":
      return typeof value === "number" ? value : undefined;
    case "choice":
    case "text":
      return String(value);
    case "flag":
      return String(value) === "true";
    default:
      throw new TypeError(`unknown field ${JSON.stringify(field satisfies never)}`);
  }
}

function matrixOf(
  name: string,
  field: AdjacencyField,
  parameters: Readonly<Record<string, { readonly value: Category }>>,
): string | undefined {
  const kinds: number[] = [];
  for (const { from, to, kind } of cellsOf(field, field.default)) {
    const told = parameters[`${name}[${from},${to}]`];
    kinds.push(told === undefined ? kind : field.cells.indexOf(String(told.value)));
  }
  return kinds.includes(-1) ? undefined : canonicalAdjacency(field, encodeCells(field, kinds));
}
