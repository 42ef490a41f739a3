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
export { checkValue, describeField, resolve } from "./resolve.ts";
export {
  type Conditions,
  canonical,
  type Design,
  type DesignValues,
  isActive,
  narrow,
  type Restriction,
  type Space,
  space,
} from "./space.ts";
export { designAt, freeFields, fromUnit, toUnit } from "./unit-map.ts";
