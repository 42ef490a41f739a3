// The first layers of an SNN as a network of their own, so that what comes later costs nothing.

import type { Inference, Model } from "../model/model.ts";
import type { Network } from "../model/network.ts";
import { inferShapes, sizeOf } from "../model/shapes.ts";
import { spikingDepth } from "../model/spiking-depth.ts";

/** @param id - a layer of neurons outside loops: the part's output, read by its spike counts */
export function partOfSnn(snn: Model, id: string): Model {
  const { network, inference, tensors } = snn;
  const last = network.layers.findIndex((layer) => layer.id === id);
  const layers = network.layers.slice(0, last + 1);
  const ids = new Set(layers.map((layer) => layer.id));
  const own = Object.entries(tensors).filter(([name]) => ids.has(name.slice(0, name.lastIndexOf("."))));
  const part = { ...network, layers, output: id };
  const neurons = sizeOf(inferShapes(network).get(id) ?? []);
  return {
    ...snn,
    network: part,
    tensors: Object.fromEntries(own),
    inference: inference && { ...inference, ...inTime(inference, network, part), readout: "count" },
    classes: Array.from({ length: neurons }, (_, i) => String(i)),
  };
}

/** A warm-up by offset gives every layer its steps, and there are fewer layers. */
function inTime(
  { steps: allSteps, warmUp }: Inference,
  whole: Network,
  part: Network,
): Pick<Inference, "steps" | "warmUp"> {
  if (warmUp?.rule !== "offset") return { steps: allSteps, ...(warmUp && { warmUp }) };
  const steps = (warmUp.steps / spikingDepth(whole)) * spikingDepth(part);
  return { steps: allSteps - warmUp.steps + steps, warmUp: { ...warmUp, steps } };
}
