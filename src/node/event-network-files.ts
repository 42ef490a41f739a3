// Event networks as files.

import { type EventModel, eventModelOf } from "../event-gradient/event-model.ts";
import { readEventNetworkFile } from "../formats/event-network-file.ts";
import { readFileBytes } from "./atomic-file.ts";

/** @throws {FormatError} for files that hold no event network */
export function readEventModel(path: string): EventModel {
  const { parts, tensors } = readEventNetworkFile(readFileBytes(path), path);
  return eventModelOf(parts, tensors, path);
}
