// Neuron layers: the equation of neuron/step-integer.ts, neuron after neuron. What cannot happen, as the ranges
// say, is left out: saturation, leaks of 1, floors that are never reached.

import { leakUnit } from "../../neuron/step-integer.ts";
import { known } from "../../simulate/simulation-plan.ts";
import { type Places, reading, writing } from "./buffers.ts";
import { type CType, literal, type Range, rangeOfBits, unsignedTypeOf } from "./c-types.ts";
import type { SumStart } from "./emit-linear.ts";
import { planesOf } from "./flows.ts";
import type { NeuronPlan } from "./neuron-plan.ts";
import { type Parameter, parameter, placeLoop } from "./parameters.ts";
import { addFunction, declare, indented, locals, loop, type Program } from "./program.ts";

/** What neurons remember, and what every place of the code says about it. */
export interface NeuronCode {
  readonly neuron: NeuronPlan;
  /** Name of the array of potentials. */
  readonly potentials: string;
  readonly leaked: SumStart;
}

/** Declare potentials and leaks, which a linear layer may need before its neurons. */
export function declareNeurons(
  program: Program,
  places: Pick<Places, "plan" | "names">,
  neuron: NeuronPlan,
): NeuronCode {
  const { layer, values, type, range } = neuron;
  const name = known(places.names, layer.id);
  const [channels, plane] = planesOf(places.plan, layer.id);
  const size = channels * plane;
  const potentials = declare(program, {
    name: `v_${name}`,
    type,
    length: size,
    about: `${layer.id}: potentials`,
  });
  const leak = parameter(program, values.leak, plane, {
    name: `leak_${name}`,
    about: `${layer.id}: leaks / 4096`,
  });
  const initial = parameter(program, values.initialPotential, plane, {
    name: `start_${name}`,
    about: `${layer.id}: potentials at the start`,
  });
  const begin = placeLoop(size, plane, [initial], `${potentials}[i] = (${type})${initial.at};`);
  const body = [locals(...begin.locals), begin.code];
  if (neuron.rules.refractorySteps > 0) {
    const resting = declare(program, {
      name: `rest_${name}`,
      type: unsignedTypeOf(neuron.rules.refractorySteps),
      length: size,
      about: `${layer.id}: refractory steps left`,
    });
    body.push(loop("i", size, `${resting}[i] = 0U;`));
  }
  program.begin.push(
    addFunction(program, `begin_${name}`, `${layer.id}: as every image begins`, body.join("\n")),
  );
  return { neuron, potentials, leaked: leakedPotential(`${potentials}[i]`, leak, range.kept) };
}

function leakedPotential(v: string, leak: Parameter, { low, high }: Range): SumStart {
  if (leak.low === leakUnit && leak.high === leakUnit) return { at: v, parameters: [] };
  const isWide = Math.max(-low, high) * leakUnit >= 2 ** 31;
  const product = isWide
    ? `(int32_t)((int64_t)${v} * ${leak.at} / ${leakUnit})`
    : `(int32_t)${v} * ${leak.at} / ${leakUnit}`;
  return { at: product, parameters: [leak] };
}

/** @param order - the layer's place among neuron layers, which the hook is told */
export function emitNeurons(program: Program, places: Places, code: NeuronCode, order: number): void {
  const { layer, rules, values, range, type, summedBy } = code.neuron;
  const name = known(places.names, layer.id);
  const [channels, plane] = planesOf(places.plan, layer.id);
  const named = (what: string): { name: string; about: string } => ({
    name: `${what}_${name}`,
    about: `${layer.id}: ${what}s`,
  });
  const threshold = parameter(program, values.threshold, plane, named("threshold"));
  const sums = summedBy === null ? sumsOf(program, places, code) : null;
  const wide: CType = range.raw.low < -(2 ** 31) || range.raw.high >= 2 ** 31 ? "int64_t" : "int32_t";
  const to = writing(places, layer.id);
  const parameters: Parameter[] = [threshold, ...(sums === null ? [] : code.leaked.parameters)];
  const charged =
    sums === null ? `${code.potentials}[i]` : `(${wide})${bracketed(code.leaked.at)} + ${sums.first}[i]`;
  const fires = [`to[n] = (${to.type})i;`, "n++;"];
  if (rules.reset === "subtract") fires.push(`v -= ${threshold.at};`);
  if (rules.reset === "value") {
    const reset = parameter(program, values.resetPotential, plane, named("reset"));
    parameters.push(reset);
    fires.push(`v = ${reset.at};`);
  }
  if (rules.refractorySteps > 0) fires.push(`rest_${name}[i] = ${rules.refractorySteps}U;`);
  const floor = floorOf(program, code, plane, named("floor"));
  if (floor !== null) parameters.push(floor);
  const step = [
    ...(rules.refractorySteps > 0
      ? [`if (rest_${name}[i] != 0U) {\n    rest_${name}[i]--;\n    continue;\n}`]
      : []),
    `${wide} v = ${charged};`,
    ...(range.fits ? [] : [fitting(rules.potentialBits, rules.overflow)]),
    `if (v ${rules.isStrict ? ">" : ">="} ${threshold.at}) {\n${indented(fires.join("\n"))}\n}`,
    ...(floor === null ? [] : [`if (v < ${floor.at}) {\n    v = ${floor.at};\n}`]),
    `${code.potentials}[i] = (${type})v;`,
  ].join("\n");
  const all = placeLoop(channels * plane, plane, parameters, step);
  const body = [
    `${to.type} *to = ${to.first};`,
    locals(...all.locals),
    "uint32_t n = 0U;",
    ...(sums === null ? [] : [sums.code]),
    all.code,
    `${to.events} = n;`,
    `${program.macro}_ON_SPIKES(${order}U, now, to, n);`,
  ].join("\n");
  const { low, high } = range.raw;
  program.step.push(
    addFunction(program, `run_${name}`, `${layer.id}: neurons, potentials from ${low} to ${high}`, body),
  );
}

function bracketed(expression: string): string {
  return expression.includes(" ") ? `(${expression})` : expression;
}

/** Where the sums lie that neurons are charged with; spikes are counted first. */
function sumsOf(
  program: Program,
  places: Places,
  { neuron: { layer } }: NeuronCode,
): { readonly first: string; readonly code: string } {
  const source = reading(places, layer.inputs[0]);
  if (source.flow.kind === "values")
    return { first: "from", code: `const ${source.type} *from = ${source.first};` };
  const counted = declare(program, {
    name: `in_${known(places.names, layer.id)}`,
    type: unsignedTypeOf(source.flow.multiplicity),
    length: source.flow.size,
    about: `${layer.id}: spikes that came in`,
  });
  const code = [
    `const ${source.type} *from = ${source.first};`,
    loop("i", source.flow.size, `${counted}[i] = 0U;`),
    loop("i", source.events, `${counted}[from[i]]++;`),
  ].join("\n");
  return { first: counted, code };
}

/** The minimum potential, where it can be reached. */
function floorOf(
  program: Program,
  { neuron: { values, range, rules } }: NeuronCode,
  plane: number,
  name: { readonly name: string; readonly about: string },
): Parameter | null {
  const lowest = Math.min(
    range.raw.low,
    range.kept.low,
    ...(range.fits ? [] : [rangeOfBits(rules.potentialBits).low]),
  );
  const isReached = values.minimumPotential.some(
    (floor, i) => floor > lowest || floor > values.resetPotential[i],
  );
  return isReached && values.minimumPotential.some((floor) => floor > -(2 ** 31))
    ? parameter(program, values.minimumPotential, plane, name)
    : null;
}

/** `v` brought back to its bits. Conversions to a signed type would be the compiler's business, so there are none. */
function fitting(bits: 16 | 32, overflow: "saturate" | "wrap"): string {
  const { low, high } = rangeOfBits(bits);
  if (overflow === "saturate") {
    return `if (v > ${literal(high)}) {\n    v = ${literal(high)};\n}\nif (v < ${literal(low)}) {\n    v = ${literal(low)};\n}`;
  }
  if (bits === 16) return "v = (int32_t)(((uint32_t)v & 0xFFFFU) ^ 0x8000U) - INT32_C(32768);";
  return "v = (uint32_t)v <= UINT32_C(0x7FFFFFFF) ? (int32_t)(uint32_t)v : -(int32_t)(UINT32_C(0xFFFFFFFF) - (uint32_t)v) - 1;";
}
