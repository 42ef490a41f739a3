// How many spiking layers a signal passes, one after the other.

import type { Network } from "./network.ts";
import { inputId } from "./shapes.ts";

/**
 * @param network - without delays
 * @returns by layer id, the most spiking layers on any way from the input, the layer itself included
 */
export function spikingDepths({ layers }: Network): ReadonlyMap<string, number> {
  const depths = new Map([[inputId, 0]]);
  for (const layer of layers) {
    const before = Math.max(...layer.inputs.map(({ from }) => depths.get(from) ?? 0));
    depths.set(layer.id, before + Number(layer.kind === "neuron" && layer.emits !== "potential"));
  }
  return depths;
}

/** The D of a warm-up by offset: its steps are a multiple of it (`WarmUp` in model.ts). */
export function spikingDepth(network: Network): number {
  return Math.max(...spikingDepths(network).values());
}
