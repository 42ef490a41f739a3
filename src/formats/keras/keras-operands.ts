// What a layer is applied to, in one of its uses: values of other layers, and numbers where it is an operator.
//
// Keras 2 lists connections, [layer, use, tensor, keywords]. Keras 3 keeps the arguments of the call: tensors with a
// `keras_history` of the same three, numbers, and arrays of numbers.

import { FormatError } from "../../base/errors.ts";
import type { Settings } from "./keras-node.ts";

export type Operand = { readonly history: unknown } | { readonly numbers: readonly number[] };

const mostParts = 20_000;

/** @throws {FormatError} for connections that are none, and layers that are to train */
export function operandsOf(use: unknown, where: string): readonly Operand[] {
  if (Array.isArray(use)) {
    const ends = endsOf(use, where);
    for (const end of ends) requireInference(Array.isArray(end) ? end[3] : undefined, where);
    return ends.map((history) => ({ history }));
  }
  const { args, kwargs } = settingsOf(use, `${where} connections`);
  requireInference(kwargs, where);
  const found = operandsIn(args, where);
  // Numbers among keywords are settings.
  const named = operandsIn(kwargs === undefined ? [] : Object.values(kwargs as object), where);
  return [...found, ...named.filter((operand) => "history" in operand)];
}

/** One [layer, use, tensor], or a list of such. */
export function endsOf(value: unknown, where: string): readonly unknown[] {
  const list = listOf(value, where);
  return typeof list[0] === "string" ? [list] : list;
}

export function listOf(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new FormatError(where, "must be a list", value === null ? "null" : typeof value);
}

export function settingsOf(value: unknown, where: string): Settings {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Settings;
  throw new FormatError(where, "must be described by an object", value === null ? "null" : typeof value);
}

function operandsIn(args: unknown, where: string): readonly Operand[] {
  const found: Operand[] = [];
  const open: unknown[] = [args];
  for (let seen = 0; open.length > 0 && seen < mostParts; seen++) {
    const next = open.shift();
    if (Array.isArray(next)) open.unshift(...next.slice(0, mostParts));
    else if (typeof next === "number") found.push({ numbers: [next] });
    else if (typeof next === "object" && next !== null) {
      const { class_name, config } = next as Settings;
      if (class_name === "__keras_tensor__")
        found.push({ history: settingsOf(config, where)["keras_history"] });
      if (class_name === "__tensor__" || class_name === "__numpy__") {
        found.push({ numbers: flatNumbers(settingsOf(config, where)["value"], where) });
      }
    }
  }
  return found;
}

/** Of any axes; only the last may have more than one number. */
function flatNumbers(value: unknown, where: string): readonly number[] {
  let list = value;
  while (Array.isArray(list) && list.length === 1) [list] = list;
  const numbers: readonly unknown[] = Array.isArray(list) ? list : [list];
  if (numbers.every((number) => typeof number === "number")) return numbers;
  throw new FormatError(where, "must have constants of numbers along the last axis only", "others");
}

function requireInference(keywords: unknown, where: string): void {
  const { training } = (keywords ?? {}) as Settings;
  if (training !== true) return;
  throw new FormatError(where, "must be used for inference", "training=True", "Call the layer without it.");
}
