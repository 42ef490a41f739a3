// Pools. Of spikes: a sum pool hands every spike on to the windows it lies in, a max pool only those of the
// window's input with most spikes so far, the lowest among equals. Of sums: sum or largest of every window.

import type { PoolLayer } from "../../model/network.ts";
import { asImageShape } from "../../model/shapes.ts";
import { known } from "../../simulate/simulation-plan.ts";
import { type Places, reading, writing } from "./buffers.ts";
import { unsignedTypeOf } from "./c-types.ts";
import { addFunction, declare, indented, locals, loop, type Program } from "./program.ts";
import { type Reach, reachLocals, reachLoops } from "./reach.ts";

export function emitPool(program: Program, places: Places, layer: PoolLayer): void {
  const { plan, names } = places;
  const source = reading(places, layer.inputs[0]);
  const input = asImageShape(known(plan.shapes, layer.inputs[0].from));
  const output = asImageShape(known(plan.shapes, layer.id));
  const reach: Reach = { input, output, kernel: layer.kernel, stride: layer.stride };
  const isSpikes = source.flow.kind === "spikes";
  const body = isSpikes ? poolSpikes(program, places, layer, reach) : poolValues(places, layer, reach);
  const kind = layer.kind === "maxPool" ? "max pool" : "sum pool";
  const name = `run_${known(names, layer.id)}`;
  const call = addFunction(program, name, `${layer.id}: ${kind} of ${isSpikes ? "spikes" : "sums"}`, body);
  const to = writing(places, layer.id).flow;
  (to.kind === "values" && to.isHeld ? program.begin : program.step).push(call);
}

function poolSpikes(program: Program, places: Places, layer: PoolLayer, reach: Reach): string {
  const source = reading(places, layer.inputs[0]);
  const to = writing(places, layer.id);
  const [, height, width] = reach.output;
  const pass = `to[n] = (${to.type})((channel * ${height}U + oy) * ${width}U + ox);\nn++;`;
  const isMax = layer.kind === "maxPool";
  const counts = isMax ? declareCounts(program, places, layer) : "";
  const inner = isMax ? leaderCode(reach, counts, pass) : pass;
  return [
    `const ${source.type} *from = ${source.first};`,
    `${to.type} *to = ${to.first};`,
    locals("k", ...reachLocals, ...(isMax ? ["wy", "wx"] : [])),
    "uint32_t n = 0U;",
    ...(isMax ? [loop("k", source.events, `${counts}[from[k]]++;`)] : []),
    loop("k", source.events, `const uint32_t j = from[k];\n${reachLoops(reach, inner)}`),
    `${to.events} = n;`,
  ].join("\n");
}

function declareCounts(program: Program, { plan, names }: Places, layer: PoolLayer): string {
  const { from } = layer.inputs[0];
  const [channels, height, width] = asImageShape(known(plan.shapes, from));
  const size = channels * height * width;
  const name = known(names, layer.id);
  const multiplicity = [...plan.flows.values()].reduce(
    (most, flow) => Math.max(most, flow.kind === "spikes" ? flow.multiplicity : 1),
    1,
  );
  const counts = declare(program, {
    name: `seen_${name}`,
    type: unsignedTypeOf(plan.steps * multiplicity),
    length: size,
    about: `${layer.id}: spikes of every input so far`,
  });
  const clear = `${locals("i")}\n${loop("i", size, `${counts}[i] = 0U;`)}`;
  program.begin.push(addFunction(program, `begin_${name}`, `${layer.id}: as every image begins`, clear));
  return counts;
}

/** Goes through the window of output (oy, ox); `pass` runs if input `j` leads it. */
function leaderCode({ input, kernel, stride }: Reach, counts: string, pass: string): string {
  const [, height, width] = input;
  const compare = [
    `const uint32_t other = (channel * ${height}U + oy * ${stride[0]}U + wy) * ${width}U + ox * ${stride[1]}U + wx;`,
    `if (${counts}[other] > ${counts}[leader] || (${counts}[other] == ${counts}[leader] && other < leader)) {`,
    "    leader = other;",
    "}",
  ].join("\n");
  return [
    "uint32_t leader = j;",
    loop("wy", kernel[0], loop("wx", kernel[1], compare)),
    `if (leader == j) {\n${indented(pass)}\n}`,
  ].join("\n");
}

function poolValues(places: Places, layer: PoolLayer, { input, output, kernel, stride }: Reach): string {
  const source = reading(places, layer.inputs[0]);
  const to = writing(places, layer.id);
  const [channels, height, width] = output;
  const [, inHeight, inWidth] = input;
  const at = (y: string, x: string): string =>
    `from[(c * ${inHeight}U + oy * ${stride[0]}U + ${y}) * ${inWidth}U + ox * ${stride[1]}U + ${x}]`;
  const isMax = layer.kind === "maxPool";
  const join = isMax
    ? `const int32_t value = ${at("ky", "kx")};\nif (value > pooled) {\n    pooled = value;\n}`
    : `pooled += ${at("ky", "kx")};`;
  const window = [
    `int32_t pooled = ${isMax ? at("0U", "0U") : "0"};`,
    loop("ky", kernel[0], loop("kx", kernel[1], join)),
    `to[(c * ${height}U + oy) * ${width}U + ox] = (${to.type})pooled;`,
  ].join("\n");
  return [
    `const ${source.type} *from = ${source.first};`,
    `${to.type} *to = ${to.first};`,
    locals("c", "oy", "ox", ...reachLocals),
    loop("c", channels, loop("oy", height, loop("ox", width, window))),
  ].join("\n");
}
