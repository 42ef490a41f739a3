// Products of one dense pass of a network, the usual measure of its size ("MACs"): outputs × fan-in of every dense
// and convolution layer, products with padding counted as is the custom. What spikes really cost is counted when
// the network is simulated; this is what concatenations and projections cost before anything fires.

import { isLinear, weightShape } from "../model/linear-layer.ts";
import type { Network } from "../model/network.ts";
import { inferShapes, sizeOf } from "../model/shapes.ts";

/** @throws {InvalidValueError} when the network's shapes do not fit */
export function countProducts(network: Network): number {
  const shapes = inferShapes(network);
  let products = 0;
  for (const layer of network.layers) {
    if (!isLinear(layer)) continue;
    const weights = weightShape(layer, shapes.get(layer.inputs[0].from) ?? []);
    products += sizeOf(shapes.get(layer.id) ?? []) * sizeOf(weights.slice(1));
  }
  return products;
}
