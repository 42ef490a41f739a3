// One command of the command line as data: its page of help, its words, what it does.
//
// A command only turns words into calls and results into words; everything it does can be done from the
// library. It speaks through `context.terminal`, and what `run` returns is the one JSON object of --json.

import type { IsCancelled } from "../base/cancel.ts";
import type { Fields, Values } from "../space/field.ts";
import type { Terminal } from "./terminal.ts";

/** A word without a flag, by position. */
export interface Operand {
  /** As shown in the help, e.g. `study`. */
  readonly name: string;
  readonly about: string;
  /** Optional operands come last. */
  readonly isOptional?: boolean;
}

/** The resources a user may bound; a command names those it honours. */
export type Resource = "memory" | "workers" | "threads";

export interface CommandContext<O extends Fields = Fields> {
  /** The operands given, by position; required ones are there. */
  readonly operands: readonly string[];
  /** The command's own options, checked, defaults filled in. */
  readonly options: Values<O>;
  /** Names of the own options that were written on the command line. */
  readonly given: ReadonlySet<string>;
  /** --seed, or undefined when not given: a study file may have one. */
  readonly seed: number | undefined;
  /** --out, or undefined when not given. */
  readonly out: string | undefined;
  /** --memory in bytes; bounds one evaluation. */
  readonly memoryBytes: number;
  /** --workers, or undefined when not given. */
  readonly workers: number | undefined;
  /** --threads (per worker), or undefined when not given. */
  readonly threads: number | undefined;
  readonly terminal: Terminal;
  /** Aborted at the first Ctrl-C: finish what runs, keep it, return. */
  readonly signal: AbortSignal;
  /** The same as a question. */
  readonly isCancelled: IsCancelled;
}

export interface Command<O extends Fields = Fields> {
  /** One word, or two for the parts of a group, e.g. `data fetch`. */
  readonly name: string;
  /** One line. */
  readonly about: string;
  /** What `--out` means here, e.g. `folder of the run [default: runs/NAME]`. */
  readonly out: string;
  readonly operands: readonly Operand[];
  readonly options: O;
  readonly resources: readonly Resource[];
  /** Paragraphs of the page of help, after the one line. */
  readonly details?: readonly string[];
  /** Lines that work as they stand. */
  readonly examples: readonly string[];
  /** @returns the one JSON object of --json; with `ok: false` in it the exit code is 1 */
  run(context: CommandContext<O>): Promise<Readonly<Record<string, unknown>>>;
}

/** Check nothing, infer the types of the options. */
export function command<const O extends Fields>(description: Command<O>): Command<O> {
  return description;
}
