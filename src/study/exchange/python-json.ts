// JSON as Python writes and reads it: with NaN, Infinity and -Infinity, which are no JSON.

import { FormatError } from "../../base/errors.ts";
import type { Json } from "../storage.ts";

/** No text of ours begins with this. */
const mark = "\u0000number ";

/** Compact, non-finite numbers as Python's words. */
export function toPythonJson(value: Json): string {
  const text = JSON.stringify(value, (_, part) =>
    typeof part === "number" && !Number.isFinite(part) ? mark + String(part) : part,
  );
  return text.replaceAll(/"\\u0000number (NaN|-?Infinity)"/g, "$1");
}

/**
 * @param where - names the text in messages
 * @throws {FormatError} when the text is not JSON, Python's words allowed
 */
export function fromPythonJson(where: string, text: string): Json {
  const marked = text.replaceAll(/"(?:[^"\\]|\\.)*"|NaN|-?Infinity/g, (part) =>
    part.startsWith('"') ? part : JSON.stringify(mark + part),
  );
  try {
    return JSON.parse(marked, (_, part) =>
      typeof part === "string" && part.startsWith(mark) ? Number(part.slice(mark.length)) : part,
    );
  } catch (error) {
    throw new FormatError(where, "must be JSON", (error as Error).message);
  }
}
