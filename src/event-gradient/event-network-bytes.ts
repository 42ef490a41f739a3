// The file of an event network, as bytes.

import { writeEventNetworkFile } from "../formats/event-network-file.ts";
import type { Tensor } from "../model/model.ts";
import { type EventModel, eventWeightName } from "./event-model.ts";
import { eventWeightShapes } from "./event-network.ts";

export function eventNetworkBytes({ weights, ...parts }: EventModel): Uint8Array<ArrayBuffer> {
  const shapes = eventWeightShapes(parts.network);
  const tensors: Record<string, Tensor> = {};
  for (const [l, { id, kind }] of parts.network.layers.entries()) {
    if (kind !== "pool") tensors[eventWeightName(id)] = { shape: shapes[l], data: weights[l] };
  }
  return writeEventNetworkFile({ parts, tensors });
}
