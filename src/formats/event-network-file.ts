// The file of an event network: one safetensors file, as a network file is. Weights are tensors, everything else
// is JSON in the metadata. What the parts must hold, the room of event networks checks.

import { FormatError } from "../base/errors.ts";
import type { Tensor } from "../model/model.ts";
import { readSafetensors, writeSafetensors } from "./safetensors.ts";

export const eventNetworkSchema = "spikefront.event-network";
const eventNetworkVersion = "1";

const parts = ["network", "coding", "decoding", "classes", "training", "provenance"] as const;

export interface EventNetworkFile {
  readonly parts: Readonly<Record<(typeof parts)[number], unknown>>;
  readonly tensors: Readonly<Record<string, Tensor>>;
}

export function writeEventNetworkFile(file: EventNetworkFile): Uint8Array<ArrayBuffer> {
  const metadata: Record<string, string> = { schema: eventNetworkSchema, version: eventNetworkVersion };
  for (const part of parts) metadata[part] = JSON.stringify(file.parts[part]);
  return writeSafetensors({ metadata, tensors: file.tensors });
}

/**
 * @param where - the file's name, for messages
 * @throws {FormatError} for other files, unknown versions, and parts that are missing or no JSON
 */
export function readEventNetworkFile(bytes: Uint8Array, where: string): EventNetworkFile {
  const { metadata, tensors } = readSafetensors(bytes, where);
  if (metadata["schema"] !== eventNetworkSchema) {
    throw new FormatError(
      where,
      `must be a ${eventNetworkSchema} file`,
      metadata["schema"] ?? "no schema",
      "spikefront train-events writes such files.",
    );
  }
  if (metadata["version"] !== eventNetworkVersion) {
    throw new FormatError(
      where,
      `must have version ${eventNetworkVersion} of ${eventNetworkSchema}`,
      metadata["version"] ?? "none",
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
