// A C program in the making: arrays with their place in memory, functions, and what is called when.

import { bytesOf, type CType, tableLines } from "./c-types.ts";

export interface CArray {
  readonly name: string;
  readonly type: CType;
  readonly length: number;
  /** As the memory map has it. */
  readonly about: string;
  /** Constants; without them it is memory that is written. */
  readonly values?: ArrayLike<number>;
}

/** What emitters add to, in place. */
export interface Program {
  /** What files are called, without their endings. */
  readonly stem: string;
  /** What every name that is seen outside begins with, and the same in capitals. */
  readonly prefix: string;
  readonly macro: string;
  readonly arrays: CArray[];
  /** Small functions that several layers use, by name. */
  readonly helpers: Map<string, string>;
  /** Functions of the layers, in their order. */
  readonly functions: string[];
  /** Statements that begin an image. */
  readonly begin: string[];
  /** Statements of a step. */
  readonly step: string[];
}

export function createProgram(stem: string): Program {
  const word = stem.replace(/[^A-Za-z0-9_]/g, "_");
  const prefix = /^[A-Za-z]/.test(word) ? word : `net_${word}`;
  return {
    stem,
    prefix,
    macro: prefix.toUpperCase(),
    arrays: [],
    helpers: new Map(),
    functions: [],
    begin: [],
    step: [],
  };
}

/** Add an array. @returns its name */
export function declare(program: Program, array: CArray): string {
  program.arrays.push(array);
  return array.name;
}

/** Add a function without arguments. @returns the statement that calls it */
export function addFunction(program: Program, name: string, about: string, body: string): string {
  program.functions.push(`/* ${about} */\nstatic void ${name}(void)\n{\n${indented(body)}\n}`);
  return `${name}();`;
}

export function arrayText({ name, type, length, values }: CArray): string {
  if (values === undefined) return `static ${type} ${name}[${length}];`;
  return `static const ${type} ${name}[${length}] = {\n${tableLines(values, type)}\n};`;
}

export function arrayBytes({ type, length }: CArray): number {
  return bytesOf[type] * length;
}

/** Bytes of all arrays that are written, or that are constant. */
export function memoryBytes({ arrays }: Program, memory: "ram" | "flash"): number {
  const own = arrays.filter(({ values }) => (values === undefined) === (memory === "ram"));
  return own.reduce((sum, array) => sum + arrayBytes(array), 0);
}

export function indented(text: string, by = 1): string {
  const margin = "    ".repeat(by);
  return text
    .split("\n")
    .map((line) => (line === "" ? line : margin + line))
    .join("\n");
}

/** `for` from 0, as every loop here is. */
export function loop(variable: string, count: number | string, body: string): string {
  const end = typeof count === "number" ? `${count}U` : count;
  return `for (${variable} = 0U; ${variable} < ${end}; ${variable}++) {\n${indented(body)}\n}`;
}

/** Unsigned variables of a function. */
export function locals(...names: readonly string[]): string {
  return names.map((name) => `uint32_t ${name};`).join("\n");
}
