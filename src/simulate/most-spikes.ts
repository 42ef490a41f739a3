// The most spikes that any step of any layer can hand on, known before anything runs.

import { paddedOutputs } from "../kernels/spike-dense.ts";
import { inputId, sizeOf } from "../model/shapes.ts";
import type { PoolWindows } from "./pool-windows.ts";
import type { SimulationPlan } from "./stage.ts";

/**
 * @param inputMost - most spikes of a step of the input
 * @returns by layer id, and the input's under `"input"`; layers that give no spikes have none
 */
export function mostSpikes(
  { model, shapes, signals }: SimulationPlan,
  pools: ReadonlyMap<string, PoolWindows>,
  inputMost: number,
): ReadonlyMap<string, number> {
  const most = new Map<string, number>([[inputId, inputMost]]);
  const { layers } = model.network;
  for (const layer of layers) {
    if (layer.kind !== "neuron") continue;
    most.set(layer.id, paddedOutputs(sizeOf(shapes.get(layer.id) ?? [])) * (layer.maximumSpikes ?? 1));
  }
  for (const { id, kind, inputs } of layers) {
    if (kind === "neuron" || signals.get(id)?.kind !== "spikes") continue;
    const arriving = inputs.reduce((sum, { from }) => sum + (most.get(from) ?? 0), 0);
    most.set(id, arriving * (pools.get(id)?.mostPerInput ?? 1));
  }
  return most;
}
