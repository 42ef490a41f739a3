// The bounds at which an SNN's activations are clipped, for controls: an ANN clipped (or also
// quantised) at the same bounds separates what spikes do for robustness from what clipping does.

import type { Model } from "../model/model.ts";
import { outputSpikesId } from "./convert-to-snn.ts";

/**
 * Read the bound of every neuron layer that stands for a relu.
 *
 * @param snn - made by `convertToSnn`
 * @returns activation bound by id of the relu; output neurons added for the readout `"count"` have no relu
 */
export function controlBounds(snn: Model): ReadonlyMap<string, number> {
  const bounds = new Map<string, number>();
  for (const layer of snn.network.layers) {
    if (layer.kind !== "neuron") continue;
    const isAdded = layer.id === snn.network.output && layer.id === outputSpikesId(layer.inputs[0].from);
    if (!isAdded) bounds.set(layer.id, snn.tensors[`${layer.id}.bound`].data[0]);
  }
  return bounds;
}
