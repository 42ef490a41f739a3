// The network file: one safetensors file for ANN and SNN. Tensors are the model's; everything else
// (graph, formats, preprocessing, inference, provenance) is JSON in the metadata.

import { FormatError, InvalidValueError } from "../base/errors.ts";
import type { Model } from "../model/model.ts";
import { validateModel } from "../model/validate-model.ts";
import { eventNetworkSchema } from "./event-network-file.ts";
import { readSchemaFile, writeSchemaFile } from "./schema-file.ts";

export const networkSchema = "spikefront.network";

const schema = {
  name: networkSchema,
  version: "1",
  /** The parts of a model that travel as metadata. */
  parts: ["kind", "network", "weightFormat", "preprocessing", "inference", "classes", "provenance"],
  hint: (found: string | undefined) =>
    found === eventNetworkSchema
      ? "It holds an event network: evaluate and discretise take such files."
      : "Was it written by spikefront?",
} as const;

/** @throws {InvalidValueError} when the model does not hold what models must */
export function writeNetworkFile(model: Model): Uint8Array<ArrayBuffer> {
  validateModel(model);
  return writeSchemaFile(schema, { parts: model, tensors: model.tensors });
}

/**
 * Read and check a network file.
 *
 * @param where - the file's name, for messages
 * @throws {FormatError} for other files and unknown versions, {InvalidValueError} for models that do not hold together
 */
export function readNetworkFile(bytes: Uint8Array, where: string): Model {
  const { parts, tensors } = readSchemaFile(schema, bytes, where);
  const model: unknown = { tensors, ...parts };
  try {
    validateModel(model as Model);
  } catch (error) {
    if (error instanceof InvalidValueError) throw new InvalidValueErrorIn(where, error);
    if (error instanceof TypeError) {
      throw new FormatError(
        where,
        "must describe a network in the form of its version",
        "a description of another form",
      );
    }
    throw error;
  }
  return model as Model;
}

/** The same mistake, with the file it was found in. */
class InvalidValueErrorIn extends InvalidValueError {
  constructor(where: string, error: InvalidValueError) {
    super(`${where}: ${error.where}`, "", error.got);
    this.message = `${where}: ${error.message}`;
  }
}
