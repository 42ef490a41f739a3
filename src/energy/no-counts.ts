// A layer that did nothing: what counters start from.

import type { LayerCounts, MemoryTraffic } from "./counts.ts";

export const noTraffic: MemoryTraffic = {
  weightsRead: 0,
  potentialsRead: 0,
  potentialsWritten: 0,
  activationsRead: 0,
  activationsWritten: 0,
};

export function noCounts(layer: string): LayerCounts {
  return {
    layer,
    multiplications: {},
    additions: {},
    comparisons: {},
    neuronUpdates: 0,
    spikes: 0,
    synapticOperations: 0,
    denseProducts: 0,
    traffic: noTraffic,
    analogInput: null,
  };
}
