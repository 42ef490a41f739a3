// Class scores after every step, by the rules of simulate/scores.ts, and the decision: the highest score, the
// lowest class among equals.
//
//   count       spikes so far
//   firstSpike  minus the step of the first spike; INT32_MIN before it
//   membrane    the output's sums, accumulated
//   average     the sum of that over all steps so far

import { sizeOf } from "../../model/shapes.ts";
import { known } from "../../simulate/simulation-plan.ts";
import { type Places, reading } from "./buffers.ts";
import { type Range, signedTypeOf } from "./c-types.ts";
import { addFunction, declare, locals, loop, type Program } from "./program.ts";

export interface ReadoutCode {
  /** Type of a score. */
  readonly type: "int32_t" | "int64_t";
  /** What scores can be. */
  readonly range: Range;
  /** Bodies of `class` and of what it needs. */
  readonly decide: string;
}

export function emitReadout(program: Program, places: Places): ReadoutCode {
  const { model, steps, shapes } = places.plan;
  const classes = sizeOf(known(shapes, model.network.output));
  const readout = model.inference?.readout ?? "membrane";
  const source = reading(places, { from: model.network.output, delay: 0 });
  const range = scoreRange(readout, source.flow.kind === "values" ? source.flow.range : null, steps);
  const type = signedTypeOf(range) === "int64_t" ? "int64_t" : "int32_t";
  const scores = declare(program, { name: "scores", type, length: classes, about: "class scores" });
  const isFirst = readout === "firstSpike";
  const clear = [loop("i", classes, `${scores}[i] = ${isFirst ? "INT32_MIN" : "0"};`)];
  const body = [`const ${source.type} *from = ${source.first};`, locals("i")];
  if (source.flow.kind === "spikes") {
    const score = isFirst
      ? `if (${scores}[from[i]] == INT32_MIN) {\n    ${scores}[from[i]] = -(int32_t)(now + 1U);\n}`
      : `${scores}[from[i]]++;`;
    body.push(loop("i", source.events, score));
  } else if (readout === "average") {
    declare(program, { name: "membrane", type, length: classes, about: "sums so far" });
    clear.push(loop("i", classes, "membrane[i] = 0;"));
    body.push(loop("i", classes, `membrane[i] += from[i];\n${scores}[i] += membrane[i];`));
  } else body.push(loop("i", classes, `${scores}[i] += from[i];`));
  program.begin.push(
    addFunction(
      program,
      "readout_begin",
      "Scores as every image begins",
      `${locals("i")}\n${clear.join("\n")}`,
    ),
  );
  program.step.push(addFunction(program, "readout_step", `Scores: ${readout}`, body.join("\n")));
  return { type, range, decide: decision(program, classes, isFirst) };
}

function scoreRange(readout: string, sums: Range | null, steps: number): Range {
  if (sums === null) return readout === "firstSpike" ? { low: -(2 ** 31), high: 0 } : { low: 0, high: steps };
  const times = readout === "average" ? (steps * (steps + 1)) / 2 : steps;
  return { low: Math.min(0, sums.low * times), high: Math.max(0, sums.high * times) };
}

function decision({ prefix, macro }: Program, classes: number, isFirst: boolean): string {
  return [
    `int16_t ${prefix}_class(void)`,
    "{",
    "    uint32_t i;",
    "    uint32_t best = 0U;",
    `    for (i = 1U; i < ${classes}U; i++) {`,
    "        if (scores[i] > scores[best]) {",
    "            best = i;",
    "        }",
    "    }",
    ...(isFirst
      ? ["    if (scores[best] == INT32_MIN) {", `        return ${macro}_NO_CLASS;`, "    }"]
      : []),
    "    return (int16_t)best;",
    "}",
  ].join("\n");
}
