// The most spikes that any step of any layer can hand on, known before anything runs.

import type { SpikeCrowding } from "../coding/input-spikes.ts";
import { writtenAhead } from "../kernels/neuron-steps.ts";
import { paddedOutputs } from "../kernels/spike-dense.ts";
import { inputId, sizeOf } from "../model/shapes.ts";
import type { SimulationPlan } from "./simulation-plan.ts";

/**
 * @param input - of a step of the input
 * @returns by layer id, and the input's under `"input"`; layers that give no spikes have none
 */
export function mostSpikes(
  { model, shapes, signals, pools }: SimulationPlan,
  input: SpikeCrowding,
): ReadonlyMap<string, SpikeCrowding> {
  const most = new Map([[inputId, input]]);
  const { layers } = model.network;
  for (const layer of layers) {
    if (layer.kind !== "neuron") continue;
    const multiplicity = layer.maximumSpikes ?? 1;
    const mostPerStep = paddedOutputs(sizeOf(shapes.get(layer.id) ?? [])) * multiplicity + writtenAhead;
    most.set(layer.id, { mostPerStep, multiplicity });
  }
  for (const layer of layers) {
    const { id, kind, inputs } = layer;
    if (kind === "neuron" || signals.get(id)?.kind !== "spikes") continue;
    const arriving = inputs.map(({ from }) => most.get(from) ?? { mostPerStep: 0, multiplicity: 0 });
    const total = (of: (source: SpikeCrowding) => number): number =>
      arriving.reduce((sum, source) => sum + of(source), 0);
    const multiplicities = arriving.map(({ multiplicity }) => multiplicity);
    most.set(id, {
      mostPerStep: total(({ mostPerStep }) => mostPerStep) * (pools.get(id)?.mostPerInput ?? 1),
      multiplicity:
        kind === "add"
          ? total(({ multiplicity }) => multiplicity)
          : Math.max(...multiplicities) * (kind === "averagePool" || kind === "sumPool" ? areaOf(layer) : 1),
    });
  }
  return most;
}

function areaOf({ kernel }: { readonly kernel: readonly number[] }): number {
  return kernel[0] * kernel[1];
}
