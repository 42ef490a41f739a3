// The network's input: pixels as they are, or what the spike code makes of them. Codes are tables, so that C and
// the simulator agree whatever a pixel is scaled by:
//
//   one spike an input   the step of every pixel value, or "never"      latency, latencyLog, ttfs
//   certain              a bit for every step and pixel value           rate
//   random               the highest draw that fires, by pixel value    poisson (the draws of coding/spike-draw.ts)

import type { SpikeCode } from "../../coding/spike-code.ts";
import { spikeCodes } from "../../coding/spike-codes.ts";
import { pixelMaps } from "../../model/preprocessing.ts";
import { inputId } from "../../model/shapes.ts";
import { known } from "../../simulate/simulation-plan.ts";
import { type Places, writing } from "./buffers.ts";
import { indexTypeOf, type UnsignedType, unsignedTypeOf } from "./c-types.ts";
import type { FlowPlan } from "./flows.ts";
import { parameter, placeLoop } from "./parameters.ts";
import { addFunction, declare, indented, locals, loop, type Program } from "./program.ts";

/** Whether a layer can read the caller's pixels where they are. */
export function isPlainPixels({ model }: FlowPlan): boolean {
  if (model.inference?.coding !== "constant") return false;
  const { maps } = pixelMaps(model.preprocessing, model.network.inputShape);
  return maps.every(({ scale, offset }) => scale === 1 && offset === 0);
}

/** Whether a layer can read the caller's spikes where they are. */
export function isCallersEvents({ model, flows }: FlowPlan): boolean {
  return model.inference?.coding === "events" && known(flows, inputId).depth === 1;
}

/** Type of an element of a list of input spikes. */
export function inputIndexType({ flows }: FlowPlan): UnsignedType {
  return indexTypeOf(known(flows, inputId).size);
}

export function emitInput(program: Program, places: Places): void {
  const { model } = places.plan;
  const coding = model.inference?.coding ?? "constant";
  if (isCallersEvents(places.plan) || isPlainPixels(places.plan)) return;
  if (coding === "events") copyEvents(program, places);
  else if (coding === "constant") emitHeld(program, places);
  else emitSpikes(program, places, spikeCodes[coding]);
}

/** Spikes that are read again later. */
function copyEvents(program: Program, places: Places): void {
  const to = writing(places, inputId);
  const body = [
    `${to.type} *to = ${to.first};`,
    locals("i"),
    loop("i", "events_count", "to[i] = events_in[i];"),
    `${to.events} = events_count;`,
  ].join("\n");
  program.step.push(addFunction(program, "run_input", "Input spikes, kept for later steps", body));
}

function emitHeld(program: Program, places: Places): void {
  const { model } = places.plan;
  const { maps, plane } = pixelMaps(model.preprocessing, model.network.inputShape);
  const to = writing(places, inputId);
  const { size } = to.flow;
  const by = (name: string, of: (map: { scale: number; offset: number }) => number) => {
    const values = Array.from({ length: size }, (_, i) => of(maps[Math.floor(i / plane)]));
    return parameter(program, values, plane, { name: `${name}_input`, about: `input: ${name} of pixels` });
  };
  const scale = by("scale", (map) => map.scale);
  const offset = by("offset", (map) => map.offset);
  const value = `(int32_t)pixels_in[i] * ${scale.at} + ${offset.at}`;
  const all = placeLoop(size, plane, [scale, offset], `to[i] = (${to.type})(${value});`);
  const body = [`${to.type} *to = ${to.first};`, locals(...all.locals), all.code].join("\n");
  program.begin.push(addFunction(program, "run_input", "Pixels as the network takes them", body));
}

function emitSpikes(program: Program, places: Places, code: SpikeCode): void {
  const { model } = places.plan;
  const { maps, plane } = pixelMaps(model.preprocessing, model.network.inputShape);
  const { steps = 1, inputSteps = steps } = model.inference ?? {};
  const to = writing(places, inputId);
  const { size } = to.flow;
  const chances = maps.flatMap(({ scale, offset }) =>
    Array.from({ length: 256 }, (_, pixel) =>
      Array.from({ length: inputSteps }, (_, s) =>
        code.chance({ x: pixel * scale + offset, step: s + 1, steps: inputSteps }),
      ),
    ),
  );
  const column = maps.length === 1 ? "(uint32_t)pixels_in[i]" : `i / ${plane}U * 256U + pixels_in[i]`;
  const { before, fires } = firing(program, code, chances, column);
  const keep = `if (${fires}) {\n    to[n] = (${to.type})i;\n    n++;\n}`;
  const body = [
    `${to.type} *to = ${to.first};`,
    locals("i"),
    "uint32_t n = 0U;",
    `if (now < ${inputSteps}U) {`,
    indented([...before, loop("i", size, keep)].join("\n")),
    "}",
    `${to.events} = n;`,
  ].join("\n");
  program.step.push(addFunction(program, "run_input", `Input spikes: ${code.about}`, body));
}

/** @param chances - by pixel value of every map, then by step */
function firing(
  program: Program,
  code: SpikeCode,
  chances: readonly (readonly number[])[],
  column: string,
): { readonly before: readonly string[]; readonly fires: string } {
  const about = `input: ${code.name} code`;
  if (code.isRandom) return drawn(program, chances, column);
  const steps = chances[0].length;
  if (chances.every((row) => row.reduce((sum, chance) => sum + chance, 0) <= 1)) {
    const values = chances.map((row) => (row.includes(1) ? row.indexOf(1) : steps));
    const name = declare(program, {
      name: "code_input",
      type: unsignedTypeOf(steps),
      length: values.length,
      about,
      values,
    });
    return { before: [], fires: `${name}[${column}] == now` };
  }
  const bytes = new Uint8Array((steps * chances.length) / 8);
  chances.forEach((row, place) => {
    row.forEach((chance, s) => {
      if (chance > 0) bytes[(s * chances.length + place) >> 3] |= 1 << (place & 7);
    });
  });
  const name = declare(program, {
    name: "code_input",
    type: "uint8_t",
    length: bytes.length,
    about,
    values: bytes,
  });
  const before = [`const uint8_t *code = &${name}[now * ${chances.length / 8}U];`];
  return { before, fires: `((code[(${column}) >> 3] >> ((${column}) & 7U)) & 1) != 0` };
}

/** A draw below chance · 2³² fires: the highest such draw, and before it whether there is one. */
function drawn(
  program: Program,
  chances: readonly (readonly number[])[],
  column: string,
): { readonly before: readonly string[]; readonly fires: string } {
  // Draws below this number; 2³² has no place in 32 bits, so the last one that fires is stored.
  const limits = chances.map(([chance]) => Math.min(2 ** 32, Math.ceil(chance * 2 ** 32)));
  const values = limits.map((limit) => Math.max(0, limit - 1));
  const name = declare(program, {
    name: "code_input",
    type: "uint32_t",
    length: values.length,
    about: "input: poisson code",
    values,
  });
  program.helpers.set(
    "mixed",
    [
      "/* Two rounds of murmur3's finaliser. */",
      "static uint32_t mixed(uint32_t x)",
      "{",
      "    x = (x ^ (x >> 16)) * UINT32_C(0x85ebca6b);",
      "    x = (x ^ (x >> 13)) * UINT32_C(0xc2b2ae35);",
      "    return x ^ (x >> 16);",
      "}",
    ].join("\n"),
  );
  const before = ["const uint32_t drawn = mixed(seed_in + (now + 1U) * UINT32_C(0x9e3779b9));"];
  // A chance of 0 and one of 2⁻³² share the table's 0; only black pixels have the former.
  const never = limits.includes(0) ? `${name}[${column}] != 0U && ` : "";
  return {
    before,
    fires: `${never}mixed(drawn + (i + 1U) * UINT32_C(0x85ebca77)) <= ${name}[${column}]`,
  };
}
