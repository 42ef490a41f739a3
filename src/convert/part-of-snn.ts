// The first layers of an SNN as a network of their own, so that what comes later costs nothing.

import type { Model } from "../model/model.ts";
import { inferShapes, sizeOf } from "../model/shapes.ts";

/** @param id - a layer of neurons outside loops: the part's output, read by its spike counts */
export function partOfSnn(snn: Model, id: string): Model {
  const { network, inference, tensors } = snn;
  const last = network.layers.findIndex((layer) => layer.id === id);
  const layers = network.layers.slice(0, last + 1);
  const ids = new Set(layers.map((layer) => layer.id));
  const own = Object.entries(tensors).filter(([name]) => ids.has(name.slice(0, name.lastIndexOf("."))));
  const neurons = sizeOf(inferShapes(network).get(id) ?? []);
  return {
    ...snn,
    network: { ...network, layers, output: id },
    tensors: Object.fromEntries(own),
    inference: inference && { ...inference, readout: "count" },
    classes: Array.from({ length: neurons }, (_, i) => String(i)),
  };
}
