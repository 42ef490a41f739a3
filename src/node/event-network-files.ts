// Event networks as files.

import { type EventModel, eventModelOf, eventWeightName } from "../event-gradient/event-model.ts";
import { eventWeightShapes } from "../event-gradient/event-network.ts";
import { readEventNetworkFile, writeEventNetworkFile } from "../formats/event-network-file.ts";
import type { Tensor } from "../model/model.ts";
import { readFileBytes } from "./atomic-file.ts";

/** The file of a network. */
export function eventNetworkBytes({ weights, ...parts }: EventModel): Uint8Array<ArrayBuffer> {
  const shapes = eventWeightShapes(parts.network);
  const tensors: Record<string, Tensor> = {};
  for (const [l, { id, kind }] of parts.network.layers.entries()) {
    if (kind !== "pool") tensors[eventWeightName(id)] = { shape: shapes[l], data: weights[l] };
  }
  return writeEventNetworkFile({ parts, tensors });
}

/** @throws {FormatError} for files that hold no event network */
export function readEventModel(path: string): EventModel {
  const { parts, tensors } = readEventNetworkFile(readFileBytes(path), path);
  return eventModelOf(parts, tensors, path);
}
