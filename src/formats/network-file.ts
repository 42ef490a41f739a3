// The network file: one safetensors file for ANN and SNN. Tensors are the model's; everything else
// (graph, formats, preprocessing, inference, provenance) is JSON in the metadata.

import { FormatError, InvalidValueError } from "../base/errors.ts";
import type { Model } from "../model/model.ts";
import { validateModel } from "../model/validate-model.ts";
import { eventNetworkSchema } from "./event-network-file.ts";
import { readSafetensors, writeSafetensors } from "./safetensors.ts";

export const networkSchema = "spikefront.network";
const networkVersion = "1";

/** The parts of a model that travel as metadata, each as one JSON text. */
const parts = [
  "kind",
  "network",
  "weightFormat",
  "preprocessing",
  "inference",
  "classes",
  "provenance",
] as const;

/** @throws {InvalidValueError} when the model does not hold what models must */
export function writeNetworkFile(model: Model): Uint8Array<ArrayBuffer> {
  validateModel(model);
  const metadata: Record<string, string> = { schema: networkSchema, version: networkVersion };
  for (const part of parts) metadata[part] = JSON.stringify(model[part]);
  return writeSafetensors({ metadata, tensors: model.tensors });
}

/**
 * Read and check a network file.
 *
 * @param where - the file's name, for messages
 * @throws {FormatError} for other files and unknown versions, {InvalidValueError} for models that do not hold together
 */
export function readNetworkFile(bytes: Uint8Array, where: string): Model {
  const { metadata, tensors } = readSafetensors(bytes, where);
  if (metadata["schema"] !== networkSchema) {
    throw new FormatError(
      where,
      `must be a ${networkSchema} file`,
      metadata["schema"] ?? "no schema",
      metadata["schema"] === eventNetworkSchema
        ? "It holds an event network: only evaluate takes such files."
        : "Was it written by spikefront?",
    );
  }
  if (metadata["version"] !== networkVersion) {
    throw new FormatError(
      where,
      `must have version ${networkVersion} of ${networkSchema}`,
      metadata["version"] ?? "none",
      "It was written by another release of spikefront; use that one.",
    );
  }
  const model: Record<string, unknown> = { tensors };
  for (const part of parts) model[part] = parsePart(metadata, part, where);
  try {
    validateModel(model as unknown as Model);
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
  return model as unknown as Model;
}

/** The same mistake, with the file it was found in. */
class InvalidValueErrorIn extends InvalidValueError {
  constructor(where: string, error: InvalidValueError) {
    super(`${where}: ${error.where}`, "", error.got);
    this.message = `${where}: ${error.message}`;
  }
}

function parsePart(metadata: Readonly<Record<string, string>>, part: string, where: string): unknown {
  const text = metadata[part];
  if (text === undefined) throw new FormatError(`${where}: metadata`, `must have ${part}`, "nothing");
  try {
    return JSON.parse(text);
  } catch {
    throw new FormatError(`${where}: metadata ${part}`, "must be JSON", text.slice(0, 60));
  }
}
