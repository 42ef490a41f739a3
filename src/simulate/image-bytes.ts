// How much kernel memory one image of a piece takes between the layers.

import { paddedOutputs } from "../kernels/spike-dense.ts";
import { inputId, sizeOf } from "../model/shapes.ts";
import type { PoolWindows } from "./pool-windows.ts";
import type { SimulationPlan } from "./stage.ts";

export function imageBytes(plan: SimulationPlan, pools: ReadonlyMap<string, PoolWindows>): number {
  const { model, steps, shapes, signals } = plan;
  const size = (id: string): number => sizeOf(shapes.get(id) ?? []);
  /** Most spikes of a step, by layer. */
  const most = new Map<string, number>([[inputId, size(inputId)]]);
  let values = 3 * size(inputId) + steps * (size(inputId) + 1);
  for (const { id, kind, inputs } of model.network.layers) {
    const signal = signals.get(id);
    const padded = paddedOutputs(size(id));
    const arriving = inputs.reduce((sum, { from }) => sum + (most.get(from) ?? 0), 0);
    most.set(id, kind === "neuron" ? padded : arriving * (pools.get(id)?.mostPerInput ?? 1));
    if (kind === "flatten") continue;
    if (signal?.kind === "current") values += padded * (signal.isHeld ? 1 : steps);
    else if (signal?.kind === "held") values += 3 * padded;
    else values += steps * ((most.get(id) ?? 0) + 1);
  }
  return values * 4;
}
