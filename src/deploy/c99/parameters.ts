// Parameters of a layer as C reads them: one constant where they are all the same, else a table by channel or by
// neuron; and the loop over the layer's places that reads them.

import { literal, signedTypeOf, unsignedTypeOf } from "./c-types.ts";
import { declare, indented, loop, type Program } from "./program.ts";

export interface Parameter {
  /** Expression at place `i` of channel `c`. */
  readonly at: string;
  readonly isByChannel: boolean;
  readonly low: number;
  readonly high: number;
}

/**
 * @param values - one a neuron. Shape [channels · plane]
 * @param name - of the table, if one is needed
 */
export function parameter(
  program: Program,
  values: ArrayLike<number>,
  plane: number,
  { name, about }: { readonly name: string; readonly about: string },
): Parameter {
  const all = Array.from(values);
  const range = { low: all.reduce((a, b) => Math.min(a, b)), high: all.reduce((a, b) => Math.max(a, b)) };
  if (range.low === range.high) return { at: literal(range.low), isByChannel: false, ...range };
  const isByChannel = plane > 1 && all.every((value, i) => value === all[i - (i % plane)]);
  const table = isByChannel ? all.filter((_, i) => i % plane === 0) : all;
  const type = range.low >= 0 ? unsignedTypeOf(range.high) : signedTypeOf(range);
  // What reads it calculates in int32_t or wider, so unsigned elements never meet others of their width.
  declare(program, { name, type, length: table.length, about, values: table });
  const at = `${name}[${isByChannel ? "c" : "i"}]`;
  return { at: type === "uint32_t" ? `(int32_t)${at}` : at, isByChannel, ...range };
}

/** Over all places `i`; with channels `c` outside, where a parameter goes by them. */
export function placeLoop(
  size: number,
  plane: number,
  parameters: readonly Parameter[],
  body: string,
): { readonly code: string; readonly locals: readonly string[] } {
  if (!parameters.some(({ isByChannel }) => isByChannel))
    return { code: loop("i", size, body), locals: ["i"] };
  const inner = `for (end = i + ${plane}U; i < end; i++) {\n${indented(body)}\n}`;
  return { code: `i = 0U;\n${loop("c", size / plane, inner)}`, locals: ["i", "c", "end"] };
}
