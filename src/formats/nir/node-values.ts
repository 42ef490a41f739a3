// A node's fields as what they should be. Messages name the node and the field.

import { FormatError } from "../../base/errors.ts";
import type { NirArray, NirNode } from "./nir-graph.ts";

export interface NodeValues {
  readonly type: NirNode["type"];
  /** The node, for messages. */
  readonly where: string;
  has(field: string): boolean;
  /** @throws {FormatError} where it is a word */
  array(field: string): NirArray;
  /** A word, or undefined for numbers. */
  word(field: string): string | undefined;
  /** One whole number. @throws {FormatError} */
  whole(field: string): number;
  /** One whole number an axis; one number stands for both. @throws {FormatError} */
  pair(field: string): readonly [vertical: number, horizontal: number];
}

export function nodeValues({ type, parameters }: NirNode, where: string): NodeValues {
  const array = (field: string): NirArray => {
    const value = parameters[field];
    if (typeof value === "object") return value;
    throw new FormatError(`${where} ${field}`, "must be numbers", value ?? "nothing");
  };
  const wholes = (field: string): readonly number[] => {
    const { data } = array(field);
    const other = data.find((value) => !Number.isSafeInteger(value));
    if (other !== undefined) throw new FormatError(`${where} ${field}`, "must be whole numbers", other);
    return [...data.subarray(0, 4)];
  };
  return {
    type,
    where,
    has: (field) => field in parameters,
    array,
    word(field) {
      const value = parameters[field];
      return typeof value === "string" ? value : undefined;
    },
    whole(field) {
      const values = wholes(field);
      if (values.length === 1) return values[0];
      throw new FormatError(`${where} ${field}`, "must be one number", values);
    },
    pair(field) {
      const values = wholes(field);
      const [first, second = first] = values;
      if (values.length === 1 || values.length === 2) return [first, second];
      throw new FormatError(`${where} ${field}`, "must be two numbers", values);
    },
  };
}
