// Dense and convolution layers: every spike, or every held input that is not 0, adds the row of weights that
// leaves it. Rows are stored one after the other by input (dense) or by input channel and tap (convolutions), so
// that a row's weights lie side by side; codes of 4 bits and fewer lie two to a byte, the first one low.

import { type LinearLayer, type LoweredLayer, lowered } from "../../model/linear-layer.ts";
import { type Model, tensorOf } from "../../model/model.ts";
import { asImageShape } from "../../model/shapes.ts";
import { known } from "../../simulate/simulation-plan.ts";
import { type Places, reading, writing } from "./buffers.ts";
import { type CType, literal } from "./c-types.ts";
import { planesOf } from "./flows.ts";
import { type Parameter, parameter, placeLoop } from "./parameters.ts";
import { addFunction, declare, locals, loop, type Program } from "./program.ts";
import { reachLocals, reachLoops } from "./reach.ts";

/** What sums start from instead of 0: the leaked potentials they are added to. */
export interface SumStart {
  /** Expression at place `i`. */
  readonly at: string;
  readonly parameters: readonly Parameter[];
}

/** @param start - where sums go to potentials directly */
export function emitLinear(
  program: Program,
  places: Places,
  linear: LinearLayer,
  start: SumStart | null,
): void {
  const layer = lowered(linear);
  const { plan } = places;
  const name = known(places.names, layer.id);
  const to = writing(places, layer.id);
  const [, plane] = planesOf(plan, layer.id);
  const bias = biasOf(program, places, layer);
  const sum = [start?.at, bias.at === "0" ? undefined : bias.at].filter((part) => part !== undefined);
  const begin = placeLoop(
    to.flow.size,
    plane,
    [bias, ...(start?.parameters ?? [])],
    `to[i] = (${to.type})(${sum.length === 0 ? "0" : sum.join(" + ")});`,
  );
  const source = reading(places, layer.inputs[0]);
  const row = rowLoop(program, places, layer, to.type, source.flow.kind === "values");
  const inputs =
    source.flow.kind === "spikes"
      ? loop("k", source.events, `const uint32_t j = from[k];\n${row.code}`)
      : loop(
          "k",
          source.flow.size,
          `const uint32_t j = k;\nconst int32_t value = from[k];\nif (value == 0) {\n    continue;\n}\n${row.code}`,
        );
  const body = [
    `const ${source.type} *from = ${source.first};`,
    `${to.type} *to = ${to.first};`,
    locals(...new Set(["k", ...begin.locals, ...row.locals])),
    begin.code,
    inputs,
  ].join("\n");
  const { low, high } = to.flow.kind === "values" ? to.flow.range : { low: 0, high: 0 };
  const call = addFunction(
    program,
    `run_${name}`,
    `${layer.id}: ${linear.kind}, sums from ${low} to ${high}${start === null ? "" : ", added to potentials"}`,
    body,
  );
  const isHeld = to.flow.kind === "values" && to.flow.isHeld;
  (isHeld ? program.begin : program.step).push(call);
}

function biasOf(program: Program, { plan, names }: Places, { id }: LoweredLayer): Parameter {
  const [channels, plane] = planesOf(plan, id);
  const data = tensorOf(plan.model, id, "bias")?.data ?? new Float32Array(channels);
  const values = Array.from({ length: channels * plane }, (_, i) => data[Math.floor(i / plane)]);
  return parameter(program, values, plane, { name: `b_${known(names, id)}`, about: `${id}: biases` });
}

/** From input `j` to all its outputs. */
function rowLoop(
  program: Program,
  { plan, names }: Places,
  layer: LoweredLayer,
  type: CType,
  isHeld: boolean,
): { readonly code: string; readonly locals: readonly string[] } {
  const { rows, perRow } = rowsOf(plan.model, layer, known(plan.shapes, layer.inputs[0].from));
  const weights = declareWeights(
    program,
    { id: layer.id, name: known(names, layer.id) },
    rows,
    perRow,
    plan.model,
  );
  const adding = (at: string): string => {
    const value = isHeld ? `(int32_t)${weights.at("o")} * value` : weights.at("o");
    return `to${at} = (${type})(to${at} + ${value});`;
  };
  if (layer.kind === "dense") {
    const code = `const ${weights.type} *w = &${weights.name}[j * ${weights.stride}U];\n${loop("o", perRow, adding("[o]"))}`;
    return { code, locals: ["o"] };
  }
  const input = asImageShape(known(plan.shapes, layer.inputs[0].from));
  const output = asImageShape(known(plan.shapes, layer.id));
  const [, height, width] = output;
  const { kernel, stride, padding, dilation = [1, 1], groups } = layer;
  const group = groups === 1 ? "" : `channel / ${input[0] / groups}U * ${perRow * height * width}U + `;
  const at = `&to[${group}oy * ${width}U + ox]`;
  const body = [
    `const ${weights.type} *w = &${weights.name}[((channel * ${kernel[0]}U + ky) * ${kernel[1]}U + kx) * ${weights.stride}U];`,
    `${type} *sum = ${at};`,
    loop("o", perRow, adding(`[o * ${height * width}U]`).replaceAll("to[", "sum[")),
  ].join("\n");
  return {
    code: reachLoops({ input, output, kernel, stride, padding, dilation }, body),
    locals: ["o", ...reachLocals],
  };
}

/** Weights row by row. */
function rowsOf(
  model: Model,
  layer: LoweredLayer,
  inputShape: readonly number[],
): { readonly rows: Int8Array; readonly perRow: number } {
  const codes = known(new Map(Object.entries(model.tensors)), `${layer.id}.weight`).data;
  if (layer.kind === "dense") {
    const perRow = layer.units;
    const inputs = codes.length / perRow;
    return {
      perRow,
      rows: Int8Array.from(codes, (_, at) => codes[(at % perRow) * inputs + Math.floor(at / perRow)]),
    };
  }
  const { channels, kernel, groups } = layer;
  const taps = kernel[0] * kernel[1];
  const perRow = channels / groups;
  const inGroup = inputShape[0] / groups;
  const rows = Int8Array.from(codes, (_, at) => {
    const [row, o] = [Math.floor(at / perRow), at % perRow];
    const [c, tap] = [Math.floor(row / taps), row % taps];
    const channel = Math.floor(c / inGroup) * perRow + o;
    return codes[(channel * inGroup + (c % inGroup)) * taps + tap];
  });
  return { perRow, rows };
}

interface Weights {
  readonly name: string;
  readonly type: CType;
  /** Elements of the table from one row to the next. */
  readonly stride: number;
  /** The weight at a place of row `w`. */
  readonly at: (place: string) => string;
}

function declareWeights(
  program: Program,
  { id, name: own }: { readonly id: string; readonly name: string },
  rows: Int8Array,
  perRow: number,
  { weightFormat }: Model,
): Weights {
  const name = `w_${own}`;
  const bits = weightFormat.kind === "int" ? weightFormat.bits : 8;
  const about = `${id}: weights of ${bits} bits, ${rows.length / perRow} rows of ${perRow}`;
  if (bits > 4) {
    declare(program, { name, type: "int8_t", length: rows.length, about, values: rows });
    return { name, type: "int8_t", stride: perRow, at: (place) => `w[${place}]` };
  }
  const stride = Math.ceil(perRow / 2);
  const packed = new Uint8Array((rows.length / perRow) * stride);
  rows.forEach((code, at) => {
    const place = at % perRow;
    packed[Math.floor(at / perRow) * stride + (place >> 1)] |= (code & 15) << (4 * (place & 1));
  });
  declare(program, { name, type: "uint8_t", length: packed.length, about, values: packed });
  program.helpers.set(
    "nibble",
    [
      "/* Code of 4 bits at a place of a row, two to a byte. */",
      "static int32_t nibble(const uint8_t *row, uint32_t place)",
      "{",
      "    const int32_t code = (row[place >> 1] >> ((place & 1U) << 2)) & 15;",
      `    return (code ^ 8) - ${literal(8)};`,
      "}",
    ].join("\n"),
  );
  return { name, type: "uint8_t", stride, at: (place) => `nibble(w, ${place})` };
}
