// A layer's counts while they grow; `SimulationLayer` is the finished form.

import type { LinearLayer } from "../model/linear-layer.ts";
import type { NeuronLayer } from "../model/network.ts";
import type { SimulationLayer } from "./simulation-result.ts";

export type LayerTally = { -readonly [Name in keyof SimulationLayer]: SimulationLayer[Name] };

/** @param neurons - 0 for layers without neurons */
export function createTally(
  layer: LinearLayer | NeuronLayer,
  inputKind: LayerTally["inputKind"],
  neurons: number,
): LayerTally {
  return {
    layer: layer.id,
    kind: layer.kind,
    inputKind,
    inputEvents: 0,
    synapticAdditions: 0,
    analogProducts: 0,
    denseProducts: 0,
    neuronUpdates: 0,
    spikes: 0,
    neurons,
    everFired: new Uint8Array(neurons),
    everSaturated: new Uint8Array(neurons),
    potentialLow: neurons > 0 ? Number.POSITIVE_INFINITY : 0,
    potentialHigh: neurons > 0 ? Number.NEGATIVE_INFINITY : 0,
  };
}
