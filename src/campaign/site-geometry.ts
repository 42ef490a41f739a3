// What an element of a site belongs to: the neuron or channel it acts on, and which of its inputs or taps it is.
//
// Weights are stored output by output: row and column of a dense layer, channel and tap (input channel, row,
// column) of a convolution. Everything else is held by a neuron or channel as a whole.

import type { FaultSites } from "../fault/fault-sites.ts";
import type { Model } from "../model/model.ts";
import { inputId } from "../model/shapes.ts";

export interface SiteGeometry {
  readonly outputs: number;
  /** Elements an output has, next to each other. */
  readonly perOutput: number;
}

export function siteGeometry({ tensors }: Model, { target, layer, elements }: FaultSites): SiteGeometry {
  if (target !== "weight") return { outputs: elements, perOutput: 1 };
  const [outputs] = tensors[`${layer}.weight`].shape;
  return { outputs, perOutput: elements / outputs };
}

/**
 * Shape [channels, height, width] of the image whose pixels are the inputs of a dense layer's weights, in order;
 * null for weights that read anything else.
 */
export function pixelsRead({ network }: Model, { target, layer }: FaultSites): readonly number[] | null {
  if (target !== "weight" || network.inputShape.length !== 3) return null;
  const byId = new Map(network.layers.map((one) => [one.id, one]));
  let reader = byId.get(layer);
  if (reader?.kind !== "dense") return null;
  for (;;) {
    const from: string = reader.inputs[0].from;
    if (from === inputId) return network.inputShape;
    reader = byId.get(from);
    if (reader?.kind !== "flatten") return null;
  }
}
