// Event networks as files.

import { type EventModel, eventModelOf, eventModelParts } from "../event-gradient/event-model.ts";
import { readEventNetworkFile, writeEventNetworkFile } from "../formats/event-network-file.ts";
import { readFileBytes } from "./atomic-file.ts";

/** The file of a network. */
export function eventNetworkBytes(model: EventModel): Uint8Array<ArrayBuffer> {
  return writeEventNetworkFile(eventModelParts(model));
}

/** @throws {FormatError} for files that hold no event network */
export function readEventModel(path: string): EventModel {
  const { parts, tensors } = readEventNetworkFile(readFileBytes(path), path);
  return eventModelOf(parts, tensors, path);
}
