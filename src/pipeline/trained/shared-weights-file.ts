// The weights that candidates of a skip search share, as a file: tensors by name, and the matrices they are of.

import { FormatError } from "../../base/errors.ts";
import { readSchemaFile, writeSchemaFile } from "../../formats/schema-file.ts";
import type { SharedWeights } from "../../topology/inherit-weights.ts";

const schema = {
  name: "spikefront.shared-weights",
  version: "1",
  parts: ["matrices"],
  hint: () => "A study of skips writes such files into its networks folder.",
} as const;

export function writeSharedWeights({ matrices, tensors }: SharedWeights): Uint8Array<ArrayBuffer> {
  return writeSchemaFile(schema, { parts: { matrices }, tensors });
}

/**
 * @param where - the file's name, for messages
 * @throws {FormatError} for other files and unknown versions
 */
export function readSharedWeights(bytes: Uint8Array, where: string): SharedWeights {
  const { parts, tensors } = readSchemaFile(schema, bytes, where);
  const { matrices } = parts;
  if (!Array.isArray(matrices)) throw new FormatError(where, "must hold a list of matrices", matrices);
  return { matrices: matrices.map(String), tensors };
}
