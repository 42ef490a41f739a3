// Filters in words: `accuracy >= 0.97 and energy < 2e6 and not neuron = lif`.
//
//   either   = both { "or" both }
//   both     = one { "and" one }
//   one      = "not" one | "(" either ")" | name operator value
//   operator = < | <= | > | >= | = | != | ~       ~: holds this text
//
// A trial without a value at a name meets no comparison but !=. Nothing of a filter is ever run as code.

import type { LiveTrial } from "../../study/live-study.ts";
import type { LiveColumn } from "./live-columns.ts";

export type TrialTest = (trial: LiveTrial) => boolean;

export type ReadFilter =
  | { readonly test: TrialTest; readonly problem: null }
  | { readonly test: null; readonly problem: string };

/** @returns the test, or what is wrong with the words; no words: every trial */
export function readFilter(text: string, columns: readonly LiveColumn[]): ReadFilter {
  const tokens = text.match(/"[^"]*"|[<>!]=|[<>=~()]|[^\s<>=!~()"]+|\S/g) ?? [];
  if (tokens.length === 0) return { test: () => true, problem: null };
  const reader = new FilterReader(tokens, columns);
  try {
    return { test: reader.whole(), problem: null };
  } catch (error) {
    if (error instanceof FilterProblem) return { test: null, problem: error.message };
    throw error;
  }
}

class FilterProblem extends Error {}

/** Words within words: a filter deeper than this is no filter, and the stack is kept. */
const deepest = 50;

class FilterReader {
  readonly #tokens: readonly string[];
  readonly #columns: readonly LiveColumn[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly string[], columns: readonly LiveColumn[]) {
    this.#tokens = tokens;
    this.#columns = columns;
  }

  whole(): TrialTest {
    const test = this.#either();
    if (this.#at < this.#tokens.length)
      throw new FilterProblem(
        `“${this.#tokens[this.#at]}” is one too many: join comparisons by “and” or “or”`,
      );
    return test;
  }

  #either(): TrialTest {
    const tests = [this.#both()];
    while (this.#take("or")) tests.push(this.#both());
    return tests.length === 1 ? tests[0] : (trial) => tests.some((test) => test(trial));
  }

  #both(): TrialTest {
    const tests = [this.#one()];
    while (this.#take("and")) tests.push(this.#one());
    return tests.length === 1 ? tests[0] : (trial) => tests.every((test) => test(trial));
  }

  #one(): TrialTest {
    if (++this.#depth > deepest) throw new FilterProblem("this is too deep");
    try {
      if (this.#take("not")) {
        const test = this.#one();
        return (trial) => !test(trial);
      }
      if (this.#take("(")) {
        const test = this.#either();
        if (!this.#take(")")) throw new FilterProblem("a “)” is missing");
        return test;
      }
      return this.#comparison();
    } finally {
      this.#depth--;
    }
  }

  #comparison(): TrialTest {
    const name = this.#next("a name, e.g. trial");
    const column = this.#columns.find((other) => other.name.toLowerCase() === name.toLowerCase());
    if (column === undefined) {
      const names = this.#columns.map((other) => other.name).join(", ");
      throw new FilterProblem(`“${name}” is unknown; there are ${names}`);
    }
    const operator = this.#next("one of < <= > >= = != ~");
    const make = Object.hasOwn(operators, operator) ? operators[operator] : undefined;
    if (make === undefined)
      throw new FilterProblem(`after ${name} comes one of < <= > >= = != ~, not “${operator}”`);
    const value = this.#next("a value").replaceAll('"', "");
    if (
      /^[<>]/.test(operator) &&
      !(column.kind === "number" && value !== "" && Number.isFinite(Number(value)))
    )
      throw new FilterProblem(`${operator} needs a number on both sides, but got ${name} and “${value}”`);
    return make(column, value);
  }

  #take(word: string): boolean {
    if (this.#tokens[this.#at]?.toLowerCase() !== word) return false;
    this.#at++;
    return true;
  }

  #next(wanted: string): string {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new FilterProblem(`${wanted} is missing at the end`);
    return token;
  }
}

const ordered =
  (compare: (a: number, b: number) => boolean) =>
  ({ of }: LiveColumn, value: string): TrialTest => {
    const limit = Number(value);
    return (trial) => {
      const own = of(trial);
      return typeof own === "number" && compare(own, limit);
    };
  };

function equal({ of, kind }: LiveColumn, value: string): TrialTest {
  const wanted = kind === "number" ? Number(value) : value.toLowerCase();
  return (trial) => {
    const own = of(trial);
    return (typeof own === "string" ? own.toLowerCase() : own) === wanted;
  };
}

const operators: Readonly<Record<string, (column: LiveColumn, value: string) => TrialTest>> = {
  "<": ordered((a, b) => a < b),
  "<=": ordered((a, b) => a <= b),
  ">": ordered((a, b) => a > b),
  ">=": ordered((a, b) => a >= b),
  "=": equal,
  "!=": (column, value) => {
    const test = equal(column, value);
    return (trial) => !test(trial);
  },
  "~": ({ of }, value) => {
    const part = value.toLowerCase();
    return (trial) =>
      String(of(trial) ?? "")
        .toLowerCase()
        .includes(part);
  },
};
