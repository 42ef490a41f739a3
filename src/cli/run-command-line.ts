// From the words of the command line to an exit code.
//
//   0 done   1 failure   2 wrong use   130 stopped by Ctrl-C   (143 by SIGTERM, 129 by SIGHUP)
//
// Expected errors show their message only. Anything else is a bug: its message, and how to see where it
// came from. Nothing here ends the process, so a test can run it like any function.

import { errorToData, isExpected, UsageError } from "../base/errors.ts";
import { fileError } from "../node/file-errors.ts";
import { closest } from "../space/closest.ts";
import type { Command } from "./command.ts";
import { commonOptions, resourceOptions } from "./common-options.ts";
import { commandPage, overviewPage } from "./help.ts";
import { Interrupt, type InterruptOptions } from "./interrupt.ts";
import { parseSize } from "./memory-size.ts";
import { checkOperands, parseArguments } from "./parse-arguments.ts";
import { Terminal, type TerminalOptions } from "./terminal.ts";

export interface CommandLineOptions
  extends Pick<TerminalOptions, "stdout" | "stderr" | "env" | "now">,
    Pick<InterruptOptions, "exit"> {
  /** The words after the program's name. */
  readonly words: readonly string[];
  readonly commands: Readonly<Record<string, () => Promise<Command>>>;
  readonly version: string;
  /** `process`, or a stand-in: tells of signals and of errors that nobody caught. */
  readonly signals: InterruptOptions["source"] & {
    once(name: "uncaughtException", listener: (error: unknown) => void): unknown;
  };
}

/** Run one command. @returns the exit code; never throws */
export async function runCommandLine(options: CommandLineOptions): Promise<number> {
  const { words } = options;
  // Before anything is parsed, because a mistake in the words is reported in the form asked for, too.
  const before = words.includes("--") ? words.slice(0, words.indexOf("--")) : words;
  const [json, events, debug] = ["--json", "--events", "--debug"].map((flag) => before.includes(flag));
  const terminal = new Terminal({ ...options, json, events });
  const code = await codeOf(options, terminal, { debug, json });
  await terminal.close();
  if (terminal.lost === null) return code;
  terminal.note(`spikefront: ${fileError("standard output", terminal.lost).message}`);
  return code === 0 ? 1 : code;
}

async function codeOf(
  options: CommandLineOptions,
  terminal: Terminal,
  { debug, json }: { readonly debug: boolean; readonly json: boolean },
): Promise<number> {
  const interrupt = new Interrupt({
    source: options.signals,
    now: options.now,
    onFirst: () =>
      terminal.note("Stopping: what is running ends, what is finished is kept. Again: ends at once."),
    exit: options.exit,
  });
  try {
    const uncaught = new Promise<never>((_, reject) => options.signals.once("uncaughtException", reject));
    const result = await Promise.race([dispatch(options, terminal, interrupt), uncaught]);
    terminal.result(result);
    return interrupt.exitCode ?? (result["ok"] === false ? 1 : 0);
  } catch (error) {
    if (interrupt.exitCode !== null && error instanceof Error && error.name === "CancelledError") {
      terminal.note(`Stopped: ${error.message}.`);
      terminal.result({ error: { name: error.name, message: error.message } });
      return interrupt.exitCode;
    }
    return reportError(error, terminal, debug, json);
  } finally {
    interrupt.close();
  }
}

/** Say what went wrong. @returns the exit code */
function reportError(error: unknown, terminal: Terminal, isDebug: boolean, isJson: boolean): number {
  const { name, message, stack } = errorToData(error);
  const isForUser = isExpected(error) || isSystemError(error);
  terminal.event("error", { name, message });
  terminal.note(isForUser ? `spikefront: ${message}` : `spikefront has met a bug: ${name}: ${message}`);
  if (isDebug) terminal.note(stack);
  else if (!isForUser)
    terminal.note("Run the same with --debug to see where it came from, and please report it.");
  if (isJson) terminal.result({ error: { name, message } });
  return error instanceof UsageError || name === "UsageError" ? 2 : 1;
}

/** Errors of the file system and the network carry a code; their messages name the call and the path. */
function isSystemError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error && "code" in error;
}

async function dispatch(
  { words, commands, version }: CommandLineOptions,
  terminal: Terminal,
  interrupt: Interrupt,
): Promise<Readonly<Record<string, unknown>>> {
  const [first] = words;
  if (first === "--version" || first === "-v") {
    terminal.write(version);
    return { version };
  }
  if (first === undefined || first === "--help" || first === "-h" || first === "help") {
    const all = await Promise.all(Object.values(commands).map((load) => load()));
    terminal.write(overviewPage(all, version));
    if (first === undefined)
      throw new UsageError("A command must be given, but there is none. See the list above.");
    return { version, commands: all.map(({ name, about }) => ({ name, about })) };
  }
  const group = Object.keys(commands).filter((name) => name.startsWith(`${first} `));
  if (group.length > 0 && ["--help", "-h", "help"].includes(words[1])) {
    const parts = await Promise.all(group.map((name) => commands[name]()));
    terminal.write(overviewPage(parts, version));
    return { version, commands: parts.map(({ name, about }) => ({ name, about })) };
  }
  const name = findCommand(Object.keys(commands), words);
  const command = await commands[name]();
  const rest = words.slice(name.split(" ").length);
  return runCommand(command, rest, terminal, interrupt);
}

/** @throws {UsageError} when the words begin with no command */
function findCommand(names: readonly string[], words: readonly string[]): string {
  for (const length of [2, 1]) {
    const name = words.slice(0, length).join(" ");
    if (names.includes(name)) return name;
  }
  const group = names.filter((name) => name.startsWith(`${words[0]} `));
  const [known, word] = group.length > 0 ? [group, words.slice(0, 2).join(" ")] : [names, words[0]];
  const guess = closest(word, known);
  throw new UsageError(
    `The command must be one of ${known.join(", ")}, but got ${JSON.stringify(word)}.` +
      (guess === undefined ? " See spikefront --help." : ` Did you mean ${guess}?`),
  );
}

async function runCommand(
  command: Command,
  words: readonly string[],
  terminal: Terminal,
  interrupt: Interrupt,
): Promise<Readonly<Record<string, unknown>>> {
  const granted = Object.fromEntries(command.resources.map((name) => [name, resourceOptions[name]]));
  const common = { ...commonOptions, ...resourceOptions };
  let parsed: ReturnType<typeof parseArguments<typeof common>>;
  try {
    // Only what the command honours is accepted; the type names all, and the rest stay undefined.
    const fields = { ...command.options, ...commonOptions, ...granted } as unknown as typeof common;
    parsed = parseArguments(fields, words);
    if (!parsed.options.help) checkOperands(parsed.operands, command.operands);
  } catch (error) {
    if (error instanceof UsageError) error.message += ` See spikefront ${command.name} --help.`;
    throw error;
  }
  const { operands, options, given } = parsed;
  if (options.help) {
    terminal.write(commandPage(command));
    return { command: command.name, help: commandPage(command) };
  }
  const isOwn = (name: string) => name in command.options;
  return command.run({
    operands,
    options: Object.fromEntries(Object.entries(options).filter(([name]) => isOwn(name))) as never,
    given: new Set([...given].filter(isOwn)),
    seed: given.has("seed") ? options.seed : undefined,
    out: given.has("out") ? options.out : undefined,
    memoryBytes: parseSize("--memory", options.memory ?? resourceOptions.memory.default),
    workers: given.has("workers") ? options.workers : undefined,
    threads: given.has("threads") ? options.threads : undefined,
    terminal,
    signal: interrupt.signal,
    isCancelled: () => interrupt.signal.aborted,
  });
}
