// How much kernel memory one image of a piece takes between the layers: for every layer, what its
// stage takes, and once more for what a delay or a loop copies.

import type { SpikeCrowding } from "../coding/input-spikes.ts";
import { paddedOutputs } from "../kernels/spike-dense.ts";
import { inputId, sizeOf } from "../model/shapes.ts";
import { mostSpikes } from "./most-spikes.ts";
import type { SimulationPlan } from "./simulation-plan.ts";

/** @param input - most spikes of a step of the input */
export function imageBytes(plan: SimulationPlan, input: SpikeCrowding): number {
  const { model, steps, shapes, signals } = plan;
  const most = mostSpikes(plan, input);
  const valuesOf = (id: string): number => {
    const size = sizeOf(shapes.get(id) ?? []);
    const signal = signals.get(id);
    if (signal?.kind === "spikes") {
      return steps * ((most.get(id)?.mostPerStep ?? 0) * (signal.worth === "own" ? 2 : 1) + 1);
    }
    if (signal?.kind === "held") return 3 * paddedOutputs(size);
    return paddedOutputs(size) * (signal?.kind === "current" && signal.isHeld ? 1 : steps);
  };
  const isCopied = (id: string): boolean =>
    model.network.layers.some(({ inputs }) => inputs.some(({ from, delay }) => from === id && delay > 0));
  let values = 2 * sizeOf(model.network.inputShape) + valuesOf(inputId);
  for (const layer of model.network.layers) {
    if (layer.kind === "flatten") continue;
    values += valuesOf(layer.id) * (isCopied(layer.id) ? 2 : 1);
    // Neurons have a state each; what is not a current becomes one first.
    if (layer.kind !== "neuron") continue;
    values += 4 * paddedOutputs(sizeOf(shapes.get(layer.id) ?? []));
    const { from } = layer.inputs[0];
    if (signals.get(from)?.kind !== "current")
      values += steps * paddedOutputs(sizeOf(shapes.get(from) ?? []));
  }
  return values * 4;
}
