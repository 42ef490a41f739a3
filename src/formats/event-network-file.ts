// The file of an event network: one safetensors file, as a network file is. What its parts must hold, the room of
// event networks checks.

import { readSchemaFile, type SchemaFile, writeSchemaFile } from "./schema-file.ts";

export const eventNetworkSchema = "spikefront.event-network";

const schema = {
  name: eventNetworkSchema,
  version: "1",
  parts: ["network", "coding", "decoding", "classes", "training", "provenance"],
  hint: () => "spikefront train-events writes such files.",
} as const;

export type EventNetworkFile = SchemaFile<(typeof schema.parts)[number]>;

export function writeEventNetworkFile(file: EventNetworkFile): Uint8Array<ArrayBuffer> {
  return writeSchemaFile(schema, file);
}

/**
 * @param where - the file's name, for messages
 * @throws {FormatError} for other files, unknown versions, and parts that are missing or no JSON
 */
export function readEventNetworkFile(bytes: Uint8Array, where: string): EventNetworkFile {
  return readSchemaFile(schema, bytes, where);
}
