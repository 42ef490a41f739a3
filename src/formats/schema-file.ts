// A safetensors file with a name and a version for its form: weights are tensors, everything else (the parts) is
// JSON in the metadata.

import { FormatError } from "../base/errors.ts";
import type { Tensor } from "../model/model.ts";
import { readSafetensors, writeSafetensors } from "./safetensors.ts";

/** What one kind of file is called, and which parts it has. */
export interface FileSchema<Part extends string> {
  readonly name: string;
  readonly version: string;
  readonly parts: readonly Part[];
  /** What to do with a file of another schema. */
  readonly hint: (schema: string | undefined) => string;
}

export interface SchemaFile<Part extends string> {
  readonly parts: Readonly<Record<Part, unknown>>;
  readonly tensors: Readonly<Record<string, Tensor>>;
}

export function writeSchemaFile<Part extends string>(
  { name, version, parts }: FileSchema<Part>,
  file: SchemaFile<Part>,
): Uint8Array<ArrayBuffer> {
  const metadata: Record<string, string> = { schema: name, version };
  for (const part of parts) metadata[part] = JSON.stringify(file.parts[part]);
  return writeSafetensors({ metadata, tensors: file.tensors });
}

/**
 * @param where - the file's name, for messages
 * @throws {FormatError} for other files, unknown versions, and parts that are missing or no JSON
 */
export function readSchemaFile<Part extends string>(
  { name, version, parts, hint }: FileSchema<Part>,
  bytes: Uint8Array,
  where: string,
): SchemaFile<Part> {
  const { metadata, tensors } = readSafetensors(bytes, where);
  const { schema, version: found } = metadata;
  if (schema !== name)
    throw new FormatError(where, `must be a ${name} file`, schema ?? "no schema", hint(schema));
  if (found !== version) {
    throw new FormatError(
      where,
      `must have version ${version} of ${name}`,
      found ?? "none",
      "It was written by another release of spikefront; use that one.",
    );
  }
  const read = parts.map((part) => [part, partOf(metadata, part, where)]);
  return { parts: Object.fromEntries(read), tensors };
}

function partOf(metadata: Readonly<Record<string, string>>, part: string, where: string): unknown {
  const text = metadata[part];
  if (text === undefined) throw new FormatError(`${where}: metadata`, `must have ${part}`, "nothing");
  try {
    return JSON.parse(text);
  } catch {
    throw new FormatError(`${where}: metadata ${part}`, "must be JSON", text.slice(0, 60));
  }
}
