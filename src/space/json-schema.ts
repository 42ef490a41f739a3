// Fields as JSON Schema, draft 7 (json-schema.org/draft-07): editors complete and check by it.

import type { Field, Fields } from "./field.ts";
import type { Space } from "./space.ts";

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
        description: `${about}${unit}`,
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
    default:
      throw new TypeError(`unknown field ${JSON.stringify(field satisfies never)}`);
  }
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
  const single = { type: "array", items: value, minItems: 1 };
  if (field.kind !== "float" && field.kind !== "int") return { description, anyOf: [value, single] };
  const range = { type: "object", additionalProperties: false, properties: { low: value, high: value } };
  return { description, anyOf: [value, range, { ...single, maxItems: 1 }] };
}
