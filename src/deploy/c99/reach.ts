// The loops from one input of a convolution or a pool to all the outputs it reaches. Taps that fall beside the
// output, or between its strides, are left out; nothing is done for padding.

import { indented } from "./program.ts";

export interface Reach {
  readonly input: readonly [channels: number, height: number, width: number];
  readonly output: readonly [channels: number, height: number, width: number];
  readonly kernel: readonly [height: number, width: number];
  readonly stride: readonly [vertical: number, horizontal: number];
  readonly padding?: readonly [vertical: number, horizontal: number];
  readonly dilation?: readonly [vertical: number, horizontal: number];
}

/** Variables the loops use. */
export const reachLocals = ["ky", "kx"] as const;

/**
 * Code for the input `j`: defines its `channel`, and runs `body` for every tap `ky`, `kx` and its output at
 * row `oy` and column `ox`, all of them uint32_t.
 */
export function reachLoops(reach: Reach, body: string): string {
  const { input, padding = [0, 0] } = reach;
  const [, height, width] = input;
  const padded = (place: string, pad: number): string => (pad === 0 ? place : `${place} + ${pad}U`);
  const row = height === 1 ? "0U" : width === 1 ? `j % ${height}U` : `j / ${width}U % ${height}U`;
  const column = width === 1 ? "0U" : `j % ${width}U`;
  return [
    `const uint32_t channel = j / ${height * width}U;`,
    `const uint32_t y = ${padded(row, padding[0])};`,
    `const uint32_t x = ${padded(column, padding[1])};`,
    axis(reach, 0, axis(reach, 1, body)),
  ].join("\n");
}

function axis({ kernel, stride, dilation = [1, 1], output }: Reach, which: 0 | 1, body: string): string {
  const [k, place, o] = which === 0 ? ["ky", "y", "oy"] : ["kx", "x", "ox"];
  const step = dilation[which] === 1 ? k : `${k} * ${dilation[which]}U`;
  const skip =
    stride[which] === 1 ? "" : `if ((${place} - ${step}) % ${stride[which]}U != 0U) {\n    continue;\n}\n`;
  const divided = stride[which] === 1 ? `${place} - ${step}` : `(${place} - ${step}) / ${stride[which]}U`;
  const inside = [
    `if (${place} < ${step}) {\n    break;\n}`,
    `${skip}const uint32_t ${o} = ${divided};`,
    `if (${o} >= ${output[1 + which]}U) {\n    continue;\n}`,
    body,
  ].join("\n");
  return `for (${k} = 0U; ${k} < ${kernel[which]}U; ${k}++) {\n${indented(inside)}\n}`;
}
