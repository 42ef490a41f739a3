// Where spikes of one place may be merged into one entry of a list, because nobody can tell the difference.

import { isLinear } from "../model/linear-layer.ts";
import type { Layer } from "../model/network.ts";
import { known, type SimulationPlan } from "./simulation-plan.ts";

/** Whether all that a layer's spikes reach are sums of codes, whose order does not matter. */
export function mayMerge(plan: SimulationPlan, id: string): boolean {
  if (id === plan.model.network.output || known(plan.signals, id).kind !== "spikes") return false;
  return usersOf(plan, id).every((user) => {
    if (user.inputs.some(({ delay }) => delay > 0) || isInLoop(plan, user)) return false;
    if (user.kind === "flatten") return mayMerge(plan, user.id);
    return isLinear(user) && plan.weights.get(user.id) instanceof Int8Array;
  });
}

function usersOf({ model }: SimulationPlan, id: string): readonly Layer[] {
  return model.network.layers.filter(({ inputs }) => inputs.some(({ from }) => from === id));
}

function isInLoop({ model, loops }: SimulationPlan, layer: Layer): boolean {
  const place = model.network.layers.indexOf(layer);
  return loops.some(({ first, last }) => place >= first && place <= last);
}
