export {
  type AdjacencyField,
  adjacency,
  canonicalAdjacencies,
  cellsOf,
} from "./adjacency.ts";
export { closest } from "./closest.ts";
export {
  type ChoiceField,
  choice,
  type Field,
  type Fields,
  type FlagField,
  type FloatField,
  flag,
  float,
  type IntField,
  int,
  type TextField,
  text,
  type Value,
  type Values,
} from "./field.ts";
export { fieldSchema, fieldsSchema, type JsonSchema, restrictionsSchema } from "./json-schema.ts";
export { repaired } from "./repair.ts";
export { checkValue, describeField, resolve } from "./resolve.ts";
export type { Restriction } from "./restrict.ts";
export {
  type Combination,
  type Conditions,
  canonical,
  type Design,
  type DesignValues,
  isActive,
  isAllowed,
  narrow,
  type Space,
  space,
} from "./space.ts";
export { countOf, designAt, freeFields, fromUnit, indexOf, isOnLine, toUnit, valueAt } from "./unit-map.ts";
