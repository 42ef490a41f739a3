// Fields as JSON Schema, draft 7 (json-schema.org/draft-07): editors complete and check by it.

import type { Field, Fields, FloatField, IntField } from "./field.ts";
import type { Space } from "./space.ts";
import { countOf, valueAt } from "./unit-map.ts";

/** A piece of a JSON Schema, draft 7. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The values a field takes. */
export function fieldSchema(field: Field): JsonSchema {
  const { about } = field;
  switch (field.kind) {
    case "float":
    case "int": {
      const unit = field.unit === "1" ? "" : `, ${field.unit}`;
      return {
        description: `${about}${unit}${field.step === undefined ? "" : `, in steps of ${field.step}`}`,
        ...gridSchema(field),
        type: field.kind === "int" ? "integer" : "number",
        minimum: field.low,
        maximum: field.high,
        default: field.default,
      };
    }
    case "choice":
      return { description: about, enum: field.options, default: field.default };
    case "flag":
      return { description: about, type: "boolean", default: field.default };
    case "text":
      return { description: about, type: "string", default: field.default };
    case "adjacency": {
      const digits = `[0-${field.cells.length - 1}]`;
      const rows = Array.from({ length: field.layers - 1 }, (_, i) => `${digits}{${field.layers - 1 - i}}`);
      return {
        description: `${about}; cells ${field.cells.map((cell, i) => `${i} ${cell}`).join(", ")}`,
        type: "string",
        pattern: `^${rows.join("\\|")}$`,
        default: field.default,
      };
    }
    default:
      throw new TypeError(`unknown field ${JSON.stringify(field satisfies never)}`);
  }
}

/** Grids longer than this are left to the check: a schema should stay readable. */
const longestList = 100;

/** What keeps a number to its grid, as far as a schema tells it: by a list, for binary fractions do not divide. */
function gridSchema(field: FloatField | IntField): JsonSchema {
  const count = countOf(field);
  if (field.step === undefined) return {};
  if (field.kind === "int" && field.low % field.step === 0) return { multipleOf: field.step };
  return count > longestList ? {} : { enum: Array.from({ length: count }, (_, i) => valueAt(field, i)) };
}

/** A map of settings, none required; `others` are properties that are not fields. */
export function fieldsSchema(
  fields: Fields,
  description: string,
  others: Readonly<Record<string, JsonSchema>> = {},
): JsonSchema {
  const own = Object.entries(fields).map(([name, field]) => [name, fieldSchema(field)]);
  return {
    description,
    type: "object",
    additionalProperties: false,
    properties: { ...Object.fromEntries(own), ...others },
  };
}

/** What may be written to narrow a space (`narrow` in space.ts). */
export function restrictionsSchema({ fields }: Space, description: string): JsonSchema {
  const properties = Object.entries(fields).map(([name, field]) => [name, restrictionSchema(field)]);
  return {
    description,
    type: "object",
    additionalProperties: false,
    properties: Object.fromEntries(properties),
  };
}

function restrictionSchema(field: Field): JsonSchema {
  const { description, default: _, ...value } = fieldSchema(field);
  if (field.kind === "adjacency") return { description, ...value };
  const single = { type: "array", items: value, minItems: 1 };
  if (field.kind !== "float" && field.kind !== "int") return { description, anyOf: [value, single] };
  const step = { type: field.kind === "int" ? "integer" : "number", exclusiveMinimum: 0 };
  const properties = { low: value, high: value, ...(field.scale === "linear" && { step }) };
  const range = { type: "object", additionalProperties: false, properties };
  return { description, anyOf: [value, range, { ...single, maxItems: 1 }] };
}
