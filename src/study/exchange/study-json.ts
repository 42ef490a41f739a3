// A portable study as a JSON file. Numbers that JSON cannot hold are told as {"$number": "Infinity"}.

import { FormatError } from "../../base/errors.ts";
import type { PortableStudy } from "./portable-study.ts";

const schema = "spikefront.portable-study/1";

export function writeStudyJson(study: PortableStudy): string {
  const told = (_: string, part: unknown): unknown =>
    typeof part === "number" && !Number.isFinite(part) ? { $number: String(part) } : part;
  return `${JSON.stringify({ schema, ...study }, told, 1)}\n`;
}

/**
 * @param where - names the file in messages
 * @throws {FormatError} when the text is no such file
 */
export function readStudyJson(where: string, text: string): PortableStudy {
  let read: { readonly schema?: unknown } & PortableStudy;
  try {
    read = JSON.parse(text, (_, part) => (part?.$number === undefined ? part : Number(part.$number)));
  } catch (error) {
    throw new FormatError(where, "must be JSON", (error as Error).message);
  }
  const { schema: told, ...study } = read ?? {};
  if (told !== schema) throw new FormatError(where, `must be of schema ${schema}`, told ?? "nothing");
  return study;
}
