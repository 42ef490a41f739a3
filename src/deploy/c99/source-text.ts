// The two files' text: what a user must know at the top, then the memory map, tables, memory, functions, and the
// few functions that are called from outside.

import type { Model } from "../../model/model.ts";
import { inputId } from "../../model/shapes.ts";
import { known } from "../../simulate/simulation-plan.ts";
import { inputIndexType, isCallersEvents, isPlainPixels } from "./emit-input.ts";
import type { ReadoutCode } from "./emit-readout.ts";
import type { FlowPlan } from "./flows.ts";
import { arrayBytes, arrayText, indented, type Program } from "./program.ts";
import type { WorstCase } from "./worst-case.ts";

export interface SourceParts {
  readonly program: Program;
  readonly plan: FlowPlan;
  readonly readout: ReadoutCode;
  readonly ramBytes: number;
  readonly flashBytes: number;
  readonly worst: WorstCase;
}

export function headerText({ program, plan, readout, ramBytes, flashBytes }: SourceParts): string {
  const { prefix, macro } = program;
  const { model, steps, flows } = plan;
  const form = inputForm(plan);
  const { inference, classes, network } = model;
  const isFirst = inference?.readout === "firstSpike";
  return `${[
    comment([
      `${network.name}: a spiking network in whole numbers, as C99.`,
      "",
      `${inference?.coding} input, ${steps} steps, ${inference?.readout} readout. Not reentrant: there is one network.`,
      ...form.about,
      `Scores: ${scoresMean[inference?.readout ?? "membrane"]}.`,
      `Classes: ${classes.join(", ")}.`,
    ]),
    `#ifndef ${macro}_H`,
    `#define ${macro}_H`,
    "",
    "#include <stdint.h>",
    "",
    "#ifdef __cplusplus",
    'extern "C" {',
    "#endif",
    "",
    `#define ${macro}_INPUTS ${known(flows, inputId).size}`,
    `#define ${macro}_CLASSES ${classes.length}`,
    `#define ${macro}_STEPS ${steps}`,
    ...(isFirst ? [`#define ${macro}_NO_CLASS (-1)`] : []),
    `#define ${macro}_RAM_BYTES ${ramBytes}`,
    `#define ${macro}_FLASH_BYTES ${flashBytes}`,
    "",
    `typedef ${readout.type} ${prefix}_score;`,
    "",
    "/* Begin an image. */",
    `void ${prefix}_begin(${form.beginArguments});`,
    "/* Run the next step. */",
    `void ${prefix}_step(${form.stepArguments});`,
    `/* Scores after the steps so far. Shape [${classes.length}]. */`,
    `const ${prefix}_score *${prefix}_scores(void);`,
    `/* The class they decide for: the highest, the lowest class among equals${isFirst ? "; NO_CLASS before any spike" : ""}. */`,
    `int16_t ${prefix}_class(void);`,
    ...(form.isEvents
      ? []
      : ["/* Begin, run all steps, decide. */", `int16_t ${prefix}_run(${form.beginArguments});`]),
    "",
    "#ifdef __cplusplus",
    "}",
    "#endif",
    "",
    "#endif",
  ].join("\n")}\n`;
}

const scoresMean = {
  count: "spikes so far",
  firstSpike: "minus the step of the first spike, from 1; INT32_MIN where there was none",
  membrane: "the output's sums, accumulated",
  average: "the output's sums, accumulated, and summed over all steps so far",
} as const;

interface InputForm {
  readonly isEvents: boolean;
  readonly about: readonly string[];
  readonly beginArguments: string;
  readonly stepArguments: string;
  /** Variables that remember the input. */
  readonly state: readonly string[];
  readonly begin: readonly string[];
  readonly step: readonly string[];
}

function inputForm(plan: FlowPlan): InputForm {
  const coding = plan.model.inference?.coding ?? "constant";
  if (coding === "events") return eventForm(plan);
  const isRandom = coding === "poisson";
  // Held input is read at the beginning only, unless neurons read the pixels at every step.
  const isKept = coding !== "constant" || isPlainPixels(plan);
  return {
    isEvents: false,
    about: [
      isKept
        ? "Pixels 0 to 255, channel by channel, row by row; they are read until the last step."
        : "Pixels 0 to 255, channel by channel, row by row; they are read by begin.",
      ...(isRandom ? ["Every image wants a seed of its own for its random spikes."] : []),
    ],
    beginArguments: isRandom ? "const uint8_t *pixels, uint32_t seed" : "const uint8_t *pixels",
    stepArguments: "void",
    state: ["static const uint8_t *pixels_in;", ...(isRandom ? ["static uint32_t seed_in;"] : [])],
    begin: ["pixels_in = pixels;", ...(isRandom ? ["seed_in = seed;"] : [])],
    step: [],
  };
}

function eventForm(plan: FlowPlan): InputForm {
  const type = inputIndexType(plan);
  const { size, ...flow } = known(plan.flows, inputId);
  const repeats = flow.kind === "spikes" ? flow.multiplicity : 1;
  const isDirect = isCallersEvents(plan);
  return {
    isEvents: true,
    about: [
      `Every step takes its input spikes: indices below ${size}, none more than ${repeats === 1 ? "once" : `${repeats} times`}.`,
      "More, or other ones, are not caught: sums are proven for these.",
    ],
    beginArguments: "void",
    stepArguments: `const ${type} *events, uint32_t count`,
    state: [`static const ${type} *events_in;`, ...(isDirect ? [] : ["static uint32_t events_count;"])],
    begin: [],
    step: ["events_in = events;", isDirect ? "n_input[0] = count;" : "events_count = count;"],
  };
}

export function sourceText(parts: SourceParts): string {
  const { program, plan, readout } = parts;
  const { stem, macro, arrays, helpers, functions } = program;
  const form = inputForm(plan);
  const tables = arrays.filter(({ values }) => values !== undefined);
  const memory = arrays.filter(({ values }) => values === undefined);
  const fits = memory.map(({ name }) => `sizeof(${name})`).join(" + ");
  return `${[
    comment(aboutLines(parts)),
    `#include "${stem}.h"`,
    "",
    "/* What a spiking layer has sent: its place among them, the step from 0, its neurons in ascending order. */",
    `#ifndef ${macro}_ON_SPIKES`,
    `#define ${macro}_ON_SPIKES(layer, step, neurons, count) ((void)0)`,
    "#endif",
    "",
    "/* Tables. */",
    ...tables.map(arrayText),
    "",
    "/* Memory. */",
    ...memory.map(arrayText),
    "static uint32_t now;",
    ...form.state,
    "",
    "/* The memory map above, held by the compiler. */",
    `typedef char ram_is_as_stated[${fits} == ${macro}_RAM_BYTES ? 1 : -1];`,
    "",
    ...[...helpers.values(), ...functions].flatMap((text) => [text, ""]),
    ...outsideFunctions(parts, form),
    readout.decide,
    ...(form.isEvents ? [] : ["", runText(parts, form)]),
  ].join("\n")}\n`;
}

function outsideFunctions({ program, plan }: SourceParts, form: InputForm): readonly string[] {
  const { prefix, begin, step } = program;
  const braces = (lines: readonly string[]): string => `{\n${indented(lines.join("\n"))}\n}`;
  const body = [...form.step, ...step, "now++;"];
  return [
    `void ${prefix}_begin(${form.beginArguments})`,
    braces(["now = 0U;", ...form.begin, ...begin]),
    "",
    `void ${prefix}_step(${form.stepArguments})`,
    braces([`if (now >= ${plan.steps}U) {\n    return;\n}`, ...body]),
    "",
    `const ${prefix}_score *${prefix}_scores(void)`,
    braces(["return scores;"]),
    "",
  ];
}

function runText({ program: { prefix }, plan }: SourceParts, form: InputForm): string {
  const given = form.beginArguments.split(", ").map((argument) => argument.replace(/^.*[ *]/, ""));
  return [
    `int16_t ${prefix}_run(${form.beginArguments})`,
    "{",
    "    uint32_t t;",
    `    ${prefix}_begin(${given.join(", ")});`,
    `    for (t = 0U; t < ${plan.steps}U; t++) {`,
    `        ${prefix}_step();`,
    "    }",
    `    return ${prefix}_class();`,
    "}",
  ].join("\n");
}

function aboutLines({ program, plan, ramBytes, flashBytes, worst, readout }: SourceParts): readonly string[] {
  const { model } = plan;
  const { arithmetic } = model.inference ?? {};
  const bits = arithmetic?.kind === "integer" ? arithmetic.potentialBits : 32;
  const map = program.arrays.map((array) => {
    const memory = array.values === undefined ? "ram" : "flash";
    return `  ${memory.padEnd(5)} ${String(arrayBytes(array)).padStart(9)}  ${array.name}: ${array.about}`;
  });
  const { low, high } = readout.range;
  return [
    `${model.network.name}: written by spikefront's export, target c99.`,
    "",
    "Whole numbers only, static memory, no heap, no library. No type can overflow: the ranges below are the",
    "worst that weights, thresholds and steps allow, and partial sums lie in them, too.",
    `Potentials of ${bits} bits that leave them ${arithmetic?.kind === "integer" && arithmetic.overflow === "wrap" ? "wrap" : "saturate"}, as the network wants it; where none can, no code is spent on it.`,
    "",
    `RAM ${ramBytes} bytes, tables ${flashBytes} bytes; code, the step counter and a pointer to the input on top.`,
    `At most, a step: ${worst.additionsPerStep} weights added, ${worst.neuronUpdatesPerStep} neurons charged, ${worst.spikesPerStep} spikes handed on.`,
    `Once an image: ${worst.productsPerImage} products with input. Scores from ${low} to ${high}.`,
    "",
    "Memory map, bytes:",
    ...map,
    ...provenanceLines(model),
  ];
}

function provenanceLines({ provenance }: Model): readonly string[] {
  return provenance.history.length === 0
    ? []
    : ["", "The network:", ...provenance.history.map((line) => `  ${line}`)];
}

/** A comment that nothing in it can end. */
function comment(lines: readonly string[]): string {
  const safe = lines.map((line) =>
    line
      .replace(/[^\x20-\x7e]/g, "_")
      .replaceAll("*/", "* /")
      .replaceAll("/*", "/ *")
      .replaceAll("??", "? ?"),
  );
  return `/*\n${safe.map((line) => ` * ${line}`.trimEnd()).join("\n")}\n */`;
}
