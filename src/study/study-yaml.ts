// The YAML of a study file as a map that knows where everything stands, or what is wrong with it and where.

import { type ErrorCode, isMap, LineCounter, parseDocument, visit, type YAMLError, type YAMLMap } from "yaml";
import { FormatError } from "../base/errors.ts";

export interface StudyYaml {
  readonly root: YAMLMap;
  /** `file:line:column: path` of a node; of the file's beginning for what is no node. */
  readonly where: (node: unknown, path: string) => string;
}

const noAliases = "must be written without aliases";

/** What must hold and what to do, for mistakes in YAML itself that are common. */
const yamlRules: Readonly<Partial<Record<ErrorCode, readonly [rule: string, cure: string]>>> = {
  DUPLICATE_KEY: ["every setting must be written once", "Remove one of the two."],
  TAB_AS_INDENT: ["must be indented with spaces", "Put two spaces in place of each tab."],
  MULTIPLE_DOCS: ["must be one YAML document", "Write one study a file, without --- in between."],
  TAG_RESOLVE_FAILED: ["must be written without tags", "Remove the word that begins with !."],
};

/**
 * @param fileName - for messages
 * @param beginning - what to do about a file that holds no map
 * @throws {FormatError} when it is no YAML, holds no map, or has aliases
 */
export function parseStudyYaml(text: string, fileName: string, beginning: string): StudyYaml {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, strict: true, uniqueKeys: true });
  const where = (node: unknown, path: string): string => {
    const range = (node as { range?: readonly number[] } | null)?.range;
    const { line, col } = range === undefined ? { line: 1, col: 1 } : lines.linePos(range[0]);
    return `${fileName}:${line}:${col}${path === "" ? "" : `: ${path}`}`;
  };
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) refuse(problem, text, fileName, lines);
  visit(document, {
    // Without aliases there is no growth: what is read is as long as what is written.
    Alias: (_, alias) => {
      throw new FormatError(`${where(alias, "")}:`, noAliases, `*${alias.source}`, "Write the value itself.");
    },
  });
  const root = document.contents;
  if (!isMap(root)) {
    const got = root === null ? "an empty file" : (root as { toJSON(): unknown }).toJSON();
    throw new FormatError(fileName, "must be a map of settings", got, beginning);
  }
  return { root, where };
}

function refuse(problem: YAMLError, text: string, fileName: string, lines: LineCounter): never {
  const { line, col } = lines.linePos(problem.pos[0]);
  const told = problem.message.split("\n")[0].replace(/ at line .*$/, "");
  const [rule, cure] = yamlRules[problem.code] ?? [`must be YAML (${told})`, ""];
  const written = text.split("\n")[line - 1].trim();
  throw new FormatError(`${fileName}:${line}:${col}:`, rule, written, cure);
}
