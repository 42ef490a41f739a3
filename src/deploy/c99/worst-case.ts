// The most that a step, and the beginning of an image, can cost: every input spikes as often as it can. Real
// images take a small part of it; the simulator counts that.

import { isLinear, lowered } from "../../model/linear-layer.ts";
import { fanOutOf } from "../../simulate/fan-out.ts";
import { known } from "../../simulate/simulation-plan.ts";
import { arriving, type FlowPlan, sourceOf } from "./flows.ts";

export interface WorstCase {
  /** Weights added in a step. */
  readonly additionsPerStep: number;
  /** Neurons charged in a step. */
  readonly neuronUpdatesPerStep: number;
  /** Spikes handed on in a step, by all layers. */
  readonly spikesPerStep: number;
  /** Products with held input, once an image. */
  readonly productsPerImage: number;
}

export function worstCase(plan: FlowPlan): WorstCase {
  const { model, flows, shapes } = plan;
  let [additionsPerStep, neuronUpdatesPerStep, spikesPerStep, productsPerImage] = [0, 0, 0, 0];
  for (const flow of flows.values()) if (flow.kind === "spikes") spikesPerStep += flow.mostEvents;
  for (const layer of model.network.layers) {
    if (layer.kind === "neuron") neuronUpdatesPerStep += known(flows, layer.id).size;
    if (!isLinear(layer)) continue;
    const [connection] = layer.inputs;
    const source = arriving(flows, sourceOf(model, connection));
    const fanOut = fanOutOf(lowered(layer), known(shapes, connection.from), known(shapes, layer.id));
    const synapses = fanOut.reduce((sum, count) => sum + count, 0);
    if (source.kind === "values") productsPerImage += synapses;
    else additionsPerStep += synapses * source.multiplicity;
  }
  return { additionsPerStep, neuronUpdatesPerStep, spikesPerStep, productsPerImage };
}
