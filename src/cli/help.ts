// The pages of help: one for the whole, one for each command, all made from the same data the parser uses.

import type { Field, Fields } from "../space/field.ts";
import { describeField } from "../space/resolve.ts";
import type { Command, Operand } from "./command.ts";
import { commonOptions, resourceOptions } from "./common-options.ts";
import { kebab } from "./parse-arguments.ts";

/** Lines are no longer than this, however wide the terminal. */
const pageWidth = 100;

/** The page of `spikefront --help`. */
export function overviewPage(
  commands: readonly Pick<Command, "name" | "about" | "operands">[],
  version: string,
): string {
  return [
    `spikefront ${version}: which spiking network should I ship, if any?`,
    "",
    "Use: spikefront COMMAND [operands] [options]",
    "",
    "Commands",
    ...table(commands.map(({ name, about, operands }) => [`${name}${operandWords(operands)}`, about])),
    "",
    "Options of every command",
    ...optionRows(commonOptions),
    "",
    ...wrap("Exit codes: 0 done, 1 failure, 2 wrong use, 130 stopped by Ctrl-C (what is finished is kept)."),
    "",
    "spikefront COMMAND --help shows a command's page; spikefront --version the version.",
  ].join("\n");
}

/** The page of `spikefront COMMAND --help`. */
export function commandPage(command: Command): string {
  const resources = Object.fromEntries(command.resources.map((name) => [name, resourceOptions[name]]));
  const common: Fields = {
    ...commonOptions,
    out: { ...commonOptions.out, about: command.out },
    ...resources,
  };
  const own = Object.keys(command.options).length > 0 ? ["", "Options", ...optionRows(command.options)] : [];
  const operands = command.operands.map(({ name, about }): [string, string] => [name.toUpperCase(), about]);
  return [
    `Use: spikefront ${command.name}${operandWords(command.operands)} [options]`,
    "",
    ...wrap(command.about),
    ...(command.details ?? []).flatMap((paragraph) => ["", ...wrap(paragraph)]),
    ...(operands.length > 0 ? ["", ...table(operands)] : []),
    ...own,
    "",
    "Options of every command",
    ...optionRows(common),
    "",
    command.examples.length === 1 ? "Example" : "Examples",
    ...command.examples.map((line) => `  ${line}`),
  ].join("\n");
}

/** ` STUDY [FOLDER]` */
function operandWords(operands: readonly Operand[]): string {
  return operands
    .map(({ name, isOptional }) => ` ${isOptional ? `[${name.toUpperCase()}]` : name.toUpperCase()}`)
    .join("");
}

function optionRows(fields: Fields): string[] {
  return table(
    Object.entries(fields).map(([name, field]) => {
      const bounds = describeBounds(name, field);
      return [optionWord(name, field), bounds === "" ? field.about : `${field.about} [${bounds}]`];
    }),
  );
}

function optionWord(name: string, field: Field): string {
  const dashed = kebab(name);
  switch (field.kind) {
    case "flag":
      return field.default ? `--no-${dashed}` : `--${dashed}`;
    case "choice":
      return `--${dashed} WORD`;
    case "int":
    case "float":
      return `--${dashed} NUMBER`;
    case "text":
      return `--${dashed} TEXT`;
    case "adjacency":
      return `--${dashed} MATRIX`;
    default:
      throw new TypeError(`unknown field ${JSON.stringify(field satisfies never)}`);
  }
}

/** Options whose default is another command's or the machine's business show their bounds only. */
const withoutDefault: ReadonlySet<string> = new Set(["seed", "out", "workers", "threads"]);

function describeBounds(name: string, field: Field): string {
  if (field.kind === "flag") return "";
  const byDefault = withoutDefault.has(name) || field.default === "" ? "" : `default ${field.default}`;
  if (field.kind === "text") return byDefault;
  if (field.kind === "choice") return [field.options.join(", "), byDefault].filter(Boolean).join("; ");
  if (field.kind === "adjacency") return [describeField(field), byDefault].join("; ");
  const unit = field.unit === "1" ? "" : ` ${field.unit}`;
  const steps = field.step === undefined ? "" : ` in steps of ${field.step}`;
  return [`${field.low} to ${field.high}${unit}${steps}`, byDefault].filter(Boolean).join("; ");
}

/** Two columns; the second wraps. A first cell too wide for its column gets a line of its own. */
function table(rows: readonly (readonly [string, string])[]): string[] {
  const left = Math.min(Math.max(...rows.map(([word]) => word.length)), 30);
  return rows.flatMap(([word, about]) => {
    const lines = wrap(about, pageWidth - left - 4);
    const margin = " ".repeat(left + 4);
    if (word.length > left) return [`  ${word}`, ...lines.map((line) => margin + line)];
    return lines.map((line, i) => (i === 0 ? `  ${word.padEnd(left)}  ${line}` : margin + line));
  });
}

function wrap(paragraph: string, width = pageWidth): string[] {
  const lines = [""];
  for (const word of paragraph.split(/\s+/)) {
    const line = lines[lines.length - 1];
    if (line === "") lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
